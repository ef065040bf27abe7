import { describe, expect, test } from 'vitest'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, type TestCluster } from '../testing/harness.ts'

const VOLUME = 'kubernetes.io/csi/disk.example.com^h'

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
})
const pod = (name: string, nodeName: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName, containers: [], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] },
})

function start(modes: readonly string[] = ['ReadWriteOnce']): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=persistentvolume-attach-detach-controller')
  const claim = made(
    cluster.client.create<PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'default' },
      spec: { volumeName: 'pv' },
      status: { phase: 'Bound' },
    }),
  )
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv' },
    spec: {
      accessModes: modes,
      csi: { driver: 'disk.example.com', volumeHandle: 'h' },
      claimRef: { uid: claim.metadata.uid! },
    },
  }
  for (const object of [node('a'), node('b'), volume]) made(cluster.client.create(object))
  cluster.clock.settle()
  return cluster
}

const attachments = ({ client }: TestCluster) => client.list('VolumeAttachment')
const at = (cluster: TestCluster, name: string) =>
  attachments(cluster).find(({ spec }) => spec.nodeName === name) as VolumeAttachment
const say = (cluster: TestCluster, name: string, status: VolumeAttachment['status']) => {
  cluster.client.updateStatus('VolumeAttachment', at(cluster, name).metadata.name, undefined, (now) => ({
    ...now,
    status: status!,
  }))
  cluster.clock.advance(10_000)
}
const inUse = (cluster: TestCluster, name: string, volumesInUse: readonly string[], ready = 'True') => {
  cluster.client.updateStatus('Node', name, undefined, (now) => ({
    ...now,
    status: { ...now.status, conditions: [{ type: 'Ready', status: ready }], volumesInUse },
  }))
  cluster.clock.advance(200)
}
const attachedTo = ({ client }: TestCluster, name: string) =>
  client.get('Node', name)!.status!.volumesAttached?.map((each) => each.name)
const run = (cluster: TestCluster, name: string, on: string) => {
  made(cluster.client.create(pod(name, on)))
  cluster.clock.advance(200)
}
const remove = (cluster: TestCluster, name: string) => {
  cluster.client.delete('Pod', name, 'default')
  cluster.clock.advance(200)
}
/** A pod on node a has the volume attached and mounted. */
const attached = (modes?: readonly string[]) => {
  const cluster = start(modes)
  run(cluster, 'p', 'a')
  say(cluster, 'a', { attached: true })
  inUse(cluster, 'a', [VOLUME])
  return cluster
}

describe('a volume', () => {
  test('is attached to the node of the pod that needs it', () => {
    const cluster = attached()
    expect(at(cluster, 'a').spec).toEqual({
      attacher: 'disk.example.com',
      nodeName: 'a',
      source: { persistentVolumeName: 'pv' },
    })
    expect(attachedTo(cluster, 'a')).toEqual([VOLUME])
    expect(cluster.messages('SuccessfulAttachVolume')).toEqual(['AttachVolume.Attach succeeded for volume "pv" '])
  })

  test('is detached when its node has let go of it', () => {
    const cluster = attached()
    remove(cluster, 'p')
    expect(attachments(cluster)).toHaveLength(1)
    inUse(cluster, 'a', [])
    expect(attachments(cluster)).toHaveLength(0)
    expect(attachedTo(cluster, 'a')).toBeUndefined()
  })

  test('of one node only is not attached to a second, which is said once', () => {
    const cluster = attached()
    run(cluster, 'q', 'b')
    cluster.clock.advance(60_000)
    expect(cluster.messages('FailedAttachVolume')).toEqual([
      'Multi-Attach error for volume "pv" Volume is already used by pod(s) p',
    ])
    remove(cluster, 'p')
    inUse(cluster, 'a', [])
    cluster.clock.advance(1000)
    expect(at(cluster, 'b')).toBeDefined()
  })

  test('of many nodes is attached to each', () => {
    const cluster = attached(['ReadWriteMany'])
    run(cluster, 'q', 'b')
    expect(attachments(cluster)).toHaveLength(2)
  })

  test('is tried again after a failure, later each time', () => {
    const cluster = start()
    run(cluster, 'p', 'a')
    say(cluster, 'a', { attached: false, attachError: { message: 'no such disk' } })
    expect(cluster.messages('FailedAttachVolume').slice(0, 1)).toEqual([
      'AttachVolume.Attach failed for volume "pv" : no such disk',
    ])
    const soon = cluster.messages('FailedAttachVolume').length
    cluster.clock.advance(10_000)
    expect(cluster.messages('FailedAttachVolume').length - soon).toBeLessThan(soon)
  })

  test('nobody attaches times out after two minutes', () => {
    const cluster = start()
    run(cluster, 'p', 'a')
    cluster.clock.advance(121_000)
    expect(cluster.messages('FailedAttachVolume')).toEqual([
      'AttachVolume.Attach failed for volume "pv" : timed out waiting for external-attacher of disk.example.com CSI driver to attach volume h',
    ])
  })
})

describe('a node that does not let go', () => {
  test('loses its volumes after six minutes, once it is not healthy', () => {
    const cluster = attached()
    inUse(cluster, 'a', [VOLUME], 'Unknown')
    remove(cluster, 'p')
    cluster.clock.advance(359_000)
    expect(attachments(cluster)).toHaveLength(1)
    cluster.clock.advance(2000)
    expect(attachments(cluster)).toHaveLength(0)
  })

  test('keeps them while it is healthy', () => {
    const cluster = attached()
    remove(cluster, 'p')
    cluster.clock.advance(600_000)
    expect(attachments(cluster)).toHaveLength(1)
  })

  test('loses them at once when it is out of service', () => {
    const cluster = attached()
    remove(cluster, 'p')
    cluster.client.update('Node', 'a', undefined, (now) => ({
      ...now,
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
    }))
    cluster.clock.advance(200)
    expect(attachments(cluster)).toHaveLength(0)
  })
})

test('what an earlier controller attached is detached when nobody needs it', () => {
  const cluster = start()
  cluster.client.updateStatus('Node', 'a', undefined, (now) => ({
    ...now,
    status: { ...now.status, volumesAttached: [{ name: VOLUME, devicePath: '' }] },
  }))
  cluster.start('--controllers=persistentvolume-attach-detach-controller')
  cluster.clock.advance(1000)
  expect(attachedTo(cluster, 'a')).toBeUndefined()
})
