import { expect, test } from 'vitest'
import type { ResourceQuota } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, type TestCluster } from '../testing/harness.ts'

function start(hard: Record<string, string>, scopes?: string[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=resourcequota')
  const container = { ...podSpec().containers[0]!, resources: { requests: { cpu: '250m' }, limits: { memory: '1Gi' } } }
  for (const name of ['a', 'b'])
    made(
      cluster.client.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers: [container] },
      }),
    )
  for (const name of ['one', 'two', 'three'])
    made(cluster.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }))
  const quota: ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'default' },
    spec: { hard, ...(scopes && { scopes }) },
  }
  made(cluster.client.create(quota))
  cluster.clock.settle()
  return cluster
}
const status = ({ client }: TestCluster) => client.get('ResourceQuota', 'q', 'default')!.status

test('counts what is there', () => {
  const hard = { pods: '4', 'requests.cpu': '2', 'limits.memory': '8Gi', configmaps: '10', 'count/secrets': '5' }
  expect(status(start(hard))).toEqual({
    hard,
    used: { pods: '2', 'requests.cpu': '500m', 'limits.memory': '2Gi', configmaps: '3', 'count/secrets': '0' },
  })
})

test('says nothing of what nobody can count', () => {
  const hard = { pods: '4', 'count/widgets.example.com': '3' }
  expect(status(start(hard))).toEqual({ hard, used: { pods: '2' } })
})

test('counts again when something goes, when a pod ends, and every five minutes', () => {
  const cluster = start({ pods: '4', configmaps: '10' })
  cluster.client.delete('ConfigMap', 'one', 'default')
  cluster.clock.settle()
  expect(status(cluster)!.used).toEqual({ pods: '2', configmaps: '2' })
  cluster.client.updateStatus('Pod', 'a', 'default', (now) => ({ ...now, status: { phase: 'Succeeded' } }))
  cluster.clock.settle()
  expect(status(cluster)!.used).toEqual({ pods: '1', configmaps: '2' })
  made(cluster.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'default' } }))
  cluster.clock.settle()
  expect(status(cluster)!.used).toMatchObject({ configmaps: '2' })
  cluster.clock.advance(300_000)
  expect(status(cluster)!.used).toMatchObject({ configmaps: '3' })
})

test('is not troubled by changes of what has no spec', () => {
  const cluster = start({ configmaps: '10' })
  cluster.client.update('ConfigMap', 'one', 'default', (now) => ({ ...now, data: { changed: 'yes' } }))
  cluster.clock.settle()
  expect(status(cluster)!.used).toEqual({ configmaps: '3' })
})

test('counts what its scopes select', () => {
  expect(status(start({ pods: '4' }, ['BestEffort']))!.used).toEqual({ pods: '0' })
  expect(status(start({ pods: '4' }, ['NotBestEffort']))!.used).toEqual({ pods: '2' })
})
