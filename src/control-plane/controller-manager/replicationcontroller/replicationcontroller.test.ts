import { expect, test } from 'vitest'
import type { Pod, ReplicationController } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, runPods, type TestCluster } from '../testing/harness.ts'

const controller: ReplicationController = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { app: 'web' },
    template: { metadata: { labels: { app: 'web' } } as never, spec: podSpec() },
  },
  status: { replicas: 0 },
}
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: podSpec(),
})

function start(...before: Pod[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=replicationcontroller')
  for (const each of before) made(cluster.client.create(each))
  cluster.clock.settle()
  made(cluster.client.create(controller))
  cluster.clock.settle()
  return cluster
}

test('keeps as many pods as asked for and counts them', () => {
  const cluster = start()
  runPods(cluster)
  cluster.clock.settle()
  expect(cluster.client.list('Pod').map(({ metadata }) => metadata.ownerReferences?.[0]?.kind)).toEqual([
    'ReplicationController',
    'ReplicationController',
  ])
  expect(cluster.client.get('ReplicationController', 'web', 'default')!.status).toEqual({
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    observedGeneration: 1,
  })
  expect(cluster.messages('SuccessfulCreate')).toHaveLength(2)
})

test('adopts what is there before it makes any, and what comes later', () => {
  const cluster = start(pod('orphan'))
  expect(cluster.client.list('Pod')).toHaveLength(2)
  expect(cluster.client.get('Pod', 'orphan', 'default')!.metadata.ownerReferences?.[0]?.name).toBe('web')
  made(cluster.client.create(pod('another')))
  cluster.clock.settle()
  expect(cluster.client.list('Pod')).toHaveLength(2)
  expect(cluster.messages('SuccessfulDelete')).toHaveLength(1)
})
