import { expect, test } from 'vitest'
import type { HorizontalPodAutoscaler } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, deployment, type TestCluster } from '../testing/harness.ts'

const autoscaler = (target: string, kind = 'Deployment'): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind, name: target },
    minReplicas: 2,
    maxReplicas: 4,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
})

function start(replicas: number, target = autoscaler('web')): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=horizontalpodautoscaling')
  made(cluster.client.create(deployment('web', { replicas })))
  made(cluster.client.create(target))
  cluster.clock.settle()
  return cluster
}
const replicas = ({ client }: TestCluster) => client.get('Deployment', 'web', 'default')!.spec.replicas
const conditions = ({ client }: TestCluster) =>
  (client.get('HorizontalPodAutoscaler', 'web', 'default')!.status?.conditions ?? []).map(
    ({ type, status, reason }) => `${type}=${status} ${reason}`,
  )

test.each([
  [1, 2, 'Current number of replicas below Spec.MinReplicas'],
  [9, 4, 'Current number of replicas above Spec.MaxReplicas'],
])('%i replicas become %i, after 15 s', (from, to, why) => {
  const cluster = start(from)
  cluster.clock.advance(14_000)
  expect(replicas(cluster)).toBe(from)
  cluster.clock.advance(1_000)
  expect(replicas(cluster)).toBe(to)
  expect(cluster.messages('SuccessfulRescale')).toEqual([`New size: ${to}; reason: ${why}`])
  expect(conditions(cluster)).toEqual(['AbleToScale=True SucceededRescale'])
})

test('between its bounds it says that nobody serves metrics', () => {
  const cluster = start(3)
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(3)
  expect(conditions(cluster)).toEqual([
    'AbleToScale=True SucceededGetScale',
    'ScalingActive=False FailedGetResourceMetric',
  ])
  expect(cluster.messages('FailedComputeMetricsReplicas')).toEqual([
    'invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
  ])
})

test.each([
  [autoscaler('gone'), 'deployments.apps "gone" not found'],
  [autoscaler('web', 'Foo'), 'no matches for kind "Foo" in group "apps"'],
])('without a target it cannot scale', (target, message) => {
  const cluster = start(3, target)
  cluster.clock.advance(15_000)
  expect(cluster.messages('FailedGetScale')).toEqual([message])
  expect(conditions(cluster)).toEqual(['AbleToScale=False FailedGetScale'])
})
