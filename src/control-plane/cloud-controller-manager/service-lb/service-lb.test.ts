import { describe, expect, test } from 'vitest'
import type { Service } from '../../../api/types.ts'
import type { CloudProvider, Ingresses, ProviderError } from '../cloud-provider.ts'
import { createTestCloud, nodeOf } from '../testing/harness.ts'
import { CLEANUP, needsCleanup, needsUpdate, wantsLoadBalancer } from './needs.ts'
import { isBackend, loggableNames, sameBackends } from './predicates.ts'

type Spec = NonNullable<Service['spec']>
const service = (spec: Partial<Spec> = {}, metadata: Partial<Service['metadata']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', ...metadata },
  spec: { type: 'LoadBalancer', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }], ...spec },
})

// Source: k8s.io/cloud-provider/controllers/service/controller_test.go TestNeedsUpdate
test.each<[string, Service, Service, boolean]>([
  ['another type', service(), service({ type: 'ClusterIP' }), true],
  ['never one', service({ type: 'ClusterIP' }), service({ type: 'NodePort' }), false],
  ['other ports', service({ ports: [{ port: 8000 }] }), service({ ports: [{ port: 8001 }] }), true],
  ['external IPs', service({ externalIPs: ['1.1.1.1'] }), service({ externalIPs: ['1.1.1.1', '2.2.2.2'] }), true],
  ['uid', service({}, { uid: 'old' }), service({}, { uid: 'new' }), true],
  ['policy', service({ externalTrafficPolicy: 'Cluster' }), service({ externalTrafficPolicy: 'Local' }), true],
  ['health check port', service({ healthCheckNodePort: 30123 }), service({ healthCheckNodePort: 30124 }), true],
  [
    'target port',
    service({ ports: [{ port: 80, targetPort: 20 }] }),
    service({ ports: [{ port: 80, targetPort: 21 }] }),
    true,
  ],
  [
    'target name',
    service({ ports: [{ port: 80, targetPort: 'a' }] }),
    service({ ports: [{ port: 80, targetPort: 'b' }] }),
    true,
  ],
  ['app protocol', service({ ports: [{ port: 80 }] }), service({ ports: [{ port: 80, appProtocol: 'http' }] }), true],
  ['a second family', service({ ipFamilies: ['IPv4'] }), service({ ipFamilies: ['IPv4', 'IPv6'] }), true],
  ['the same families', service({ ipFamilies: ['IPv4'] }), service({ ipFamilies: ['IPv4'] }), false],
  ['annotations', service(), service({}, { annotations: { a: 'b' } }), true],
  ['source ranges', service(), service({ loadBalancerSourceRanges: ['10.0.0.0/8'] }), true],
  ['affinity', service(), service({ sessionAffinity: 'ClientIP' }), true],
  ['address', service(), service({ loadBalancerIP: '1.2.3.4' }), true],
  ['labels and finalizers only', service(), service({}, { labels: { a: 'b' }, finalizers: [CLEANUP] }), false],
])('needs an update: %s', (_what, old, now, needed) => {
  expect(needsUpdate(old, now)).toBe(needed)
})

// Source: controller_test.go TestNeedsCleanup
test.each<[string, Service, boolean]>([
  ['no finalizer', service({ type: 'ClusterIP' }), false],
  ['held, no load balancer wanted', service({ type: 'NodePort' }, { finalizers: [CLEANUP] }), true],
  ['held, load balancer wanted', service({}, { finalizers: [CLEANUP] }), false],
  ['held, deleted', service({}, { finalizers: [CLEANUP], deletionTimestamp: '2026-01-01T00:00:00Z' }), true],
])('needs to be cleaned up: %s', (_what, object, needed) => {
  expect(needsCleanup(object)).toBe(needed)
})

test('one with a class is somebody else’s', () => {
  expect(wantsLoadBalancer(service())).toBe(true)
  expect(wantsLoadBalancer(service({ loadBalancerClass: 'internal' }))).toBe(false)
})

// Source: controller_test.go Test_respectsPredicates, TestListWithPredicate
test.each([
  ['ready', nodeOf('a'), true],
  ['not ready', nodeOf('a', { ready: 'False' }), true],
  ['excluded', nodeOf('a', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }), false],
  [
    'excluded: no',
    nodeOf('a', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'false' } }),
    true,
  ],
  ['to be removed', nodeOf('a', { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }), false],
  [
    'control plane',
    nodeOf('a', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }),
    true,
  ],
])('behind load balancers: a node that is %s', (_what, node, is) => {
  expect(isBackend(node)).toBe(is)
})

// Source: controller_test.go TestNodesNotEqual
test('a set of nodes differs by names and provider ids', () => {
  const [a, b] = [nodeOf('a', { providerID: '1' }), nodeOf('b', { providerID: '2' })]
  expect(sameBackends([a, b], [b, a])).toBe(true)
  expect(sameBackends([a, b], [a])).toBe(false)
  expect(sameBackends([a, b], [a, nodeOf('b', { providerID: '3' })])).toBe(false)
  expect(sameBackends([a, b], [a, nodeOf('b', {})])).toBe(false)
})

test('names in messages: sorted, at most twenty', () => {
  expect(loggableNames([nodeOf('b'), nodeOf('a')])).toBe('[a b]')
  const many = Array.from({ length: 22 }, (_, n) => nodeOf(`n${String(n).padStart(2, '0')}`))
  expect(loggableNames(many)).toMatch(/^\[n00 .* n19 <2 more>\]$/)
})

/** A cloud that does at once what it is told, and notes it. */
function fakeBalancers() {
  const state = { exists: false, error: undefined as ProviderError | undefined, calls: [] as string[] }
  const ingress: Ingresses = [{ ip: '198.51.100.1' }]
  const called = <T>(what: string, answer: T, done: (answer: T | ProviderError) => void) => {
    state.calls.push(what)
    if (state.error === undefined) state.exists = !what.startsWith('delete')
    done(state.error ?? answer)
  }
  const names = (nodes: readonly { metadata: { name: string } }[]) =>
    nodes.map(({ metadata }) => metadata.name).join(' ')
  const provider = {
    name: 'fake',
    loadBalancer: {
      get: () => (state.exists ? ingress : undefined),
      ensure: (_c, { metadata }, nodes, done) => called(`ensure ${metadata.name} [${names(nodes)}]`, ingress, done),
      update: (_c, { metadata }, nodes, done) => called(`update ${metadata.name} [${names(nodes)}]`, undefined, done),
      ensureDeleted: (_c, { metadata }, done) => called(`delete ${metadata.name}`, undefined, done),
    },
    onChange: () => () => {},
  } as Pick<CloudProvider, 'name' | 'loadBalancer' | 'onChange'> as CloudProvider
  return { state, provider }
}

function started() {
  const test = createTestCloud()
  const { state, provider } = fakeBalancers()
  test.client.create(nodeOf('node0'))
  test.start(['--controllers=service'], provider)
  const get = () => test.client.get('Service', 'web', 'default')
  const change = (spec: Partial<Spec>) => {
    test.client.update('Service', 'web', 'default', (now) => ({ ...now, spec: { ...now.spec, ...spec } }))
    test.clock.settle()
  }
  return { ...test, state, get, change }
}

// Source: controller_test.go TestSyncLoadBalancerIfNeeded, TestProcessServiceCreateOrUpdate, TestProcessServiceDeletion
describe('a Service', () => {
  test.each([
    ['of another type', service({ type: 'ClusterIP' })],
    ['with a class', service({ loadBalancerClass: 'internal' })],
  ])('%s is left alone', (_what, object) => {
    const { client, clock, get, state, told } = started()
    client.create(object)
    clock.advance(60_000)
    expect([state.calls, told(), get()?.status]).toEqual([[], [], undefined])
  })

  test('gets its load balancer, and keeps it until it is gone for good', () => {
    const { client, clock, get, state, told } = started()
    client.create(service())
    clock.settle()
    expect(get()).toMatchObject({
      metadata: { finalizers: [CLEANUP] },
      status: { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } },
    })
    client.delete('Service', 'web', 'default')
    clock.settle()
    expect(get()).toBeUndefined()
    expect(state.calls).toEqual(['ensure web [node0]', 'delete web'])
    expect(told()).toEqual([
      'Normal EnsuringLoadBalancer Ensuring load balancer',
      'Normal EnsuredLoadBalancer Ensured load balancer',
      'Normal DeletingLoadBalancer Deleting load balancer',
      'Normal DeletedLoadBalancer Deleted load balancer',
    ])
    expect(clock.nextDue()).toBeUndefined()
  })

  test('that wants none any more loses it, its finalizer and its address', () => {
    const { change, client, clock, get, state } = started()
    client.create(service())
    clock.settle()
    change({ type: 'ClusterIP' })
    expect(state.calls).toEqual(['ensure web [node0]', 'delete web'])
    expect(get()?.metadata.finalizers).toBeUndefined()
    expect(get()?.status).toEqual({ loadBalancer: {} })
  })

  test('is tried again after 5 s, 10 s, 20 s … at most 5 min', () => {
    const { client, clock, events, state, told } = started()
    state.error = { error: 'boom' }
    client.create(service())
    const attempts: number[] = []
    for (let at = 0; at <= 1500; at++) {
      if (state.calls.length > attempts.length) attempts.push(at)
      clock.advance(1000)
    }
    expect(attempts.slice(0, 9)).toEqual([1, 5, 15, 35, 75, 155, 315, 615, 915])
    expect(told()).toContain(
      'Warning SyncLoadBalancerFailed Error syncing load balancer: failed to ensure load balancer: boom',
    )
    events.length = 0
    state.error = { error: 'soon', retryAfterMs: 3000 }
    clock.advance(330_000)
    expect(told().filter((line) => line.includes('soon')).length).toBeGreaterThan(100)
  })

  test('that another controller serves is no failure', () => {
    const { client, clock, state, told } = started()
    state.error = { error: 'implemented by alternate to cloud provider', elsewhere: true }
    client.create(service())
    clock.advance(600_000)
    expect(state.calls).toHaveLength(1)
    expect(told()).toEqual(['Normal EnsuringLoadBalancer Ensuring load balancer'])
  })

  test('whose load balancer cannot be deleted stays, and is tried again with every resync', () => {
    const { client, clock, get, state, told } = started()
    client.create(service())
    clock.settle()
    state.error = { error: 'boom' }
    client.delete('Service', 'web', 'default')
    clock.advance(300_000)
    expect(told()).toContain(
      'Warning SyncLoadBalancerFailed Error syncing load balancer: failed to delete load balancer: boom',
    )
    expect(state.calls.filter((call) => call === 'delete web').length).toBeGreaterThan(9)
    state.error = undefined
    clock.advance(30_000)
    expect(get()).toBeUndefined()
  })

  test('of which the finalizer is refused gets no load balancer', () => {
    const { client, clock, server, state, told } = started()
    server.refuse = (verb) =>
      verb === 'update' ? ({ kind: 'Status', status: 'Failure', message: 'conflict', code: 409 } as never) : undefined
    client.create(service())
    clock.advance(1000)
    expect(state.calls).toEqual([])
    expect(told()).toEqual([
      'Normal EnsuringLoadBalancer Ensuring load balancer',
      'Warning SyncLoadBalancerFailed Error syncing load balancer: failed to add load balancer cleanup finalizer: conflict',
    ])
  })
})

// Source: controller_test.go TestNodeChangesForStableNodeSetEnabled
describe('nodes', () => {
  test('that come, go, or are excluded are told to load balancers; readiness is not', () => {
    const { client, clock, ready, state, told } = started()
    client.create(service())
    clock.settle()
    state.calls.length = 0
    client.create(nodeOf('node1'))
    clock.settle()
    ready('node1', 'False')
    client.update('Node', 'node0', undefined, (node) => ({
      ...node,
      spec: { ...node.spec, taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
    }))
    clock.settle()
    expect(state.calls).toEqual(['update web [node0 node1]'])
    client.update('Node', 'node1', undefined, (node) => ({ ...node, spec: { ...node.spec, providerID: 'x://1' } }))
    clock.settle()
    // By now the taint counts, too.
    expect(state.calls.at(-1)).toBe('update web [node1]')
    client.delete('Node', 'node1')
    clock.settle()
    expect(state.calls.at(-1)).toBe('update web []')
    expect(told().slice(2)).toEqual([
      'Normal UpdatedLoadBalancer Updated load balancer with new hosts',
      'Normal UpdatedLoadBalancer Updated load balancer with new hosts',
      'Warning UnAvailableLoadBalancer There are no available nodes for LoadBalancer',
    ])
  })

  test('that a load balancer does not take are tried again with the Service', () => {
    const { client, clock, state, told } = started()
    client.create(service())
    clock.settle()
    state.error = { error: 'boom' }
    state.calls.length = 0
    client.create(nodeOf('node1'))
    clock.advance(1000)
    expect(state.calls).toEqual(['update web [node0 node1]', 'ensure web [node0 node1]'])
    expect(told()).toContain(
      'Warning UpdateLoadBalancerFailed Error updating load balancer with new hosts [node0 node1] [node names limited, total number of nodes: 2], error: boom',
    )
  })
})

test('what the cloud has begun for one that is gone is found by the next', () => {
  const { client, clock, cloud, machine, start, told } = createTestCloud()
  const { id, zone } = machine('node0')
  client.create(nodeOf('node0', { providerID: `kubedrill://${zone}/${id}` }))
  const stop = start(['--controllers=service'])
  client.create(service())
  clock.advance(10_000)
  stop()
  clock.advance(5000)
  start(['--controllers=service'])
  clock.advance(14_999)
  expect(client.get('Service', 'web', 'default')?.status).toBeUndefined()
  clock.advance(1)
  expect(client.get('Service', 'web', 'default')?.status?.loadBalancer?.ingress).toEqual([
    { ip: '203.0.113.1', ipMode: 'VIP' },
  ])
  expect(told()).toEqual([
    'Normal EnsuringLoadBalancer Ensuring load balancer',
    'Normal EnsuringLoadBalancer Ensuring load balancer',
    'Normal EnsuredLoadBalancer Ensured load balancer',
  ])
  expect(cloud.loadBalancers.list()).toHaveLength(1)
})
