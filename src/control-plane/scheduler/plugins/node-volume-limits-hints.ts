import { claimNameOf } from '../../../api/claims.ts'
import { inTreePluginOf, isMigrationOn, migratedDriver } from '../../../api/csi-migration.ts'
import type { CSINode, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import type { ClusterEvent } from '../framework.ts'

/** Source: plugins/nodevolumelimits/csi.go isSchedulableAfter... */
export function volumeLimitsHint(event: ClusterEvent, pod: Pod): boolean {
  if (isPodEvent(event)) return takesVolumes(event.old)
  switch (event.resource) {
    case 'CSINode':
      return event.old === undefined || limitGrew(event.old as CSINode, event.new as CSINode)
    case 'PersistentVolumeClaim':
      return isClaimed(event.new as PersistentVolumeClaim | undefined, pod)
    case 'VolumeAttachment':
      return mayUse(event.old as VolumeAttachment | undefined, pod)
    default:
      return true
  }
}

/** Source: isSchedulableAfterPodDeleted */
function takesVolumes(deleted: Pod | undefined): boolean {
  if (deleted === undefined || (!deleted.spec.nodeName && !deleted.status?.nominatedNodeName)) return false
  return (deleted.spec.volumes ?? []).some(
    (volume) => claimNameOf(deleted, volume) !== undefined || inTreePluginOf(volume) !== undefined,
  )
}

/** Source: isSchedulableAfterCSINodeUpdated */
function limitGrew(old: CSINode, now: CSINode): boolean {
  const before = new Map(old.spec.drivers.map(({ name, allocatable }) => [name, allocatable?.count ?? 0]))
  return now.spec.drivers.some(({ name, allocatable }) => (allocatable?.count ?? 0) > (before.get(name) ?? 0))
}

/** Source: isSchedulableAfterPVCAdded */
function isClaimed(claim: PersistentVolumeClaim | undefined, pod: Pod): boolean {
  if (claim === undefined || claim.metadata.namespace !== pod.metadata.namespace) return false
  return (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === claim.metadata.name)
}

/** Source: isSchedulableAfterVolumeAttachmentDeleted */
function mayUse(deleted: VolumeAttachment | undefined, { spec: { volumes = [] } }: Pod): boolean {
  return volumes.some((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return true
    const inTree = inTreePluginOf(volume)
    if (inTree === undefined) return false
    return !isMigrationOn(inTree) || migratedDriver(inTree) === deleted?.spec.attacher
  })
}
