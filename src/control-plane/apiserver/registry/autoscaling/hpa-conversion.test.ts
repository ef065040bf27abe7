import { expect, test } from 'vitest'
import type { HorizontalPodAutoscaler, MetricSpec } from '../../../../api/types.ts'
import { fromAutoscalingV1, toAutoscalingV1 } from './hpa-conversion.ts'

const metric = { name: 'qps', selector: { matchLabels: { a: 'b' } } }
const average = { type: 'AverageValue', averageValue: '30' }

const metrics: readonly MetricSpec[] = [
  { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
  { type: 'Pods', pods: { metric, target: average } },
  {
    type: 'Object',
    object: {
      describedObject: { kind: 'Service', name: 's', apiVersion: 'v1' },
      metric,
      target: { type: 'Value', value: '2k' },
    },
  },
  { type: 'External', external: { metric, target: average } },
  {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 60 } },
  },
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
]

const autoscaler: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default', annotations: { own: 'kept' } },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
    minReplicas: 1,
    maxReplicas: 3,
    metrics,
    behavior: { scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [] } },
  },
}

test('what autoscaling/v1 has no field for travels in annotations, and comes back', () => {
  const old = toAutoscalingV1(autoscaler)
  expect(old.spec.targetCPUUtilizationPercentage).toBe(70)
  expect(Object.keys(old.metadata.annotations ?? {})).toEqual([
    'own',
    'autoscaling.alpha.kubernetes.io/metrics',
    'autoscaling.alpha.kubernetes.io/behavior',
  ])
  const back = fromAutoscalingV1(old)
  expect(back.spec).toEqual(autoscaler.spec)
  expect(back.metadata.annotations).toEqual({ own: 'kept' })
})

test('a status is shown with the CPU it measured', () => {
  const current = { averageUtilization: 40, averageValue: '100m' }
  const status = {
    currentReplicas: 1,
    desiredReplicas: 2,
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current } }],
  }
  const old = toAutoscalingV1({ ...autoscaler, status })
  expect(old.status).toEqual({ currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 40 })
  expect(fromAutoscalingV1(old).status?.currentMetrics).toEqual(status.currentMetrics)
})
