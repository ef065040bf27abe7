import { expect, test } from 'vitest'
import type { PersistentVolumeClaim, PersistentVolumeSpec } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster } from '../testing/harness.ts'

function grown(source: Partial<PersistentVolumeSpec>) {
  const cluster = createTestCluster()
  cluster.start('--controllers=persistentvolume-expander-controller')
  const claim = made(
    cluster.client.create<PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'default' },
      spec: { volumeName: 'v', resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    }),
  )
  const claimRef = { namespace: 'default', name: 'c', uid: claim.metadata.uid! }
  const spec = { ...source, claimRef }
  made(cluster.client.create({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec }))
  cluster.clock.settle()
  expect(cluster.messages('ExternalExpanding')).toEqual([])
  cluster.client.update('PersistentVolumeClaim', 'c', 'default', (now) => ({
    ...now,
    spec: { ...now.spec, resources: { requests: { storage: '2Gi' } } },
  }))
  cluster.clock.settle()
  return cluster
}

test('a claim that is to grow waits for its driver', () => {
  const cluster = grown({ csi: { driver: 'd', volumeHandle: 'h' } })
  expect(cluster.messages('ExternalExpanding')).toEqual(['waiting for an external controller to expand this PVC'])
})

test('the driver that took over a built-in plugin is named on the claim', () => {
  const cluster = grown({ awsElasticBlockStore: { volumeID: 'vol-1' } })
  expect(cluster.messages('ExternalExpanding')).toEqual([
    'CSI migration enabled for kubernetes.io/aws-ebs; waiting for external resizer to expand the pvc',
  ])
  expect(cluster.client.get('PersistentVolumeClaim', 'c', 'default')!.metadata.annotations).toEqual({
    'volume.kubernetes.io/storage-resizer': 'ebs.csi.aws.com',
  })
})
