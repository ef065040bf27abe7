import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiResponse, ObjectList } from '../../../api/request.ts'
import type { Pod, Status } from '../../../api/types.ts'
import { configMap, pod, told, World } from '../testing/world.ts'

let world: World
beforeEach(() => {
  world = new World({ admissionPlugins: [] })
})

const list = (response: ApiResponse) => response.body as ObjectList
const names = (response: ApiResponse) => list(response).items.map(({ metadata }) => metadata.name)
const message = (response: ApiResponse) => `${response.code} ${(response.body as Status).message}`

function relabel(name: string, labels: Record<string, string>) {
  world.ask('update', 'configmaps', 'default', name, {
    change: (current) => ({ ...current, metadata: { ...current.metadata, labels } }),
  })
}

describe('list', () => {
  it('answers in key order, by namespace and by selectors', () => {
    world.create('pods', pod('b', { labels: { app: 'web' }, nodeName: 'n1' }))
    world.create('pods', pod('a', { labels: { app: 'db' } }))
    world.create('pods', pod('c', { labels: { app: 'web', tier: 'x' }, namespace: 'other', nodeName: 'n1' }))
    expect(names(world.ask('list', 'pods'))).toEqual(['a', 'b', 'c'])
    expect(names(world.ask('list', 'pods', 'default'))).toEqual(['a', 'b'])
    const by = (options: object, namespace?: string) =>
      names(world.ask('list', 'pods', namespace, undefined, { options }))
    expect(by({ labelSelector: 'app=web' })).toEqual(['b', 'c'])
    expect(by({ labelSelector: 'app in (web,db),!tier' })).toEqual(['a', 'b'])
    expect(by({ labelSelector: 'app=web' }, 'default')).toEqual(['b'])
    expect(by({ fieldSelector: 'spec.nodeName=n1' })).toEqual(['b', 'c'])
    expect(by({ fieldSelector: 'spec.nodeName=' })).toEqual(['a'])
    expect(by({ fieldSelector: 'spec.nodeName!=n1,metadata.namespace=default' })).toEqual(['a'])
    expect(by({ fieldSelector: 'metadata.name=b' })).toEqual(['b'])
  })

  it('keeps its indexes when objects change and go', () => {
    world.create('configmaps', configMap('a', {}, { app: 'web' }))
    const web = () =>
      names(world.ask('list', 'configmaps', 'default', undefined, { options: { labelSelector: 'app=web' } }))
    expect(web()).toEqual(['a'])
    relabel('a', { app: 'db' })
    expect(web()).toEqual([])
    relabel('a', { app: 'web' })
    expect(web()).toEqual(['a'])
    world.ask('delete', 'configmaps', 'default', 'a')
    expect(web()).toEqual([])
  })

  it('finds dependents by owner', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u1' }
    world.create('configmaps', {
      ...configMap('a'),
      metadata: { name: 'a', namespace: 'default', ownerReferences: [owner] },
    })
    world.create('configmaps', configMap('b'))
    expect(names(world.ask('list', 'configmaps', undefined, undefined, { options: { ownerUid: 'u1' } }))).toEqual(['a'])
  })

  it('pages through a snapshot', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) world.create('configmaps', configMap(name))
    const page = (token?: string) =>
      world.ask('list', 'configmaps', 'default', undefined, {
        options: { limit: 2, ...(token && { continue: token }) },
      })
    const first = page()
    expect(names(first)).toEqual(['a', 'b'])
    expect(list(first).remainingItemCount).toBe(3)
    world.create('configmaps', configMap('b5'))
    world.ask('delete', 'configmaps', 'default', 'd')
    const second = page(list(first).continue)
    expect(names(second)).toEqual(['c', 'd'])
    expect(list(second).resourceVersion).toBe(list(first).resourceVersion)
    const third = page(list(second).continue)
    expect(names(third)).toEqual(['e'])
    expect(list(third).continue).toBeUndefined()
    world.etcd.compact(world.etcd.revision)
    const gone = page(list(first).continue)
    expect(message(gone)).toMatch(/^410 The provided continue parameter is too old/)
    const token = (gone.body as Status).metadata?.continue
    expect(names(page(token))).toEqual(['b5', 'c'])
  })

  it('knows versions: any, not older than, exact, and too large', () => {
    const { resourceVersion } = world.create('configmaps', configMap('a')).metadata
    world.create('configmaps', configMap('b'))
    const at = (options: object) => world.ask('list', 'configmaps', 'default', undefined, { options })
    expect(names(at({ resourceVersion: '0' }))).toEqual(['a', 'b'])
    expect(names(at({ resourceVersion, resourceVersionMatch: 'NotOlderThan' }))).toEqual(['a', 'b'])
    expect(names(at({ resourceVersion, resourceVersionMatch: 'Exact' }))).toEqual(['a'])
    const future = at({ resourceVersion: '9999' })
    expect(message(future)).toBe(`504 Timeout: Too large resource version: 9999, current: ${world.etcd.revision}`)
    expect(future).toMatchObject({ afterMs: 3000, retryAfterSeconds: 1 })
  })

  it('answers the same array while nothing changes', () => {
    world.create('configmaps', configMap('a'))
    const items = () => list(world.ask('list', 'configmaps', 'default')).items
    expect(items()).toBe(items())
  })
})

describe('watch', () => {
  it('starts with what is there, then tells every change in order', () => {
    world.create('configmaps', configMap('a'))
    const { events } = world.watch('configmaps', 'default')
    relabel('a', { x: '1' })
    world.ask('delete', 'configmaps', 'default', 'a')
    world.clock.settle()
    expect(told(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
  })

  it('tells of entering and leaving a selection', () => {
    world.create('configmaps', configMap('a', {}, { app: 'web' }))
    const { events } = world.watch('configmaps', 'default', { labelSelector: 'app=web' })
    world.clock.settle()
    relabel('a', { app: 'db' })
    relabel('a', { app: 'web', x: '1' })
    relabel('a', { app: 'web', x: '2' })
    world.clock.settle()
    expect(told(events)).toEqual(['ADDED a', 'DELETED a', 'ADDED a', 'MODIFIED a'])
    const left = events[1]
    expect(left).toMatchObject({ object: { metadata: { labels: { app: 'web' } } } })
  })

  it('finds watchers by node and by name', () => {
    const byNode = world.watch('pods', undefined, { fieldSelector: 'spec.nodeName=n1' })
    const byName = world.watch('pods', 'default', { fieldSelector: 'metadata.name=a' })
    const elsewhere = world.watch('pods', undefined, { fieldSelector: 'spec.nodeName=n2' })
    world.create('pods', pod('a'))
    world.create('pods', pod('b', { nodeName: 'n1' }))
    world.ask('create', 'pods/binding', 'default', 'a', {
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'a', namespace: 'default' },
        target: { name: 'n1' },
      } as never,
    })
    world.clock.settle()
    expect(told(byNode.events)).toEqual(['ADDED b', 'ADDED a'])
    expect(told(byName.events)).toEqual(['ADDED a', 'MODIFIED a'])
    expect(told(elsewhere.events)).toEqual([])
  })

  it('resumes from a version, and says when it is too old', () => {
    const { resourceVersion } = world.create('configmaps', configMap('a')).metadata
    world.create('configmaps', configMap('b'))
    world.ask('delete', 'configmaps', 'default', 'a')
    const { events } = world.watch('configmaps', 'default', { resourceVersion: resourceVersion! })
    world.clock.settle()
    expect(told(events)).toEqual(['ADDED b', 'DELETED a'])
    world.create('configmaps', configMap('c'))
    world.etcd.compact(world.etcd.revision)
    const late = world.watch('configmaps', 'default', { resourceVersion: resourceVersion! })
    world.clock.settle()
    expect(told(late.events)).toEqual(['ERROR The resourceVersion for the provided watch is too old.'])
    expect(late.state.ended).toBe(true)
  })

  it('streams lists', () => {
    world.create('configmaps', configMap('a'))
    const { events } = world.watch('configmaps', 'default', {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    })
    world.clock.settle()
    expect(told(events)).toEqual(['ADDED a', `BOOKMARK ${world.etcd.revision}`])
    expect(events[1]).toMatchObject({ initialEventsEnd: true })
  })

  it('ends in time, with bookmarks for onlookers, and leaves no mark on the world', () => {
    const before = world.clock.fired
    const { events, state } = world.watch(
      'configmaps',
      'default',
      { timeoutSeconds: 150, allowWatchBookmarks: true },
      { onlooker: true },
    )
    world.clock.advance(149_000)
    expect(told(events).map((each) => each.split(' ')[0])).toEqual(['BOOKMARK', 'BOOKMARK', 'BOOKMARK'])
    expect(state.ended).toBe(false)
    world.clock.advance(2000)
    expect(state.ended).toBe(true)
    expect(world.clock.fired).toBe(before)
  })

  it('stops when told', () => {
    const { answer, events } = world.watch('configmaps', 'default')
    world.create('configmaps', configMap('a'))
    ;(answer as { stop(): void }).stop()
    world.clock.settle()
    expect(events).toEqual([])
  })

  it('ends all watches when the server stops', () => {
    const { state } = world.watch('configmaps', 'default')
    world.server.stop()
    expect(state.ended).toBe(true)
  })

  it('whatever is written, a watcher’s view is the list', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom('create', 'web', 'db', 'delete', 'settle'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        world = new World({ admissionPlugins: [] })
        const options = { labelSelector: 'app=web' }
        const { events } = world.watch('configmaps', 'default', options)
        for (const { name, act } of steps) {
          if (act === 'create')
            world.ask('create', 'configmaps', 'default', undefined, { body: configMap(name, {}, { app: 'web' }) })
          else if (act === 'delete') world.ask('delete', 'configmaps', 'default', name)
          else if (act === 'settle') world.clock.settle()
          else relabel(name, { app: act })
        }
        world.clock.settle()
        const view = new Map<string, unknown>()
        for (const event of events) {
          if (event.type === 'DELETED') expect(view.delete(event.object.metadata.name)).toBe(true)
          if (event.type === 'ADDED') expect(view.has(event.object.metadata.name)).toBe(false)
          if (event.type === 'ADDED' || event.type === 'MODIFIED') view.set(event.object.metadata.name, event.object)
        }
        const { items } = list(world.ask('list', 'configmaps', 'default', undefined, { options }))
        expect([...view.values()].length).toBe(items.length)
        for (const item of items) expect(view.get(item.metadata.name)).toBe(item)
      }),
      { numRuns: 60 },
    )
  })
})

it('a pod that changes hands is told to both nodes', () => {
  world.create('pods', pod('a', { nodeName: 'n1' }))
  const { events } = world.watch('pods', undefined, { fieldSelector: 'spec.nodeName=n1' })
  world.clock.settle()
  world.ask('delete', 'pods', 'default', 'a', { options: { gracePeriodSeconds: 0 } })
  world.clock.settle()
  expect(told(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
  expect((events[2] as unknown as { object: Pod }).object.spec.nodeName).toBe('n1')
})
