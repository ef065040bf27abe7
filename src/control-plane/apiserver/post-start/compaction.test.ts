import { describe, expect, it } from 'vitest'
import { configMap, World } from '../testing/world.ts'

const MINUTE = 60_000

describe('compaction', () => {
  it('forgets what is older than five to ten minutes: lists and watches from there are Gone', () => {
    const world = new World()
    world.create('configmaps', configMap('a'))
    const early = String(world.etcd.revision)
    const list = (resourceVersion: string) =>
      world.ask('list', 'configmaps', 'default', undefined, {
        options: { resourceVersion, resourceVersionMatch: 'Exact' },
      })
    for (const name of ['b', 'c', 'd']) world.create('configmaps', configMap(name))
    world.clock.advance(4 * MINUTE)
    expect(list(early).code).toBe(200)
    world.clock.advance(12 * MINUTE)
    world.create('configmaps', configMap('e'))
    expect(list(early)).toMatchObject({ code: 410, body: { reason: 'Expired' } })
    expect(list(String(world.etcd.revision)).code).toBe(200)
    const { events } = world.watch('configmaps', 'default', { resourceVersion: early })
    world.clock.advance(0)
    expect(events).toMatchObject([{ type: 'ERROR', status: { code: 410, reason: 'Expired' } }])
  })
})
