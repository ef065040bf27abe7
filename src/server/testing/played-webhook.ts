import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import { type Credentials, createCredentials, signCertificate } from '../pki.ts'

/** A webhook on this machine, as a test's own server plays it. */
export interface PlayedWebhook {
  readonly port: number
  /** What a `clientConfig.caBundle` holds. */
  readonly bundle: string
}

/**
 * Serves HTTPS for the tests of a file.
 *
 * @param answer what is said to a review; undefined: nothing ever is
 */
export function playWebhook(answer: (review: unknown, path: string) => object | undefined): PlayedWebhook {
  let credentials: Credentials
  let port = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const said = answer(JSON.parse(Buffer.concat(chunks).toString()), request.url ?? '')
      if (said !== undefined) response.end(JSON.stringify(said))
    })
  })
  beforeAll(async () => {
    credentials = await createCredentials()
    const leaf = { commonName: 'webhook', addresses: ['127.0.0.1'], usage: 'server' } as const
    const { certificate, key } = await signCertificate(credentials.ca, leaf)
    server.setSecureContext({ cert: certificate, key })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    get port() {
      return port
    },
    get bundle() {
      return Buffer.from(credentials.ca.certificate).toString('base64')
    },
  }
}
