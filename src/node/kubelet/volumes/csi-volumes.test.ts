import { describe, expect, test } from 'vitest'
import { attachmentName } from '../../../api/storage.ts'
import type { KubernetesObject, Node, PersistentVolume, Pod } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { type CsiDriver, csiError } from '../../csi/contract.ts'
import { createFileTree } from '../../host/file-tree.ts'
import { CsiVolumes, isMounted } from './csi-volumes.ts'

const NAME = 'kubernetes.io/csi/disk^h'
const VOLUME: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { csi: { driver: 'disk', volumeHandle: 'h' }, claimRef: { namespace: 'default', name: 'c' } },
}
const node = (status: Node['status']): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec: {},
  status: status!,
})
const attachment: KubernetesObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: attachmentName('h', 'disk', 'n') },
  status: { attached: true },
} as KubernetesObject

/** A node with a registered driver, whose API server holds a few objects. */
function start(staging?: string, ephemeral = false) {
  const objects = new Map<string, KubernetesObject>()
  const calls: string[] = []
  const driver: CsiDriver = {
    name: 'disk',
    version: 'v1',
    node: {
      info: () => ({ nodeId: 'n', maxVolumes: 1, topology: {} }),
      stageVolume(id) {
        calls.push(`stage ${id}`)
        return staging === undefined ? undefined : csiError('Internal', staging)
      },
      unstageVolume(id) {
        calls.push(`unstage ${id}`)
        return undefined
      },
      publishVolume(id) {
        calls.push(`publish ${id}`)
        return createFileTree(new VirtualClock(0))
      },
      expandVolume: () => undefined,
      ...(ephemeral && {
        publishEphemeral(id: string, attributes: Readonly<Record<string, string>>) {
          calls.push(
            `ephemeral ${id} ${Object.entries(attributes)
              .map((pair) => pair.join('='))
              .join(' ')}`,
          )
          return createFileTree(new VirtualClock(0))
        },
        unpublishEphemeral: (id: string) => calls.push(`gone ${id}`),
      }),
    },
  }
  const client = {
    get: (kind: string, name: string) => objects.get(`${kind}/${name}`),
    watch: () => () => undefined,
  } as unknown as Client
  const volumes = new CsiVolumes({
    nodeName: 'n',
    client,
    registry: { driver: (name) => (name === 'disk' ? driver : undefined) },
    onInUse: () => calls.push('in use'),
    onResized: () => undefined,
  })
  const set = (object: KubernetesObject) => objects.set(`${object.kind}/${object.metadata.name}`, object)
  const attach = () => {
    set(node({ volumesInUse: [NAME], volumesAttached: [{ name: NAME, devicePath: '' }] }))
    set(attachment)
  }
  return { volumes, calls, set, attach }
}

describe('a volume that a driver brings', () => {
  test('waits until the node has said that it needs it, and until it is attached', () => {
    const { volumes, set, attach } = start()
    set(node({}))
    expect(volumes.mount('p', 'data', VOLUME)).toBe('waiting')
    expect(volumes.inUse()).toEqual([NAME])
    set(node({ volumesInUse: [NAME] }))
    expect(volumes.mount('p', 'data', VOLUME)).toBe('waiting')
    attach()
    expect(isMounted(volumes.mount('p', 'data', VOLUME))).toBe(true)
  })

  test('is staged once for all pods, and unstaged with the last of them', () => {
    const { volumes, calls, attach } = start()
    attach()
    volumes.mount('p', 'data', VOLUME)
    volumes.mount('q', 'data', VOLUME)
    volumes.release('p')
    expect(volumes.inUse()).toEqual([NAME])
    volumes.release('q')
    expect(volumes.inUse()).toEqual([])
    expect(calls.filter((call) => call !== 'in use')).toEqual(['stage h', 'publish h', 'publish h', 'unstage h'])
  })

  test('that cannot be staged says so', () => {
    const { volumes, attach } = start('no device')
    attach()
    expect(volumes.mount('p', 'data', VOLUME)).toEqual({
      error: 'MountVolume.MountDevice failed for volume "pv" : rpc error: code = Internal desc = no device',
    })
  })

  test('of a driver that has not registered says so', () => {
    const { volumes, set } = start()
    const unknown = { ...VOLUME, spec: { ...VOLUME.spec, csi: { driver: 'other', volumeHandle: 'h' } } }
    set({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'other' },
      spec: { attachRequired: false },
    } as KubernetesObject)
    expect(volumes.mount('p', 'data', unknown)).toEqual({
      error:
        'MountVolume.MountDevice failed for volume "pv" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name other not found in the list of registered CSI drivers',
    })
  })
})

describe('a volume of a pod alone', () => {
  const pod = { metadata: { name: 'web', namespace: 'default', uid: 'u' }, spec: { containers: [] } } as unknown as Pod
  const inline = (driver: string) => ({ name: 'scratch', csi: { driver, volumeAttributes: { size: '1Gi' } } })
  const object = (spec: object) =>
    ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'disk' }, spec }) as KubernetesObject

  test.each([
    ['other', undefined, /mounter.SetUpAt failed to get CSI client: driver name other not found in the list of/],
    [
      'disk',
      undefined,
      /SetupAt failed to check volume lifecycle mode: volume mode "Ephemeral" not supported by driver disk \(no CSIDriver object\)/,
    ],
    ['disk', { volumeLifecycleModes: ['Persistent'] }, /by driver disk \(only supports \["Persistent"\]\)/],
    ['disk', { volumeLifecycleModes: ['Ephemeral'] }, /rpc error: code = InvalidArgument/],
  ])('of driver %s with %j', (driver, spec, expected) => {
    const { volumes, set } = start()
    if (spec !== undefined) set(object(spec))
    expect(volumes.mountInline(pod, inline(driver))).toEqual({ error: expect.stringMatching(expected) })
  })

  test('is made of what the pod says, and goes with it', () => {
    const { volumes, set, calls } = start(undefined, true)
    set(object({ volumeLifecycleModes: ['Persistent', 'Ephemeral'], podInfoOnMount: true }))
    expect(volumes.mountInline(pod, inline('disk'))).toMatchObject({ driver: 'disk', takesFsGroup: false })
    volumes.mountInline(pod, inline('disk'))
    volumes.release('u')
    expect(calls).toEqual([
      expect.stringMatching(/^ephemeral csi-[0-9a-f]{64} size=1Gi .*pod.name=web .*ephemeral=true$/),
      expect.stringMatching(/^gone csi-[0-9a-f]{64}$/),
    ])
  })
})
