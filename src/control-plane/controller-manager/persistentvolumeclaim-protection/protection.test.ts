import { expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, podSpec, type TestCluster } from '../testing/harness.ts'

const pod = (name: string, volume: object, nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { ...podSpec(), volumes: [{ name: 'data', ...volume }], ...(nodeName === undefined ? {} : { nodeName }) },
})

function start(): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=pvc-protection,pv-protection,ephemeral-volume')
  return cluster
}
const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default' },
  spec: {},
}
const theClaim = ({ client }: TestCluster, name = 'data') => client.get('PersistentVolumeClaim', name, 'default')

test.each([
  ['a pod on a node holds it', 'worker', true],
  ['a pod without a node does not', undefined, false],
])('a claim that is deleted: %s', (_, nodeName, held) => {
  const cluster = start()
  made(cluster.client.create(claim))
  made(cluster.client.create(pod('p', { persistentVolumeClaim: { claimName: 'data' } }, nodeName)))
  cluster.clock.settle()
  expect(theClaim(cluster)!.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  cluster.client.delete('PersistentVolumeClaim', 'data', 'default')
  cluster.clock.settle()
  expect(theClaim(cluster) !== undefined).toBe(held)
  cluster.client.delete('Pod', 'p', 'default', { gracePeriodSeconds: 0 })
  cluster.clock.settle()
  expect(theClaim(cluster)).toBeUndefined()
})

test('a volume stays while it is bound', () => {
  const cluster = start()
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: {},
    status: { phase: 'Bound' },
  }
  made(cluster.client.create(volume))
  cluster.clock.settle()
  cluster.client.delete('PersistentVolume', 'v')
  cluster.clock.settle()
  expect(cluster.client.get('PersistentVolume', 'v')).toBeDefined()
  cluster.client.updateStatus('PersistentVolume', 'v', undefined, (now) => ({ ...now, status: { phase: 'Released' } }))
  cluster.clock.settle()
  expect(cluster.client.get('PersistentVolume', 'v')).toBeUndefined()
})

test('an ephemeral volume gets a claim of its own, unless the name is taken', () => {
  const volumeClaimTemplate = { metadata: { labels: { tier: 'scratch' } }, spec: { accessModes: ['ReadWriteOnce'] } }
  const cluster = start()
  made(cluster.client.create({ ...claim, metadata: { ...claim.metadata, name: 'other-data' } }))
  for (const name of ['p', 'other']) made(cluster.client.create(pod(name, { ephemeral: { volumeClaimTemplate } })))
  cluster.clock.settle()
  expect(theClaim(cluster, 'p-data')).toMatchObject({
    metadata: { labels: { tier: 'scratch' }, ownerReferences: [{ kind: 'Pod', name: 'p', controller: true }] },
    spec: { accessModes: ['ReadWriteOnce'] },
  })
  expect(cluster.messages('FailedBinding')[0]).toBe(
    'ephemeral volume data: PVC default/other-data was not created for pod default/other (pod is not owner)',
  )
})
