import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Pod, ReplicaSet } from '../../../api/types.ts'
import { podsToDelete } from '../deletion-order.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, runPods, type TestCluster } from '../testing/harness.ts'

function replicaSet(replicas: number, spec: Partial<ReplicaSet['spec']> = {}): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } } as never, spec: podSpec() },
      ...spec,
    },
    status: { replicas: 0 },
  }
}

const pods = ({ client }: TestCluster) => client.list('Pod', { namespace: 'default' })
const status = ({ client }: TestCluster) => client.get('ReplicaSet', 'web', 'default')!.status!

function start(object: ReplicaSet, ...args: string[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start(...args)
  made(cluster.client.create(object))
  cluster.clock.settle()
  return cluster
}

function scale({ client, clock }: TestCluster, replicas: number): void {
  made(client.update('ReplicaSet', 'web', 'default', (rs) => ({ ...rs, spec: { ...rs.spec, replicas } })))
  clock.settle()
}

test('too few pods are created, too many deleted, with events', () => {
  const cluster = start(replicaSet(3))
  expect(pods(cluster)).toHaveLength(3)
  expect(cluster.messages('SuccessfulCreate')).toEqual(
    pods(cluster).map(({ metadata }) => `Created pod: ${metadata.name}`),
  )
  scale(cluster, 1)
  expect(pods(cluster)).toHaveLength(1)
  expect(cluster.messages('SuccessfulDelete')).toHaveLength(2)
  expect(status(cluster)).toMatchObject({ replicas: 1, observedGeneration: 2 })
})

test('a deleted pod is replaced, a failed one too', () => {
  const cluster = start(replicaSet(2))
  const [first, second] = pods(cluster)
  cluster.client.delete('Pod', first!.metadata.name, 'default')
  made(
    cluster.client.updateStatus('Pod', second!.metadata.name, 'default', (pod) => ({
      ...pod,
      status: { phase: 'Failed' },
    })),
  )
  cluster.clock.settle()
  expect(pods(cluster).filter((pod) => pod.status?.phase !== 'Failed')).toHaveLength(2)
})

test('terminating pods do not count, but are told of', () => {
  const cluster = createTestCluster()
  cluster.start()
  const stop = runPods(cluster)
  made(cluster.client.create(replicaSet(2)))
  cluster.clock.settle()
  stop()
  cluster.client.delete('Pod', pods(cluster)[0]!.metadata.name, 'default')
  cluster.clock.settle()
  expect(pods(cluster)).toHaveLength(3)
  expect(status(cluster)).toMatchObject({ replicas: 2, terminatingReplicas: 1 })
})

describe('pods and their labels', () => {
  const orphan: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'orphan', namespace: 'default', labels: { app: 'web' } },
    spec: podSpec(),
  }

  test('an orphan that is selected is adopted', () => {
    const cluster = createTestCluster()
    cluster.start()
    made(cluster.client.create(orphan))
    made(cluster.client.create(replicaSet(2)))
    cluster.clock.settle()
    expect(pods(cluster)).toHaveLength(2)
    expect(cluster.client.get('Pod', 'orphan', 'default')!.metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true },
    ])
  })

  test('an orphan that comes later is adopted and one too many is deleted', () => {
    const cluster = start(replicaSet(2))
    made(cluster.client.create(orphan))
    cluster.clock.settle()
    expect(pods(cluster)).toHaveLength(2)
  })

  test('a pod that is relabelled is released and replaced', () => {
    const cluster = start(replicaSet(2))
    const { name } = pods(cluster)[0]!.metadata
    made(
      cluster.client.update('Pod', name, 'default', (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, labels: { app: 'debug' } },
      })),
    )
    cluster.clock.settle()
    expect(pods(cluster)).toHaveLength(3)
    expect(cluster.client.get('Pod', name, 'default')!.metadata).not.toHaveProperty('ownerReferences')
  })
})

test('a refused pod is reported once a batch, in a condition too, and tried again', () => {
  const cluster = createTestCluster()
  let refused = 0
  cluster.server.refuse = (verb, object) => {
    if (verb !== 'create' || object.kind !== 'Pod') return undefined
    refused++
    return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', message: 'exceeded quota: pods' }
  }
  cluster.start()
  made(cluster.client.create(replicaSet(100)))
  cluster.clock.settle()
  // The first attempt, and one more because the ReplicaSet's status has changed; then it waits.
  expect(refused).toBe(2)
  expect(new Set(cluster.messages('FailedCreate'))).toEqual(new Set(['Error creating: exceeded quota: pods']))
  expect(findCondition(status(cluster).conditions, 'ReplicaFailure')).toMatchObject({
    status: 'True',
    reason: 'FailedCreate',
    message: 'exceeded quota: pods',
  })
  cluster.server.refuse = () => undefined
  cluster.clock.advance(1_000)
  expect(pods(cluster)).toHaveLength(100)
  expect(status(cluster)).not.toHaveProperty('conditions')
})

test('no more than 500 pods at once, and the rest right after', () => {
  const cluster = start(replicaSet(1200))
  expect(pods(cluster)).toHaveLength(1200)
})

test('minReadySeconds delays availability', () => {
  const cluster = createTestCluster()
  cluster.start()
  runPods(cluster)
  made(cluster.client.create(replicaSet(1, { minReadySeconds: 10 })))
  cluster.clock.settle()
  expect(status(cluster)).toMatchObject({ readyReplicas: 1 })
  expect(status(cluster)).not.toHaveProperty('availableReplicas')
  cluster.clock.advance(10_000)
  expect(status(cluster)).toMatchObject({ readyReplicas: 1, availableReplicas: 1 })
})

describe('which pods go first', () => {
  const now = 10_000_000
  const pod = (
    name: string,
    changes: { node?: string; phase?: string; ready?: number; cost?: string; restarts?: number; age?: number } = {},
  ): Pod => {
    const { node, phase = 'Running', ready, cost, restarts = 0, age = 1000 } = changes
    const annotations =
      cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }
    const conditions =
      ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(now - ready * 1000) }]
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, uid: name, ...annotations, creationTimestamp: rfc3339(now - age * 1000) },
      spec: { ...podSpec(), ...(node === undefined ? {} : { nodeName: node }) },
      status: { phase, conditions, containerStatuses: [{ restartCount: restarts }] as never },
    }
  }
  test.each<[string, Pod, Pod]>([
    ['unassigned before assigned', pod('a'), pod('b', { node: 'n' })],
    ['pending before running', pod('a', { node: 'n', phase: 'Pending' }), pod('b', { node: 'n' })],
    ['not ready before ready', pod('a', { node: 'n' }), pod('b', { node: 'n', ready: 5 })],
    ['cheaper before dearer', pod('a', { node: 'n', cost: '-5' }), pod('b', { node: 'n' })],
    ['ready for a short time before long', pod('a', { node: 'n', ready: 1 }), pod('b', { node: 'n', ready: 500 })],
    ['more restarts first', pod('a', { node: 'n', restarts: 3 }), pod('b', { node: 'n' })],
    ['younger before older', pod('a', { node: 'n', age: 1 }), pod('b', { node: 'n', age: 500 })],
  ])('%s', (_, first, second) => {
    expect(podsToDelete([second, first], [], 1, now)).toEqual([first])
    expect(podsToDelete([first, second], [], 1, now)).toEqual([first])
  })

  test('a crowded node before a lonely one', () => {
    const crowd = [pod('a', { node: 'n1' }), pod('b', { node: 'n1' }), pod('c', { node: 'n2' })]
    expect(podsToDelete(crowd, crowd, 1, now)[0]!.spec.nodeName).toBe('n1')
  })

  test('the order does not depend on where a pod stands in the list', () => {
    const any = fc.record({
      node: fc.constantFrom(undefined, 'n1', 'n2'),
      phase: fc.constantFrom('Pending', 'Running', 'Unknown'),
      ready: fc.constantFrom(undefined, 1, 300, 9000),
      restarts: fc.nat(2),
      age: fc.constantFrom(1, 2, 700, 9000),
    })
    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 8 }), (list) => {
        const all = list.map((changes, i) => pod(`p${i}`, changes as never))
        const names = (found: readonly Pod[]) => found.map(({ metadata }) => metadata.name)
        const once = podsToDelete(all, all, 1, now)
        const more = podsToDelete(all, all, all.length - 1, now)
        expect(names(more)).toContain(names(once)[0])
      }),
    )
  })
})
