import type { PersistentVolumeClaim, Pod, Volume } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import type { ClusterEvent, Plugin, Snapshot, Status } from '../framework.ts'
import type { StorageSource } from '../storage.ts'

const DISK_CONFLICT: Status = { code: 'Unschedulable', reasons: ['node(s) had no available disk'] }
const READ_WRITE_ONCE_POD_CONFLICT: Status = {
  code: 'Unschedulable',
  reasons: [
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  ],
}

/** How many of the pod's ReadWriteOncePod claims another pod uses. */
type Conflicts = number

/** Disks that only one pod may write to, and claims that only one pod may use. Source: plugins/volumerestrictions */
export const volumeRestrictions = (storage: Pick<StorageSource, 'claim'>): Plugin<Conflicts> => ({
  name: 'VolumeRestrictions',
  events: new Set(['AssignedPod/Delete', 'Node/Add', 'PersistentVolumeClaim/Add']),
  preFilter({ pod }, snapshot) {
    const { volumes } = pod.spec
    if (volumes === undefined) return { code: 'Skip' }
    const conflicts = conflictingClaims(pod, volumes, storage, snapshot)
    if (typeof conflicts === 'string') return { code: 'UnschedulableAndUnresolvable', reasons: [conflicts] }
    if (conflicts === 0 && !volumes.some(isDisk)) return { code: 'Skip' }
    return { code: 'Success', state: conflicts }
  },
  filter(conflicts, { pod }, node) {
    for (const { pod: other } of node.pods.values()) if (disksConflict(pod, other)) return DISK_CONFLICT
    return conflicts > 0 ? READ_WRITE_ONCE_POD_CONFLICT : undefined
  },
  isSchedulableAfter: mayHelp,
})

/** The error where a claim is missing. Source: readWriteOncePodPVCsForPod, calPreFilterState */
function conflictingClaims(
  { metadata: { namespace = '' } }: Pod,
  volumes: readonly Volume[],
  storage: Pick<StorageSource, 'claim'>,
  snapshot: Snapshot,
): Conflicts | string {
  let used: Set<string> | undefined
  for (const { persistentVolumeClaim } of volumes) {
    if (persistentVolumeClaim === undefined) continue
    const { claimName } = persistentVolumeClaim
    const claim = storage.claim(namespace, claimName)
    if (claim === undefined) return `persistentvolumeclaim "${claimName}" not found`
    if (claim.spec.accessModes?.includes('ReadWriteOncePod') !== true) continue
    used ??= new Set()
    if (snapshot.isClaimUsed(`${namespace}/${claimName}`)) used.add(claimName)
  }
  return used?.size ?? 0
}

const isDisk = (volume: Volume): boolean =>
  volume.gcePersistentDisk !== undefined ||
  volume.awsElasticBlockStore !== undefined ||
  volume.rbd !== undefined ||
  volume.iscsi !== undefined

/** Source: satisfyVolumeConflicts, isVolumeConflict */
function disksConflict({ spec: { volumes = [] } }: Pod, { spec: { volumes: others = [] } }: Pod): boolean {
  return (
    others.length > 0 && volumes.some((volume) => isDisk(volume) && others.some((other) => conflict(volume, other)))
  )
}

function conflict(a: Volume, b: Volume): boolean {
  const writes = (one: { readonly readOnly?: boolean }, two: { readonly readOnly?: boolean }) =>
    one.readOnly !== true || two.readOnly !== true
  if (a.gcePersistentDisk && b.gcePersistentDisk && a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName)
    if (writes(a.gcePersistentDisk, b.gcePersistentDisk)) return true
  if (a.awsElasticBlockStore && b.awsElasticBlockStore)
    if (a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID) return true
  if (a.iscsi && b.iscsi && a.iscsi.iqn === b.iscsi.iqn && writes(a.iscsi, b.iscsi)) return true
  if (a.rbd === undefined || b.rbd === undefined) return false
  const { monitors, pool = 'rbd', image } = a.rbd
  const sameImage = pool === (b.rbd.pool ?? 'rbd') && image === b.rbd.image
  return sameImage && monitors.some((each) => b.rbd!.monitors.includes(each)) && writes(a.rbd, b.rbd)
}

/** Source: isSchedulableAfterPersistentVolumeClaimAdded, isSchedulableAfterPodDeleted */
function mayHelp(event: ClusterEvent, pod: Pod): boolean {
  const { namespace } = pod.metadata
  const claims = (of: Pod) => (of.spec.volumes ?? []).flatMap((each) => each.persistentVolumeClaim?.claimName ?? [])
  if (event.resource === 'PersistentVolumeClaim') {
    const added = event.new as PersistentVolumeClaim | undefined
    return added?.metadata.namespace === namespace && claims(pod).includes(added?.metadata.name ?? '')
  }
  if (!isPodEvent(event)) return true
  const deleted = event.old
  if (deleted === undefined || deleted.metadata.namespace !== namespace) return false
  const own = claims(pod)
  return disksConflict(pod, deleted) || claims(deleted).some((name) => own.includes(name))
}
