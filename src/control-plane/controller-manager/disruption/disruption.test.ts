import { describe, expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { PodDisruptionBudget } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, deployment, podSpec, runPods, type TestCluster } from '../testing/harness.ts'

function budget(spec: Partial<PodDisruptionBudget['spec']>, name = 'web'): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  }
}

function start(spec: Partial<PodDisruptionBudget['spec']>, replicas = 4): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=disruption,deployment,replicaset')
  runPods(cluster)
  made(cluster.client.create(deployment('web', { replicas })))
  made(cluster.client.create(budget(spec)))
  cluster.clock.settle()
  return cluster
}
const status = ({ client }: TestCluster) => client.get('PodDisruptionBudget', 'web', 'default')!.status!

describe('counts', () => {
  test.each([
    [{ minAvailable: 2 }, { desiredHealthy: 2, disruptionsAllowed: 2 }],
    [{ minAvailable: '60%' }, { desiredHealthy: 3, disruptionsAllowed: 1 }],
    [{ maxUnavailable: 1 }, { desiredHealthy: 3, disruptionsAllowed: 1 }],
    [{ maxUnavailable: '30%' }, { desiredHealthy: 2, disruptionsAllowed: 2 }],
    [{ minAvailable: 5 }, { desiredHealthy: 5, disruptionsAllowed: 0 }],
  ])('%j', (spec, expected) => {
    const cluster = start(spec)
    expect(status(cluster)).toMatchObject({ currentHealthy: 4, expectedPods: 4, observedGeneration: 1, ...expected })
    expect(status(cluster).conditions).toMatchObject([
      expected.disruptionsAllowed > 0
        ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }
        : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' },
    ])
  })

  test('without pods nothing may be disrupted', () => {
    const cluster = start({ maxUnavailable: 1, selector: { matchLabels: { app: 'other' } } })
    expect(status(cluster)).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 })
    expect(cluster.messages('NoPods')).toContain('No matching pods found')
  })

  test('an evicted pod no longer counts as healthy, until two minutes have passed', () => {
    const cluster = start({ minAvailable: 2 })
    const [pod] = cluster.client.list('Pod')
    const disruptedPods = { [pod!.metadata.name]: rfc3339(cluster.clock.now()) }
    cluster.client.updateStatus('PodDisruptionBudget', 'web', 'default', (now) => ({
      ...now,
      status: { ...now.status!, disruptedPods, disruptionsAllowed: 1 },
    }))
    cluster.clock.settle()
    expect(status(cluster)).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1, disruptedPods })
    cluster.clock.advance(125_000)
    expect(status(cluster)).toMatchObject({ currentHealthy: 4, disruptionsAllowed: 2 })
    expect(status(cluster).disruptedPods).toBeUndefined()
    expect(cluster.messages('NotDeleted')).toHaveLength(1)
  })
})

test('pods that nobody manages are told of; with a controller that has no scale nothing is allowed', () => {
  const cluster = start({ maxUnavailable: 1 })
  const pod = { apiVersion: 'v1', kind: 'Pod', spec: podSpec() } as const
  const metadata = { namespace: 'default', labels: { app: 'web' } }
  made(cluster.client.create({ ...pod, metadata: { ...metadata, name: 'bare' } }))
  cluster.clock.settle()
  expect(cluster.messages('UnmanagedPods')[0]).toMatch(
    /^Pods selected by this PodDisruptionBudget \(selector: &LabelSelector\{MatchLabels:map\[string\]string\{app: web,\},/,
  )
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: '1', controller: true }
  made(cluster.client.create({ ...pod, metadata: { ...metadata, name: 'owned', ownerReferences: [owner] } }))
  cluster.clock.settle()
  expect(status(cluster)).toMatchObject({ disruptionsAllowed: 0 })
  expect(status(cluster).conditions).toMatchObject([
    { status: 'False', reason: 'SyncFailed', message: 'jobs.batch does not implement the scale subresource' },
  ])
})

test('a DisruptionTarget condition that led to nothing is taken back after two minutes', () => {
  const cluster = start({ minAvailable: 1 }, 1)
  const [pod] = cluster.client.list('Pod')
  const lastTransitionTime = rfc3339(cluster.clock.now())
  const target = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime }
  cluster.client.updateStatus('Pod', pod!.metadata.name, 'default', (now) => ({
    ...now,
    status: { ...now.status, conditions: [...(now.status?.conditions ?? []), target] },
  }))
  const state = () =>
    cluster.client.list('Pod')[0]!.status!.conditions!.find(({ type }) => type === 'DisruptionTarget')!.status
  cluster.clock.advance(119_000)
  expect(state()).toBe('True')
  cluster.clock.advance(2_000)
  expect(state()).toBe('False')
})
