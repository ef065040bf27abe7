import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../api/types.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { createEtcdCluster } from './cluster.ts'
import { EtcdError } from './contract.ts'

/** Hosts in groups; who is in the same group reaches each other. */
class Groups {
  readonly #cut = new Set<string>()
  readonly #listeners = new Set<() => void>()

  reaches(a: string, b: string): boolean {
    return !this.#cut.has(`${a} ${b}`)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  split(...groups: readonly (readonly string[])[]): void {
    this.#cut.clear()
    const groupOf = (host: string) => groups.findIndex((group) => group.includes(host))
    const hosts = groups.flat()
    for (const a of hosts) for (const b of hosts) if (groupOf(a) !== groupOf(b)) this.#cut.add(`${a} ${b}`)
    for (const listener of this.#listeners) listener()
  }
}

const object = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

function newCluster(size: number, seed = 1) {
  const clock = new VirtualClock()
  const network = new Groups()
  const names = Array.from({ length: size }, (_, i) => `e${i + 1}`)
  const members = names.map((name) => ({ name, host: name }))
  const cluster = createEtcdCluster({
    members,
    world: { clock, trace: { add: () => {} } },
    random: new Random(seed, 'etcd'),
    network,
  })
  const put = (member: string, name: string) =>
    cluster.client(member).put(`/registry/configmaps/a/${name}`, () => object(name))
  const attempt = (member: string, name: string): string => {
    try {
      return put(member, name) === undefined ? 'refused' : 'done'
    } catch (error) {
      return error instanceof EtcdError ? error.message : String(error)
    }
  }
  const held = (member: string) =>
    cluster
      .client(member)
      .range('/registry/configmaps/')
      .kvs.map(({ value }) => value.metadata.name)
  const states = () => names.map((name) => cluster.member(name).state).join(' ')
  const start = () => {
    for (const name of names) cluster.member(name).start()
    clock.advance(3000)
    return cluster.leader()!
  }
  const others = (...but: string[]) => names.filter((name) => !but.includes(name))
  return { clock, network, cluster, names, put, attempt, held, states, start, others }
}

const TIMED_OUT = 'etcdserver: request timed out'

describe('one member', () => {
  test('leads within a second, and is alone enough', () => {
    const { clock, cluster, attempt, held } = newCluster(1)
    cluster.member('e1').start()
    expect(attempt('e1', 'x')).toBe(TIMED_OUT)
    clock.advance(1000)
    expect(cluster.leader()).toBe('e1')
    expect(attempt('e1', 'x')).toBe('done')
    expect(held('e1')).toEqual(['x'])
    const quiet = clock.fired
    clock.advance(3_600_000)
    expect(clock.fired).toBe(quiet)
  })

  test('keeps what it has over a stop', () => {
    const { clock, cluster, attempt, held, start } = newCluster(1)
    start()
    attempt('e1', 'x')
    cluster.member('e1').stop()
    expect(attempt('e1', 'y')).toContain('connection refused')
    cluster.member('e1').start()
    clock.advance(1000)
    expect(held('e1')).toEqual(['x'])
    expect(cluster.member('e1').term).toBe(2)
  })
})

describe('three members', () => {
  test('elect one leader, and write through any member', () => {
    const { start, states, names, attempt, held } = newCluster(3)
    start()
    expect(states().split(' ').sort()).toEqual(['follower', 'follower', 'leader'])
    for (const name of names) expect(attempt(name, name)).toBe('done')
    for (const name of names) expect(held(name)).toEqual(names)
  })

  test('need no timers while nothing happens', () => {
    const { clock, start } = newCluster(3)
    start()
    const quiet = clock.fired
    clock.advance(3_600_000)
    expect(clock.fired).toBe(quiet)
  })

  test('elect another in a higher term when the leader stops, after the election timeout', () => {
    const { clock, cluster, start, others, attempt } = newCluster(3)
    const first = start()
    const { term } = cluster.member(first)
    const [a] = others(first)
    cluster.member(first).stop()
    expect(attempt(a!, 'x')).toBe(TIMED_OUT)
    clock.advance(999)
    expect(cluster.leader()).toBeUndefined()
    clock.advance(2000)
    expect(others(first)).toContain(cluster.leader())
    expect(cluster.member(cluster.leader()!).term).toBeGreaterThan(term)
    expect(attempt(a!, 'x')).toBe('done')
    cluster.member(first).start()
    expect(cluster.member(first)).toMatchObject({ state: 'follower', leader: cluster.leader() })
  })

  test('cannot change anything when two are lost; the leader steps down', () => {
    const { clock, cluster, start, others, attempt } = newCluster(3)
    const leader = start()
    const [a, b] = others(leader)
    attempt(leader, 'x')
    cluster.member(a!).stop()
    expect(attempt(leader, 'y')).toBe('done')
    cluster.member(b!).stop()
    expect(attempt(leader, 'z')).toBe(TIMED_OUT)
    expect(() => cluster.client(leader).range('/registry/')).toThrow(TIMED_OUT)
    clock.advance(2000)
    expect(cluster.leader()).toBeUndefined()
    const quiet = clock.fired
    clock.advance(3_600_000)
    expect(clock.fired).toBe(quiet)
    cluster.member(b!).start()
    clock.advance(3000)
    expect(attempt(leader, 'w')).toBe('done')
  })

  test('a minority cannot commit; healed, it takes over the log of the majority', () => {
    const { clock, network, cluster, start, others, attempt, held, names } = newCluster(3)
    const old = start()
    const [a, b] = others(old)
    attempt(old, 'before')
    network.split([old], [a!, b!])
    expect(attempt(old, 'lost')).toBe(TIMED_OUT)
    expect(cluster.member(old).lastIndex).toBe(cluster.member(a!).lastIndex + 1)
    clock.advance(3000)
    expect(attempt(a!, 'kept')).toBe('done')
    const seen: string[] = []
    expect(() => cluster.client(old).watch('/registry/', 1, () => {})).toThrow('etcdserver: no leader')
    network.split(names)
    cluster.client(old).watch('/registry/', 1, ({ kv }) => seen.push(kv.value.metadata.name))
    expect(held(old)).toEqual(['before', 'kept'])
    expect(seen).toEqual(['before', 'kept'])
    expect(cluster.member(old).lastIndex).toBe(cluster.member(a!).lastIndex)
  })

  test('a member that is cut off hears of what it missed once it is back', () => {
    const { clock, network, cluster, start, others, attempt, names } = newCluster(3)
    const leader = start()
    const [a] = others(leader)
    const seen: string[] = []
    cluster.client(a!).watch('/registry/', 1, ({ kv }) => seen.push(kv.value.metadata.name))
    attempt(leader, 'x')
    network.split([a!], others(a!))
    attempt(leader, 'y')
    expect(seen).toEqual(['x'])
    expect(cluster.client(a!).revision).toBe(2)
    clock.advance(60_000)
    network.split(names)
    expect(seen).toEqual(['x', 'y'])
    expect(cluster.client(a!).revision).toBe(3)
    expect(cluster.leader()).toBe(leader)
  })

  test('what a leader could not commit is committed if it finds its majority again in time', () => {
    const { clock, network, start, others, attempt, held, names } = newCluster(3)
    const leader = start()
    network.split([leader], others(leader))
    attempt(leader, 'late')
    clock.advance(500)
    network.split(names)
    expect(held(leader)).toEqual(['late'])
  })
})

test.each([
  [3, 1],
  [4, 1],
  [5, 2],
])('%d members survive the loss of %d, not of one more', (size, losses) => {
  const { clock, cluster, start, attempt, names } = newCluster(size)
  start()
  for (const name of names.slice(0, losses)) cluster.member(name).stop()
  clock.advance(5000)
  expect(attempt(names.at(-1)!, 'x')).toBe('done')
  cluster.member(names[losses]!).stop()
  clock.advance(5000)
  expect(attempt(names.at(-1)!, 'y')).toBe(TIMED_OUT)
})

test('leases wait for a leader', () => {
  const { clock, cluster, start, others } = newCluster(3)
  const leader = start()
  const client = cluster.client(leader)
  client.put('/registry/events/a/x', () => object('x'), 0, client.grantLease(10))
  for (const name of others(leader)) cluster.member(name).stop()
  clock.advance(20_000)
  for (const name of others(leader)) cluster.member(name).start()
  clock.advance(3000)
  expect(cluster.client(leader).count('/registry/events/')).toBe(0)
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('put' as const), fc.nat(4)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('advance' as const), fc.constantFrom(50, 100, 500, 1500, 4000)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('start' as const, 'stop' as const), fc.nat(4)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('split' as const), fc.nat(31)) },
)

test('no committed write is ever lost, and a term has at most one leader', () => {
  fc.assert(
    fc.property(fc.constantFrom(3, 5), fc.nat(), fc.array(step, { maxLength: 60 }), (size, seed, steps) => {
      const { clock, network, cluster, names, start, attempt, held } = newCluster(size, seed)
      start()
      const leaders = new Map<number, string>()
      cluster.onChange(() => {
        for (const { name, state, term } of cluster.members) {
          if (state !== 'leader') continue
          expect(leaders.get(term) ?? name).toBe(name)
          leaders.set(term, name)
        }
      })
      const committed: string[] = []
      steps.forEach(([op, n], i) => {
        const name = names[n % size]!
        if (op === 'put') attempt(name, `k${i}`) === 'done' && committed.push(`k${i}`)
        else if (op === 'advance') clock.advance(n)
        else if (op === 'split')
          network.split(
            names.filter((_, j) => n & (1 << j)),
            names.filter((_, j) => !(n & (1 << j))),
          )
        else cluster.member(name)[op]()
      })
      network.split(names)
      for (const name of names) cluster.member(name).start()
      clock.advance(20_000)
      for (const name of names) expect(held(name)).toEqual(expect.arrayContaining(committed))
      expect(new Set(names.map((name) => cluster.member(name).lastIndex)).size).toBe(1)
    }),
    { numRuns: 300 },
  )
})
