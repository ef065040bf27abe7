import { afterEach, describe, expect, it } from 'vitest'
import { Served } from './testing/served.ts'

let served: Served
afterEach(() => served.stop())

async function withFailing(...failing: string[]): Promise<Served> {
  served = await Served.start()
  const { server } = served.world
  const names = ['ping', 'etcd', 'poststarthook/rbac/bootstrap-roles']
  served.door.api = {
    handle: server.handle.bind(server),
    watch: server.watch.bind(server),
    health: () => names.map((name) => ({ name, ok: !failing.includes(name), in: ['livez', 'readyz'] as const })),
  }
  return served
}

const get = async (path: string) => {
  const { status, body } = await served.ask('GET', path)
  return [status, body] as const
}

describe('health endpoints', () => {
  it('answer ok, list their checks, and leave some out', async () => {
    await withFailing()
    expect(await get('/healthz')).toEqual([200, 'ok'])
    expect(await get('/readyz/ping')).toEqual([200, 'ok'])
    expect((await get('/livez/nope'))[0]).toBe(404)
    const [, text] = await get('/livez?verbose&exclude=etcd&exclude=nope')
    expect(text).toContain('[+]etcd excluded: ok\n')
    expect(text).toContain('warn: some health checks cannot be excluded: no matches for "nope"\nlivez check passed\n')
  })

  it('say which check fails, not why', async () => {
    await withFailing('etcd', 'poststarthook/rbac/bootstrap-roles')
    expect((await get('/livez/etcd'))[0]).toBe(500)
    for (const endpoint of ['healthz', 'livez', 'readyz']) {
      const [status, text] = await get(`/${endpoint}`)
      expect(status).toBe(500)
      expect(text).toContain('[-]etcd failed: reason withheld\n')
      expect(text).toContain('[-]poststarthook/rbac/bootstrap-roles failed: reason withheld\n')
      expect(text).toMatch(new RegExp(`${endpoint} check failed\n$`))
    }
    expect((await get('/readyz?exclude=etcd&exclude=poststarthook/rbac/bootstrap-roles'))[0]).toBe(200)
  })
})
