import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ApiServer, ServerWatchEvent } from '../api/request.ts'
import { rfc3339Micro } from '../api/time.ts'
import type { KubernetesObject, Lease } from '../api/types.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import { createClient } from './client.ts'
import { Renewals } from './renewals.ts'
import { MemoryApiServer, Wire } from './testing/api-server.ts'

const lease: Lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'n1', namespace: 'kube-node-lease' },
  spec: { holderIdentity: 'n1' },
}
const credentials = { type: 'anonymous' } as const
const resource = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' }
const about = { credentials, resource, namespace: 'kube-node-lease', name: 'n1' }

function newWorld(lazy: boolean) {
  const clock = new VirtualClock()
  const memory = new MemoryApiServer(clock)
  const renewals = new Renewals(clock)
  const server: ApiServer = lazy ? renewals.serve(memory) : memory
  const wire = new Wire(server)
  const world = { clock, trace: { add: () => {} } }
  const client = createClient({ user: { name: 'n1', groups: [] }, connection: wire, world, random: new Random(1) })
  client.create(lease)
  const failed: string[] = []
  const renewed = (held: Lease, at: number) =>
    held.spec.holderIdentity === 'n1' ? { ...held, spec: { ...held.spec, renewTime: rfc3339Micro(at) } } : undefined
  const keep = (firstAt: number) =>
    client.keepRenewed!('n1', 'kube-node-lease', { firstAt, everyMs: 10_000 }, renewed, (status, at) =>
      failed.push(`${at} ${status?.reason}`),
    )
  const read = () => {
    const { body } = server.handle({ verb: 'get', ...about })
    return 'spec' in body ? (body as unknown as Lease).spec : undefined
  }
  return { clock, memory, renewals, server, wire, client, failed, keep, read }
}

describe('a Lease that nobody looks at', () => {
  let world: ReturnType<typeof newWorld>
  let stop: () => void
  beforeEach(() => {
    world = newWorld(true)
    stop = world.keep(10_000)
    world.clock.advance(10_000)
  })

  test('is renewed without a timer or a write', () => {
    const { clock, memory } = world
    const [fired, requests] = [clock.fired, memory.requests.length]
    clock.advance(24 * 3_600_000)
    expect([clock.fired, memory.requests.length]).toEqual([fired, requests])
  })

  test('is seen as renewed, alone and in a list, without a write', () => {
    const { clock, memory, server, read } = world
    clock.advance(3_605_000)
    expect(read()?.renewTime).toBe(rfc3339Micro(3_610_000))
    const { body } = server.handle({ verb: 'list', credentials, resource })
    expect(body).toMatchObject({ items: [{ spec: { renewTime: rfc3339Micro(3_610_000) } }] })
    expect(memory.requests.slice(-2).map(({ verb }) => verb)).toEqual(['get', 'list'])
  })

  test('is written when its keeper stops', () => {
    const { clock, memory } = world
    clock.advance(3_605_000)
    stop()
    const { body } = memory.handle({ verb: 'get', ...about })
    expect(body).toMatchObject({ spec: { renewTime: rfc3339Micro(3_610_000) } })
    clock.advance(3_600_000)
    expect(world.read()?.renewTime).toBe(rfc3339Micro(3_610_000))
  })

  test('tells outside watchers of each renewal, and leaves no mark of it', () => {
    const { clock, server, memory } = world
    const seen: (string | undefined)[] = []
    const onEvent = (event: ServerWatchEvent) =>
      event.type === 'MODIFIED' && seen.push((event.object as Lease).spec.renewTime)
    const watch = server.watch({ verb: 'watch', credentials, resource, onlooker: true }, onEvent)
    const fired = clock.fired
    clock.advance(25_000)
    expect(seen).toEqual([20_000, 30_000].map(rfc3339Micro))
    expect(clock.fired).toBe(fired)
    expect(memory.requests.some(({ verb, onlooker }) => verb === 'update' && onlooker)).toBe(false)
    if ('stop' in watch) watch.stop()
    clock.advance(60_000)
    expect(seen).toHaveLength(2)
  })

  test('shows at once what went wrong, when told to check', () => {
    const { clock, memory, renewals, failed } = world
    clock.advance(600_000)
    memory.handle({ verb: 'delete', ...about })
    renewals.check()
    clock.advance(10_000)
    expect(failed).toEqual(['620000 NotFound'])
  })
})

test('a namespace may be kept eager', () => {
  const clock = new VirtualClock()
  const memory = new MemoryApiServer(clock)
  const server = new Renewals(clock, (namespace) => namespace === 'kube-node-lease').serve(memory)
  memory.handle({ verb: 'create', ...about, body: lease })
  const change = (held: KubernetesObject) => ({ ...held })
  server.renew({ request: { verb: 'update', ...about }, firstAt: 10, everyMs: 10, change, onRefused: () => {} })
  clock.advance(100)
  expect(memory.requests.filter(({ verb }) => verb === 'update')).toHaveLength(10)
})

const step = fc.oneof(
  fc.tuple(fc.constant('advance'), fc.constantFrom(0, 1, 5000, 9999, 10_000, 10_001, 47_000)),
  fc.tuple(fc.constantFrom('cut', 'connect', 'keep', 'stop', 'delete', 'take', 'create'), fc.constant(0)),
)

test('nobody can tell lazy renewals from eager ones', () => {
  const run = (lazy: boolean, steps: readonly (readonly [string, number])[]) => {
    const { clock, server, wire, keep, read, failed } = newWorld(lazy)
    let stop = keep(10_000)
    const seen: unknown[] = []
    for (const [op, ms] of steps) {
      if (op === 'advance') clock.advance(ms)
      else if (op === 'cut') wire.connect(undefined)
      else if (op === 'connect') wire.connect(server)
      else if (op === 'stop') stop()
      else if (op === 'delete') server.handle({ verb: 'delete', ...about })
      else if (op === 'create') server.handle({ verb: 'create', ...about, body: lease })
      else if (op === 'take')
        server.handle({
          verb: 'update',
          ...about,
          change: (held) => ({ ...held, spec: { holderIdentity: 'x' } }) as Lease,
        })
      else {
        stop()
        stop = keep(clock.now() + 10_000)
      }
      seen.push([clock.now(), read(), [...failed]])
    }
    return seen
  }
  fc.assert(
    fc.property(fc.array(step as fc.Arbitrary<[string, number]>, { maxLength: 30 }), (steps) => {
      expect(run(true, steps)).toEqual(run(false, steps))
    }),
    { numRuns: 500 },
  )
})
