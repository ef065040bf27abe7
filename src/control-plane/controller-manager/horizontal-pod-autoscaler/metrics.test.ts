import { expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { HorizontalPodAutoscaler, MetricSpec, Pod } from '../../../api/types.ts'
import type { Read } from '../../../client/contract.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, deployment, podSpec, runPods, type TestCluster } from '../testing/harness.ts'

type Spec = Partial<HorizontalPodAutoscaler['spec']>

const cpu: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
}

const autoscaler = (spec: Spec): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 20,
    metrics: [cpu],
    ...spec,
  },
})

const requests = { requests: { cpu: '100m', memory: '64Mi' } }

/** A Deployment whose pods have run for an hour; `use` says what each takes, as metrics-server tells it. */
function start(replicas: number, use: (pod: Pod) => string | undefined, spec: Spec = {}): TestCluster {
  const cluster = createTestCluster()
  const { client, clock, server } = cluster
  cluster.start('--controllers=horizontalpodautoscaling,deployment,replicaset')
  runPods(cluster)
  const { containers } = podSpec()
  const template = {
    metadata: { labels: { app: 'web' } } as never,
    spec: { containers: [{ ...containers[0]!, resources: requests }] },
  }
  made(client.create(deployment('web', { replicas, template: template as never })))
  client.watch('Pod', {}, ({ object: pod, type }) => {
    const { name, namespace } = pod.metadata
    if (type === 'DELETED' || pod.status?.startTime !== undefined || pod.status?.phase === undefined) return
    const startTime = rfc3339(clock.now())
    client.updateStatus('Pod', name, namespace, (now) => ({ ...now, status: { ...now.status, startTime } }))
  })
  server.aggregated = (request) => metricsOf(cluster, request, use)
  clock.settle()
  clock.advance(3_600_000)
  made(client.create(autoscaler(spec)))
  clock.settle()
  return cluster
}

function metricsOf({ client, clock }: TestCluster, { resource }: Read, use: (pod: Pod) => string | undefined) {
  if (resource.group !== 'metrics.k8s.io') return undefined
  const items = client.list('Pod').flatMap((pod) => {
    const used = use(pod)
    const { name, namespace } = pod.metadata
    const usage = { cpu: used, memory: '32Mi' }
    const containers = [{ name: 'app', usage }]
    const head = { metadata: { name, namespace }, timestamp: rfc3339(clock.now()), window: '20s' }
    return used === undefined ? [] : [{ ...head, containers }]
  })
  return { kind: 'PodMetricsList', items }
}

const replicas = ({ client }: TestCluster) => client.get('Deployment', 'web', 'default')!.spec.replicas
const status = ({ client }: TestCluster) => client.get('HorizontalPodAutoscaler', 'web', 'default')!.status!
const condition = (cluster: TestCluster, type: string) =>
  status(cluster).conditions!.find((each) => each.type === type)?.reason

test.each<[string, number, number]>([
  ['54m', 3, 3], // within the tolerance of 10 %
  ['56m', 3, 4],
  ['100m', 3, 6],
  ['200m', 3, 6], // no more than doubled in a pass
  ['5m', 3, 3], // stabilized for five minutes
])('each pod takes %s: %i replicas become %i', (used, from, to) => {
  const cluster = start(from, () => used)
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(to)
})

test('says what it saw, and why it does something', () => {
  const cluster = start(3, () => '100m')
  cluster.clock.advance(15_000)
  expect(status(cluster)).toMatchObject({
    currentReplicas: 3,
    desiredReplicas: 6,
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } } },
    ],
  })
  expect(cluster.messages('SuccessfulRescale')).toEqual([
    'New size: 6; reason: cpu resource utilization (percentage of request) above target',
  ])
  expect(condition(cluster, 'ScalingActive')).toBe('ValidMetricFound')
})

test('goes down only when the highest recommendation of five minutes does', () => {
  const cluster = start(4, () => '10m')
  cluster.clock.advance(300_000)
  expect(replicas(cluster)).toBe(4)
  expect(condition(cluster, 'AbleToScale')).toBe('ScaleDownStabilized')
  cluster.clock.advance(30_000)
  expect(replicas(cluster)).toBe(1)
  expect(cluster.messages('SuccessfulRescale')).toEqual(['New size: 1; reason: All metrics below target'])
})

test('new pods are not believed before they were ready for a whole window', () => {
  const since = Date.UTC(2026, 0, 1) + 60_000
  const cluster = start(2, ({ status }) => (Date.parse(status?.startTime ?? '') < since ? '90m' : '500m'))
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(4)
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(4)
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(8)
})

test('pods without metrics are assumed to speak against the change', () => {
  const cluster = start(4, () => '20m', { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } })
  const measured = cluster.client.list('Pod').slice(0, 2)
  cluster.server.aggregated = (request) =>
    metricsOf(cluster, request, ({ metadata }) =>
      measured.some((pod) => pod.metadata.name === metadata.name) ? '20m' : undefined,
    )
  cluster.clock.advance(15_000)
  // (20 + 20 + 100 + 100) / 400 is more than the target: no change.
  expect(replicas(cluster)).toBe(4)
})

test('policies limit how fast it goes', () => {
  const policies = [{ type: 'Pods', value: 1, periodSeconds: 60 }]
  const cluster = start(2, () => '200m', { behavior: { scaleUp: { policies, selectPolicy: 'Max' } } })
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(3)
  expect(condition(cluster, 'ScalingLimited')).toBe('ScaleUpLimit')
  cluster.clock.advance(45_000)
  expect(replicas(cluster)).toBe(3)
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(4)
})

test('a direction can be forbidden, and its tolerance be its own', () => {
  const forbidden = start(2, () => '200m', { behavior: { scaleUp: { selectPolicy: 'Disabled' } } })
  forbidden.clock.advance(15_000)
  expect(replicas(forbidden)).toBe(2)
  const tolerant = start(2, () => '90m', { behavior: { scaleUp: { tolerance: '0.9' } } })
  tolerant.clock.advance(15_000)
  expect(replicas(tolerant)).toBe(2)
})

test('two that count the same pods do nothing', () => {
  const cluster = start(2, () => '200m')
  const second = autoscaler({})
  made(cluster.client.create({ ...second, metadata: { ...second.metadata, name: 'web2' } }))
  cluster.clock.advance(30_000)
  expect(cluster.messages('AmbiguousSelector').at(-1)).toBe(
    'pods by selector app=web are controlled by multiple HPAs: [default/web default/web2]',
  )
})

test('one good metric is enough to grow, not to shrink', () => {
  const external: MetricSpec = {
    type: 'External',
    external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
  }
  const cluster = start(2, () => '90m', { metrics: [cpu, external] })
  cluster.clock.advance(15_000)
  expect(replicas(cluster)).toBe(4)
  expect(cluster.messages('FailedGetExternalMetric')[0]).toBe(
    'unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
  )
})

test.each<[MetricSpec, number, string]>([
  [
    { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } } },
    5,
    'external metric queue(nil) above target',
  ],
  [
    { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } } },
    5,
    'external metric queue(nil) above target',
  ],
])('follows %j', (metric, to, why) => {
  const cluster = start(3, () => undefined, { metrics: [metric] })
  cluster.server.aggregated = ({ resource }) =>
    resource.resource === 'queue' ? { items: [{ value: '30' }, { value: '12500m' }] } : undefined
  cluster.clock.advance(15_000)
  expect(cluster.messages('SuccessfulRescale')).toEqual([`New size: ${to}; reason: ${why}`])
})
