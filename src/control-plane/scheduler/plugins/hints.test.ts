import { expect, test } from 'vitest'
import type { KubernetesObject, Pod } from '../../../api/types.ts'
import type { ClusterEvent, EventName, StorageKind } from '../framework.ts'
import { inTreeRegistry } from '../registry.ts'
import { pod } from '../testing/builders.ts'
import { pluginHandle } from '../testing/plugins.ts'

const object = (kind: string, name: string, rest: object = {}): KubernetesObject =>
  ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'default' }, ...rest }) as KubernetesObject

const added = (resource: StorageKind, now: KubernetesObject): ClusterEvent => ({ resource, action: 'Add', new: now })
const updated = (resource: StorageKind, old: KubernetesObject, now: KubernetesObject): ClusterEvent => ({
  resource,
  action: 'Update',
  old,
  new: now,
})
const gone = (old: Pod): ClusterEvent => ({ resource: 'AssignedPod', action: 'Delete', old })
const changed = (old: Pod, now: Pod): ClusterEvent => ({
  resource: 'AssignedPod',
  action: 'UpdatePodScaleDown',
  old,
  new: now,
})

const claims = (name: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] })
const waiting = {
  ...pod('waiting', { cpu: '1', spec: claims('data') }),
  metadata: { name: 'waiting', namespace: 'default', uid: 'w' },
}
const on = (spec: object, cpu?: string): Pod => pod('other', { ...(cpu && { cpu }), spec: { nodeName: 'n', ...spec } })
const csiNode = (count: number) =>
  object('CSINode', 'n', { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: [], allocatable: { count } }] } })
const capacity = (size: string) => object('CSIStorageCapacity', 'c', { storageClassName: 'x', capacity: size })
const zone = (value: string): KubernetesObject => ({
  ...object('PersistentVolume', 'v'),
  metadata: { name: 'v', labels: { 'topology.kubernetes.io/zone': value } },
})
const ports = (hostPort: number) => ({ containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort }] }] })
const apart = (...apps: readonly string[]) => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: apps.map((app) => ({
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { app } },
      })),
    },
  },
})
const web = { ...on({}), metadata: { ...on({}).metadata, labels: { app: 'web' } } }

test.each<[string, string, Pod, ClusterEvent, boolean]>([
  [
    'VolumeBinding',
    'its claim appears',
    waiting,
    added('PersistentVolumeClaim', object('PersistentVolumeClaim', 'data')),
    true,
  ],
  [
    'VolumeBinding',
    'another claim appears',
    waiting,
    added('PersistentVolumeClaim', object('PersistentVolumeClaim', 'x')),
    false,
  ],
  [
    'VolumeBinding',
    'there is more room',
    waiting,
    updated('CSIStorageCapacity', capacity('1Gi'), capacity('2Gi')),
    true,
  ],
  [
    'VolumeBinding',
    'there is less room',
    waiting,
    updated('CSIStorageCapacity', capacity('2Gi'), capacity('1Gi')),
    false,
  ],
  ['VolumeZone', 'the volume moves', waiting, updated('PersistentVolume', zone('a'), zone('b')), true],
  ['VolumeZone', 'the volume stays', waiting, updated('PersistentVolume', zone('a'), zone('a')), false],
  [
    'VolumeZone',
    'a class appears that binds at once',
    waiting,
    added('StorageClass', object('StorageClass', 's')),
    false,
  ],
  ['VolumeRestrictions', 'the user of its claim goes', waiting, gone(on(claims('data'))), true],
  ['VolumeRestrictions', 'the user of another claim goes', waiting, gone(on(claims('x'))), false],
  ['NodeVolumeLimits', 'a node can attach more', waiting, updated('CSINode', csiNode(1), csiNode(2)), true],
  ['NodeVolumeLimits', 'a node can attach less', waiting, updated('CSINode', csiNode(2), csiNode(1)), false],
  ['NodeVolumeLimits', 'a pod without volumes goes', waiting, gone(on({})), false],
  ['NodePorts', 'the holder of its port goes', pod('p', { spec: ports(80) }), gone(on(ports(80))), true],
  ['NodePorts', 'the holder of another port goes', pod('p', { spec: ports(80) }), gone(on(ports(81))), false],
  ['NodeResourcesFit', 'a pod shrinks', waiting, changed(on({}, '2'), on({}, '1')), true],
  ['NodeResourcesFit', 'a pod grows', waiting, changed(on({}, '1'), on({}, '2')), false],
  ['NodeResourcesFit', 'a pod without a node goes', waiting, gone(pod('other')), false],
  ['InterPodAffinity', 'whom it avoids goes', pod('p', { spec: apart('web') }), gone(web), true],
  ['InterPodAffinity', 'one of two that it avoids goes', pod('p', { spec: apart('web', 'db') }), gone(web), false],
])('%s: %s', (name, _what, of, event, queued) => {
  const plugin = inTreeRegistry[name]!(undefined, pluginHandle())
  expect(plugin.events?.has(`${event.resource}/${event.action}` as EventName)).toBe(true)
  expect(plugin.isSchedulableAfter?.(event, of) ?? true).toBe(queued)
})
