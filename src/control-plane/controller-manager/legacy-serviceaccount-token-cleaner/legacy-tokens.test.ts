import { expect, test } from 'vitest'
import type { ConfigMap, Secret, ServiceAccount } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster } from '../testing/harness.ts'

const DAY = 24 * 3_600_000
const SINCE = 'kubernetes.io/legacy-token-invalid-since'

const tracking: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
  data: { since: '2026-01-01' },
}
const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'old', namespace: 'default' },
  secrets: [{ name: 'old-token' }],
}
const secret = (name: string, labels = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/service-account-token',
  metadata: { name, namespace: 'default', labels, annotations: { 'kubernetes.io/service-account.name': 'old' } },
})

function start() {
  const cluster = createTestCluster()
  const { client } = cluster
  for (const object of [tracking, account, secret('old-token'), secret('by-hand')]) made(client.create(object))
  cluster.start(
    '--controllers=legacy-service-account-token-cleaner',
    '--legacy-service-account-token-clean-up-period=240h',
  )
  return cluster
}
const token = ({ client }: ReturnType<typeof start>, name = 'old-token') => client.get('Secret', name, 'default')

test('a token that nobody uses is marked, and then goes', () => {
  const cluster = start()
  cluster.clock.advance(11 * DAY - 1)
  expect(token(cluster)!.metadata.labels).toEqual({})
  cluster.clock.advance(1)
  expect(token(cluster)!.metadata.labels).toEqual({ [SINCE]: '2026-01-12' })
  cluster.clock.advance(10 * DAY)
  expect(token(cluster)).toBeDefined()
  cluster.clock.advance(DAY)
  expect(token(cluster)).toBeUndefined()
  expect(token(cluster, 'by-hand')!.metadata.labels).toEqual({})
})

test('a token that is used stays, and one that a pod mounts', () => {
  const used = start()
  const labels = { 'kubernetes.io/legacy-token-last-used': '2026-01-08' }
  used.client.update('Secret', 'old-token', 'default', (now) => ({ ...now, metadata: { ...now.metadata, labels } }))
  used.clock.advance(15 * DAY)
  expect(token(used)!.metadata.labels).toEqual(labels)
  const mounted = start()
  const spec = { containers: [], volumes: [{ name: 't', secret: { secretName: 'old-token' } }] }
  made(mounted.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec }))
  mounted.clock.advance(15 * DAY)
  expect(token(mounted)!.metadata.labels).toEqual({})
})
