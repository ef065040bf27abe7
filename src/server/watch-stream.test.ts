import { connect, constants } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { Served } from './testing/served.ts'

let served: Served
afterEach(() => served.stop())

describe('a watcher that does not read', () => {
  it('holds up nobody, and gets everything when it reads again', async () => {
    served = await Served.start()
    await served.json('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
    const session = connect(served.server.url, {
      ca: served.credentials.ca.certificate,
      cert: served.credentials.admin.certificate,
      key: served.credentials.admin.key,
    })
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: '/api/v1/configmaps?watch=1' })
    await new Promise((resolve) => stream.on('response', resolve))
    stream.pause()
    const data = { text: 'x'.repeat(300_000) }
    for (let i = 0; i < 20; i++) {
      const made = await served.json('POST', '/api/v1/namespaces/default/configmaps', {
        metadata: { name: `c${i}` },
        data,
      })
      expect(made.status).toBe(201)
    }
    let bytes = 0
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    stream.resume()
    await expect.poll(() => bytes).toBeGreaterThan(6_000_000)
    session.destroy()
  })

  it('is forgotten when the client goes', async () => {
    served = await Served.start()
    const session = connect(served.server.url, {
      ca: served.credentials.ca.certificate,
      cert: served.credentials.admin.certificate,
      key: served.credentials.admin.key,
    })
    let stopped = 0
    served.door.api = {
      handle: served.world.server.handle.bind(served.world.server),
      watch: () => ({
        stop() {
          stopped++
        },
      }),
    }
    // The new API server cuts what the old one had.
    await new Promise((resolve) => session.on('close', resolve).on('error', () => {}))
    const again = connect(served.server.url, { ca: served.credentials.ca.certificate })
    const stream = again.request({ [constants.HTTP2_HEADER_PATH]: '/api/v1/pods?watch=1' })
    await new Promise((resolve) => stream.on('response', resolve))
    again.destroy()
    await expect.poll(() => stopped).toBe(1)
  })
})
