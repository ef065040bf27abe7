import { expect, test } from 'vitest'
import { findCondition } from '../../../api/conditions.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, deployment, namespace, podSpec } from '../testing/harness.ts'

test('every namespace gets its default ServiceAccount and the CA', () => {
  const cluster = createTestCluster()
  made(cluster.client.create(namespace('dev')))
  cluster.start()
  cluster.clock.settle()
  expect(cluster.client.get('ServiceAccount', 'default', 'dev')).toBeDefined()
  expect(cluster.client.get('ConfigMap', 'kube-root-ca.crt', 'dev')?.data).toEqual({ 'ca.crt': 'CA' })
  cluster.client.delete('ServiceAccount', 'default', 'dev')
  cluster.client.update('ConfigMap', 'kube-root-ca.crt', 'dev', (now) => ({ ...now, data: { x: 'y' } }))
  cluster.clock.settle()
  expect(cluster.client.get('ServiceAccount', 'default', 'dev')).toBeDefined()
  expect(cluster.client.get('ConfigMap', 'kube-root-ca.crt', 'dev')?.data).toEqual({ 'ca.crt': 'CA' })
})

test('a deleted namespace is emptied, pods first, and goes', () => {
  const cluster = createTestCluster()
  made(cluster.client.create(namespace('dev')))
  cluster.start()
  const web = deployment('web', { replicas: 1 })
  made(cluster.client.create({ ...web, metadata: { ...web.metadata, namespace: 'dev' } }))
  const metadata = { name: 'standalone', namespace: 'dev' }
  made(cluster.client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...podSpec(), nodeName: 'worker-1' } }))
  cluster.clock.advance(1_000)
  cluster.client.delete('Namespace', 'dev')
  cluster.clock.advance(4_000)
  expect(cluster.client.list('Deployment', { namespace: 'dev' })).toHaveLength(1)
  cluster.clock.advance(2_000)
  expect(cluster.client.get('Namespace', 'dev')!.status!.phase).toBe('Terminating')
  expect(cluster.client.get('Pod', 'standalone', 'dev')!.metadata.deletionTimestamp).toBeDefined()
  expect(cluster.client.list('Deployment', { namespace: 'dev' })).toHaveLength(1)
  made(
    cluster.client.update('Pod', 'standalone', 'dev', (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 },
    })),
  )
  cluster.clock.advance(60_000)
  expect(cluster.client.get('Namespace', 'dev')).toBeUndefined()
  for (const kind of ['Deployment', 'ReplicaSet', 'Pod', 'ConfigMap', 'ServiceAccount'] as const)
    expect(cluster.client.list(kind, { namespace: 'dev' })).toEqual([])
})

test('content with finalizers is named in the conditions', () => {
  const cluster = createTestCluster()
  made(cluster.client.create(namespace('dev')))
  cluster.start()
  const metadata = { name: 'held', namespace: 'dev', finalizers: ['example.com/hold'] }
  made(cluster.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} }))
  cluster.clock.settle()
  cluster.client.delete('Namespace', 'dev')
  cluster.clock.advance(6_000)
  const { conditions } = cluster.client.get('Namespace', 'dev')!.status!
  expect(findCondition(conditions, 'NamespaceContentRemaining')).toMatchObject({
    status: 'True',
    reason: 'SomeResourcesRemain',
    message: 'Some resources are remaining: configmaps. has 1 resource instances',
  })
  expect(findCondition(conditions, 'NamespaceFinalizersRemaining')).toMatchObject({
    status: 'True',
    message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  })
  made(
    cluster.client.update('ConfigMap', 'held', 'dev', (now) => ({
      ...now,
      metadata: {
        name: 'held',
        namespace: 'dev',
        uid: now.metadata.uid!,
        deletionTimestamp: now.metadata.deletionTimestamp!,
      },
    })),
  )
  cluster.clock.advance(20_000)
  expect(cluster.client.get('Namespace', 'dev')).toBeUndefined()
})

test('a Secret for a token is filled, and goes with its account', () => {
  const cluster = createTestCluster()
  made(cluster.client.create(namespace('dev')))
  cluster.start()
  cluster.clock.settle()
  const annotations = { 'kubernetes.io/service-account.name': 'default' }
  made(
    cluster.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: 'dev', annotations },
      type: 'kubernetes.io/service-account-token',
    }),
  )
  cluster.clock.settle()
  const { uid } = cluster.client.get('ServiceAccount', 'default', 'dev')!.metadata
  expect(cluster.client.get('Secret', 'token', 'dev')).toMatchObject({
    metadata: { annotations: { 'kubernetes.io/service-account.uid': uid } },
    data: { 'ca.crt': 'Q0E=', namespace: 'ZGV2' },
  })
  cluster.client.delete('ServiceAccount', 'default', 'dev')
  cluster.clock.settle()
  expect(cluster.client.get('Secret', 'token', 'dev')).toBeUndefined()
})
