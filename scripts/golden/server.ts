import { request as httpsRequest } from 'node:https'
import { createCluster, servedKinds } from '../../src/cluster/index.ts'
import { startServer } from '../../src/server/index.ts'
import { Pace } from '../../src/server/pace.ts'
import { createCredentials } from '../../src/server/pki.ts'
import { createTokenAuthority, parseTokenFile } from '../../src/server/tokens.ts'
import { advance } from '../../src/sim/barrier.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface Asked {
  readonly accept?: string
  readonly type?: string
  readonly body?: string
}

/** A server to compare with the recording: the `control-plane` profile, as `kubedrill serve` starts it. */
export interface FreshServer {
  readonly address: string
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  stop(): Promise<void>
}

const TOKEN = 'golden'
/** By then controllers have made what they make. */
const SETTLED_MS = 20_000

export async function startFreshServer(): Promise<FreshServer> {
  const staticTokens = parseTokenFile(`${TOKEN},admin,,"system:masters"\n`)
  const credentials = await createCredentials()
  const cluster = createCluster({
    seed: 1,
    profile: 'control-plane',
    startAt: Math.floor(Date.now() / 1000) * 1000 - SETTLED_MS,
    authority: createTokenAuthority(credentials.serviceAccountKey, staticTokens),
    caCertificate: credentials.ca.certificate,
  })
  await advance(cluster.clock, cluster.barrier, Math.max(0, Date.now() - cluster.clock.now()))
  const pace = new Pace(cluster.clock, cluster.barrier, {
    onFailure: (error) => {
      throw error
    },
  })
  const connect = () => cluster.apiServer()
  const server = await startServer({ connect, kinds: servedKinds, world: pace, credentials, port: 0, staticTokens })
  pace.start()
  const ca = credentials.ca.certificate
  return {
    address: `127.0.0.1:${server.port}`,
    ask: (method, path, asked = {}) => ask(server.url + path, method, ca, asked),
    async stop() {
      pace.stop()
      await server.close()
    },
  }
}

function ask(url: string, method: string, ca: string, { accept = '*/*', type, body }: Asked): Promise<Answer> {
  const headers = {
    accept,
    authorization: `Bearer ${TOKEN}`,
    ...(type !== undefined && { 'content-type': type }),
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
  }
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { method, agent: false, ca, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const answered = response.headers as Answer['headers']
        resolve({ status: response.statusCode!, headers: answered, body: Buffer.concat(chunks).toString() })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}
