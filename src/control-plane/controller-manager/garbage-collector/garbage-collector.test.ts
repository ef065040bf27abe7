import { describe, expect, test } from 'vitest'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, deployment, namespace, podSpec, runPods, type TestCluster } from '../testing/harness.ts'

function start(): TestCluster {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  made(cluster.client.create(namespace('default')))
  made(cluster.client.create(deployment('web')))
  cluster.clock.settle()
  expect(count(cluster)).toEqual([1, 1, 3])
  return cluster
}

const count = ({ client }: TestCluster) => [
  client.list('Deployment').length,
  client.list('ReplicaSet').length,
  client.list('Pod').length,
]

describe('a Deployment deleted', () => {
  test('in the background goes first, its pods after it', () => {
    const cluster = start()
    cluster.client.delete('Deployment', 'web', 'default')
    expect(count(cluster)).toEqual([0, 1, 3])
    cluster.clock.settle()
    expect(count(cluster)).toEqual([0, 0, 0])
  })

  test('in the foreground goes last', () => {
    const cluster = start()
    const order: string[] = []
    for (const kind of ['Pod', 'ReplicaSet', 'Deployment'] as const)
      cluster.client.watch(kind, {}, ({ type, object }) => type === 'DELETED' && order.push(object.kind))
    cluster.clock.settle()
    cluster.client.delete('Deployment', 'web', 'default', { propagationPolicy: 'Foreground' })
    cluster.clock.settle()
    expect(count(cluster)).toEqual([0, 0, 0])
    expect(order).toEqual(['Pod', 'Pod', 'Pod', 'ReplicaSet', 'Deployment'])
  })

  test('with orphans leaves its ReplicaSet and pods', () => {
    const cluster = start()
    cluster.client.delete('Deployment', 'web', 'default', { propagationPolicy: 'Orphan' })
    cluster.clock.settle()
    expect(count(cluster)).toEqual([0, 1, 3])
    expect(cluster.client.list('ReplicaSet')[0]!.metadata).not.toHaveProperty('ownerReferences')
  })
})

describe('an object whose owner does not exist', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'gone', uid: 'no-such-uid' }
  const pod = (ownerReferences: (typeof owner)[]) => ({
    apiVersion: 'v1' as const,
    kind: 'Pod' as const,
    metadata: { name: 'stray', namespace: 'default', ownerReferences },
    spec: podSpec(),
  })

  test('is deleted', () => {
    const cluster = start()
    made(cluster.client.create(pod([owner])))
    cluster.clock.settle()
    expect(cluster.client.get('Pod', 'stray', 'default')).toBeUndefined()
  })

  test('stays when another owner exists, without the reference to the first', () => {
    const cluster = start()
    const live = cluster.client.list('Deployment')[0]!
    const other = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: live.metadata.uid! }
    made(cluster.client.create(pod([owner, other])))
    cluster.clock.settle()
    expect(cluster.client.get('Pod', 'stray', 'default')!.metadata.ownerReferences).toEqual([other])
  })

  test('of a kind that is not served stays', () => {
    const cluster = start()
    made(cluster.client.create(pod([{ ...owner, apiVersion: 'example.com/v1', kind: 'Robot' }])))
    cluster.clock.settle()
    expect(cluster.client.get('Pod', 'stray', 'default')).toBeDefined()
  })

  test('that lives in another namespace is reported', () => {
    const cluster = start()
    const live = cluster.client.list('Deployment')[0]!
    const other = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: live.metadata.uid! }
    const stray = pod([other])
    made(cluster.client.create({ ...stray, metadata: { ...stray.metadata, namespace: 'elsewhere' } }))
    cluster.clock.settle()
    expect(cluster.messages('OwnerRefInvalidNamespace')).toEqual([
      `ownerRef [apps/v1/Deployment, namespace: elsewhere, name: web, uid: ${other.uid}] does not exist in namespace "elsewhere"`,
    ])
    expect(cluster.client.get('Pod', 'stray', 'elsewhere')).toBeUndefined()
  })
})

test('the Lease of a deleted node goes with it', () => {
  const cluster = start()
  made(cluster.client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' } }))
  const node = cluster.client.get('Node', 'worker-1')!
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: node.metadata.uid! }]
  const metadata = { name: 'worker-1', namespace: 'kube-node-lease', ownerReferences }
  made(cluster.client.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: {} }))
  cluster.clock.settle()
  cluster.client.delete('Node', 'worker-1')
  cluster.clock.settle()
  expect(cluster.client.list('Lease')).toEqual([])
})
