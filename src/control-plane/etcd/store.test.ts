import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../api/types.ts'
import { VirtualClock } from '../../sim/clock.ts'
import type { EtcdEvent } from './contract.ts'
import { Store } from './store.ts'

const object = (name: string, revision = 0): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, resourceVersion: String(revision) },
})
const key = (name: string) => `/registry/pods/default/${name}`
const put = (store: Store, name: string, expected?: number) =>
  store.put(key(name), (revision) => object(name, revision), expected)
const newStore = () => new Store(new VirtualClock())
const names = (kvs: readonly { key: string }[]) => kvs.map((kv) => kv.key.split('/').at(-1))

describe('revisions', () => {
  test('start at 1 and count every write of every key', () => {
    const store = newStore()
    expect(store.revision).toBe(1)
    expect(put(store, 'a')).toMatchObject({ createRevision: 2, modRevision: 2, version: 1 })
    expect(put(store, 'b')).toMatchObject({ createRevision: 3, modRevision: 3, version: 1 })
    expect(put(store, 'a')).toMatchObject({ createRevision: 2, modRevision: 4, version: 2 })
    expect(store.delete(key('a'))).toMatchObject({ modRevision: 5, value: { metadata: { resourceVersion: '5' } } })
    expect(put(store, 'a')).toMatchObject({ createRevision: 6, version: 1 })
  })

  test('a write whose expectation does not hold changes nothing', () => {
    const store = newStore()
    put(store, 'a', 0)
    expect(put(store, 'a', 0)).toBeUndefined()
    expect(put(store, 'a', 99)).toBeUndefined()
    expect(store.delete(key('a'), undefined, 99)).toBeUndefined()
    expect(store.delete(key('b'))).toBeUndefined()
    expect(store.revision).toBe(2)
  })

  test('a build that throws takes no revision', () => {
    const store = newStore()
    const broken = () => {
      throw new Error('no')
    }
    expect(() => store.put(key('a'), broken)).toThrow('no')
    expect(store.revision).toBe(1)
  })
})

describe('range', () => {
  test('is in key order, in pages, at the revision of the first page', () => {
    const store = newStore()
    for (const name of ['c', 'a', 'd', 'b']) put(store, name)
    const first = store.range('/registry/pods/', { limit: 3 })
    expect(names(first.kvs)).toEqual(['a', 'b', 'c'])
    expect(first).toMatchObject({ more: true, remaining: 1, revision: 5 })
    store.delete(key('d'))
    put(store, 'e')
    const rest = store.range('/registry/pods/', { revision: 5, after: key('c') })
    expect(names(rest.kvs)).toEqual(['d'])
    expect(names(store.range('/registry/pods/').kvs)).toEqual(['a', 'b', 'c', 'e'])
  })

  test('stops at the end of the prefix, and crosses resources', () => {
    const store = newStore()
    for (const path of ['pods/b/x', 'pods/a/x', 'pods/ab/x', 'nodes/n', 'podtemplates/a/t'])
      store.put(`/registry/${path}`, () => object('x'))
    store.put('compact_rev_key', () => object('x'))
    const keys = (prefix: string) => store.range(prefix).kvs.map((kv) => kv.key.replace('/registry/', ''))
    expect(keys('/registry/pods/a/')).toEqual(['pods/a/x'])
    expect(keys('/registry/pod')).toEqual(['pods/a/x', 'pods/ab/x', 'pods/b/x', 'podtemplates/a/t'])
    expect(keys('')).toEqual(['nodes/n', 'pods/a/x', 'pods/ab/x', 'pods/b/x', 'podtemplates/a/t', 'compact_rev_key'])
    expect(store.count('/registry/pods/')).toBe(3)
    expect(store.count('')).toBe(6)
  })

  test('refuses the compacted past and the future', () => {
    const store = newStore()
    for (const name of ['a', 'b', 'c', 'd']) put(store, name)
    store.compact(3)
    expect(names(store.range('/registry/pods/', { revision: 3 }).kvs)).toEqual(['a', 'b'])
    const past = 'etcdserver: mvcc: required revision has been compacted'
    expect(() => store.range('/registry/pods/', { revision: 2 })).toThrow(past)
    expect(() => store.get(key('a'), 2)).toThrow(past)
    expect(() => store.watch('/registry/pods/', 1, () => {})).toThrow(past)
    expect(() => store.compact(3)).toThrow(past)
    expect(() => store.range('/registry/pods/', { revision: 9 })).toThrow('required revision is a future revision')
  })
})

describe('watch', () => {
  test('replays what was committed, then follows, and stops', () => {
    const store = newStore()
    put(store, 'a')
    put(store, 'b')
    const seen: string[] = []
    const stop = store.watch('/registry/pods/', 2, ({ type, kv }) => seen.push(`${type} ${kv.modRevision}`))
    expect(seen).toEqual(['PUT 3'])
    store.put('/registry/nodes/n', () => object('n'))
    store.delete(key('a'))
    expect(seen).toEqual(['PUT 3', 'DELETE 5'])
    stop()
    put(store, 'c')
    expect(seen).toHaveLength(2)
  })

  test('everybody hears of a write before the writes it leads to; a watch made meanwhile hears each once', () => {
    const store = newStore()
    const seen: string[] = []
    const late: number[] = []
    store.watch('/registry/pods/', 1, ({ kv }) => {
      if (kv.modRevision > 2) return
      put(store, 'b')
      store.watch('/registry/pods/', 1, (event) => late.push(event.kv.modRevision))
    })
    store.watch('/registry/', 1, ({ kv }) => seen.push(kv.key))
    put(store, 'a')
    expect(seen).toEqual([key('a'), key('b')])
    expect(late).toEqual([2, 3])
  })
})

describe('leases', () => {
  test('take their keys with them when they expire, at one revision', () => {
    const clock = new VirtualClock()
    const store = new Store(clock)
    const lease = store.grantLease(60)
    store.put(key('a'), () => object('a'), 0, lease)
    store.put(key('b'), () => object('b'), 0, lease)
    put(store, 'b')
    store.put(key('c'), () => object('c'), 0, lease)
    const gone: EtcdEvent[] = []
    store.watch('/registry/', store.revision, (event) => gone.push(event))
    clock.advance(59_999)
    expect(gone).toEqual([])
    clock.advance(1)
    expect(gone.map(({ type, kv }) => [type, kv.key, kv.modRevision])).toEqual([
      ['DELETE', key('a'), 6],
      ['DELETE', key('c'), 6],
    ])
    expect(() => store.put(key('d'), () => object('d'), 0, lease)).toThrow('requested lease not found')
  })
})

const operation = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  write: fc.constantFrom('put', 'put', 'delete'),
})

test('every old revision can be read as it was, from reads and from watches', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), fc.nat(), (operations, compactAt) => {
      const store = newStore()
      const states: string[][] = [[], []]
      const live = new Set<string>()
      for (const { name, write } of operations) {
        if (write === 'put') put(store, name) && live.add(name)
        else if (store.delete(key(name))) live.delete(name)
        states[store.revision] = [...live].sort()
      }
      const oldest = 1 + (compactAt % store.revision)
      store.compact(oldest)
      for (let revision = oldest; revision <= store.revision; revision++) {
        const { kvs } = store.range('/registry/pods/default/', { revision })
        expect(names(kvs)).toEqual(states[revision])
        for (const kv of kvs) expect(store.get(kv.key, revision)).toBe(kv)
        const followed = new Set(states[revision])
        store.watch('/registry/pods/', revision, ({ type, kv }) => {
          const name = kv.key.split('/').at(-1)!
          if (type === 'PUT') followed.add(name)
          else followed.delete(name)
        })
        expect([...followed].sort()).toEqual(states[store.revision])
      }
    }),
  )
})
