import { describe, expect, test } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, type TestCluster } from '../testing/harness.ts'

const volume = (name: string, storage: string, spec: Partial<PersistentVolume['spec']> = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    capacity: { storage },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: `/data/${name}` },
    persistentVolumeReclaimPolicy: 'Retain',
    ...spec,
  },
  status: { phase: 'Pending' },
})
const claim = (
  name: string,
  storage: string,
  spec: Partial<PersistentVolumeClaim['spec']> = {},
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName: '', ...spec },
  status: { phase: 'Pending' },
})
const storageClass = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: 'example.com/x',
  ...more,
})

function start(...objects: (PersistentVolume | PersistentVolumeClaim | StorageClass)[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=persistentvolume-binder')
  for (const each of objects) {
    made(cluster.client.create(each))
    cluster.clock.settle()
  }
  return cluster
}
const phase = ({ client }: TestCluster, name: string) =>
  (client.get('PersistentVolume', name) ?? client.get('PersistentVolumeClaim', name, 'default'))?.status?.phase
const boundTo = ({ client }: TestCluster, name: string) =>
  client.get('PersistentVolumeClaim', name, 'default')!.spec.volumeName

describe('a claim', () => {
  test('gets the smallest volume that is big enough', () => {
    const cluster = start(volume('big', '10Gi'), volume('small', '2Gi'), volume('tiny', '500Mi'), claim('data', '1Gi'))
    expect(boundTo(cluster, 'data')).toBe('small')
    const bound = cluster.client.get('PersistentVolumeClaim', 'data', 'default')!
    expect(bound.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    })
    expect(bound.status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } })
    expect(phase(cluster, 'small')).toBe('Bound')
    expect(cluster.client.get('PersistentVolume', 'small')!.spec.claimRef).toMatchObject({
      kind: 'PersistentVolumeClaim',
      name: 'data',
      uid: bound.metadata.uid,
    })
    expect(phase(cluster, 'big')).toBe('Available')
  })

  test.each([
    ['class', { storageClassName: 'fast' }, {}],
    ['access mode', {}, { accessModes: ['ReadWriteMany'] }],
    ['volume mode', { volumeMode: 'Block' }, {}],
    ['labels', {}, { selector: { matchLabels: { tier: 'gold' } } }],
  ])('waits where %s does not fit', (_, ofVolume, ofClaim) => {
    const cluster = start(volume('v', '2Gi', ofVolume), claim('data', '1Gi', ofClaim))
    expect(boundTo(cluster, 'data')).toBeUndefined()
    expect(cluster.messages('FailedBinding')).toEqual([
      'no persistent volumes available for this claim and no storage class is set',
    ])
  })

  test('that came first is looked at again every 15 s', () => {
    const cluster = start(claim('data', '1Gi'))
    cluster.clock.advance(5_000)
    made(cluster.client.create(volume('late', '1Gi')))
    cluster.clock.advance(9_000)
    expect(boundTo(cluster, 'data')).toBeUndefined()
    cluster.clock.advance(2_000)
    expect(boundTo(cluster, 'data')).toBe('late')
  })

  test('may name its volume, which may be too small or taken', () => {
    const cluster = start(
      volume('v', '1Gi'),
      claim('big', '2Gi', { volumeName: 'v' }),
      claim('first', '1Gi', { volumeName: 'v' }),
      claim('second', '1Gi', { volumeName: 'v' }),
    )
    expect(phase(cluster, 'big')).toBe('Pending')
    expect(phase(cluster, 'first')).toBe('Bound')
    expect(cluster.messages('VolumeMismatch')).toEqual([
      'Cannot bind to requested volume "v": requested PV is too small',
    ])
    expect(cluster.messages('FailedBinding')).toEqual(['volume "v" already bound to a different claim.'])
  })

  test('a volume can wait for its claim', () => {
    const claimRef = { namespace: 'default', name: 'data' }
    const cluster = start(volume('reserved', '9Gi', { claimRef }), volume('v', '1Gi'), claim('data', '1Gi'))
    expect(boundTo(cluster, 'data')).toBe('reserved')
  })

  test('is Lost with its volume', () => {
    const cluster = start(volume('v', '1Gi'), claim('data', '1Gi'))
    cluster.client.delete('PersistentVolume', 'v')
    cluster.clock.settle()
    expect(phase(cluster, 'data')).toBe('Lost')
    expect(cluster.messages('ClaimLost')).toEqual([
      'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    ])
  })
})

describe('a class', () => {
  test.each([
    ['missing', {}, 'ProvisioningFailed', 'storageclass.storage.k8s.io "missing" not found'],
    [
      'none',
      { provisioner: 'kubernetes.io/no-provisioner' },
      'ProvisioningFailed',
      'no volume plugin matched name: kubernetes.io/no-provisioner',
    ],
    [
      'later',
      { volumeBindingMode: 'WaitForFirstConsumer' },
      'WaitForFirstConsumer',
      'waiting for first consumer to be created before binding',
    ],
  ])('%s', (name, more, reason, message) => {
    const classes = name === 'missing' ? [] : [storageClass(name, more)]
    const cluster = start(...classes, claim('data', '1Gi', { storageClassName: name }))
    expect(cluster.messages(reason)).toEqual([message])
    expect(phase(cluster, 'data')).toBe('Pending')
  })

  test('of an external provisioner is written on the claim', () => {
    const cluster = start(storageClass('fast'), claim('data', '1Gi', { storageClassName: 'fast' }))
    expect(cluster.client.get('PersistentVolumeClaim', 'data', 'default')!.metadata.annotations).toMatchObject({
      'volume.kubernetes.io/storage-provisioner': 'example.com/x',
    })
    expect(cluster.messages('ExternalProvisioning')[0]).toMatch(/^Waiting for a volume to be created either by/)
  })
})

describe('a class of what was built in once', () => {
  test('is served by the driver that took over', () => {
    const ebs = storageClass('ebs', { provisioner: 'kubernetes.io/aws-ebs' })
    const cluster = start(ebs, claim('data', '1Gi', { storageClassName: 'ebs' }))
    expect(cluster.client.get('PersistentVolumeClaim', 'data', 'default')!.metadata.annotations).toMatchObject({
      'volume.kubernetes.io/storage-provisioner': 'ebs.csi.aws.com',
    })
    expect(cluster.messages('ExternalProvisioning')[0]).toContain("'ebs.csi.aws.com'")
  })

  test('is still deleted here where nobody took over', () => {
    const made = { ...volume('v', '1Gi', { persistentVolumeReclaimPolicy: 'Delete' }) }
    const annotations = { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' }
    const cluster = start({ ...made, metadata: { name: 'v', annotations } })
    const finalizers = () => cluster.client.get('PersistentVolume', 'v')!.metadata.finalizers
    expect(finalizers()).toEqual(['kubernetes.io/pv-controller'])
    cluster.client.update('PersistentVolume', 'v', undefined, (now) => ({
      ...now,
      spec: { ...now.spec, persistentVolumeReclaimPolicy: 'Retain' },
    }))
    cluster.clock.settle()
    expect(finalizers()).toEqual([])
  })
})

describe('a volume that is recycled', () => {
  const released = () => {
    const cluster = start(volume('v', '3Gi', { persistentVolumeReclaimPolicy: 'Recycle' }), claim('data', '1Gi'))
    cluster.client.delete('PersistentVolumeClaim', 'data', 'default')
    cluster.clock.settle()
    return cluster
  }
  const end = (cluster: TestCluster, status: { phase: string; message?: string }) => {
    cluster.client.updateStatus('Pod', 'recycler-for-v', 'default', (now) => ({ ...now, status }))
    cluster.clock.settle()
  }

  test('is scrubbed by a pod and free again', () => {
    const cluster = released()
    expect(phase(cluster, 'v')).toBe('Released')
    expect(cluster.client.get('Pod', 'recycler-for-v', 'default')!.spec.activeDeadlineSeconds).toBe(90)
    end(cluster, { phase: 'Succeeded' })
    expect(cluster.messages('VolumeRecycled')).toEqual(['Volume recycled'])
    expect(phase(cluster, 'v')).toBe('Available')
    expect(cluster.client.get('PersistentVolume', 'v')!.spec.claimRef).toBeUndefined()
    expect(cluster.client.get('Pod', 'recycler-for-v', 'default')).toBeUndefined()
  })

  test('has Failed with its pod, and is tried again', () => {
    const cluster = released()
    end(cluster, { phase: 'Failed', message: 'no space' })
    expect(cluster.messages('VolumeFailedRecycle')).toEqual(['Recycle failed: failed to recycle volume: no space'])
    expect(phase(cluster, 'v')).toBe('Failed')
    cluster.clock.advance(15_000)
    expect(cluster.client.get('Pod', 'recycler-for-v', 'default')).toBeDefined()
  })

  test('waits for the pods that still use it', () => {
    const cluster = start(volume('v', '1Gi', { persistentVolumeReclaimPolicy: 'Recycle' }), claim('data', '1Gi'))
    const volumes = [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }]
    const metadata = { name: 'p', namespace: 'default' }
    made(cluster.client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], volumes } }))
    cluster.client.delete('PersistentVolumeClaim', 'data', 'default')
    cluster.clock.settle()
    expect(cluster.messages('VolumeFailedRecycle')[0]).toBe('Volume is used by pods: default/p')
  })
})

describe('a volume whose claim goes', () => {
  test.each([
    ['Retain', '/data/v', 'Released', []],
    ['Delete', '/tmp/v', undefined, []],
    ['Delete', '/data/v', 'Failed', ['host_path deleter only supports /tmp/.+ but received provided /data/v']],
  ])('%s %s', (persistentVolumeReclaimPolicy, path, expected, said) => {
    const cluster = start(
      volume('v', '1Gi', { persistentVolumeReclaimPolicy, hostPath: { path } }),
      claim('data', '1Gi'),
    )
    cluster.client.delete('PersistentVolumeClaim', 'data', 'default')
    cluster.clock.settle()
    expect(phase(cluster, 'v')).toBe(expected)
    expect(cluster.messages('VolumeFailedDelete')).toEqual(said)
  })
})
