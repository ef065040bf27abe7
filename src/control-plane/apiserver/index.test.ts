import { describe, expect, it } from 'vitest'
import type { ObjectList } from '../../api/request.ts'
import { isStatus, type KubernetesObject, type Status } from '../../api/types.ts'
import { configMap, told, World } from './testing/world.ts'

describe('the thin whole', () => {
  it('creates, reads, updates, lists and deletes', () => {
    const world = new World()
    const created = world.create('configmaps', configMap('a', { k: '1' }))
    expect(created.metadata).toMatchObject({
      name: 'a',
      namespace: 'default',
      creationTimestamp: '2026-01-01T00:00:00Z',
    })
    expect(created.metadata.uid).toHaveLength(36)
    const read = world.ask('get', 'configmaps', 'default', 'a').body as KubernetesObject
    expect(read).toBe(created)
    const updated = world.ask('update', 'configmaps', 'default', 'a', {
      change: (current) => ({ ...current, data: { k: '2' } }) as KubernetesObject,
    })
    expect(updated.code).toBe(200)
    expect((updated.body as KubernetesObject).metadata.resourceVersion).not.toBe(created.metadata.resourceVersion)
    const list = world.ask('list', 'configmaps', 'default').body as ObjectList
    expect(list.items).toEqual([updated.body])
    const gone = world.ask('delete', 'configmaps', 'default', 'a').body as Status
    expect(gone).toMatchObject({ status: 'Success', details: { name: 'a', kind: 'configmaps' } })
    expect(isStatus(world.ask('get', 'configmaps', 'default', 'a').body)).toBe(true)
  })

  it('tells watchers on the clock, never inside the write', () => {
    const world = new World()
    world.create('configmaps', configMap('a'))
    const { events } = world.watch('configmaps', 'default')
    world.create('configmaps', configMap('b'))
    expect(events).toEqual([])
    world.clock.settle()
    world.ask('delete', 'configmaps', 'default', 'a')
    world.clock.settle()
    expect(told(events)).toEqual(['ADDED a', 'ADDED b', 'DELETED a'])
  })

  it('lets nobody watch what is made up for each request', () => {
    expect(new World().watch('componentstatuses').answer).toMatchObject({ code: 405, reason: 'MethodNotAllowed' })
  })
})
