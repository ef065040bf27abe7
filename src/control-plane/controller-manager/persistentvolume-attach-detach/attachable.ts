import { claimNameOf, isClaimOf } from '../../../api/claims.ts'
import { isPodTerminal } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import { csiVolumeName } from '../../../api/storage.ts'
import type { ContainerStatus, PersistentVolume, Pod, Volume } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'

/** A volume that has to be attached before it can be mounted: one of a CSI driver. */
export interface AttachableVolume {
  /** `kubernetes.io/csi/<driver>^<handle>` */
  readonly name: string
  readonly volume: PersistentVolume
}

/** Cheap to ask of every pod. */
export function mayHaveAttachable({ spec }: Pod): boolean {
  return spec.volumes?.some((each) => each.persistentVolumeClaim !== undefined || each.ephemeral !== undefined) ?? false
}

/** Source: pkg/controller/volume/attachdetach/util/util.go ProcessPodVolumes, CreateVolumeSpec */
export function attachableVolumes(pod: Pod, client: Pick<Client, 'get'>): readonly AttachableVolume[] {
  return (pod.spec.volumes ?? []).flatMap((each) => {
    const volume = volumeOf(each, pod, client)
    if (volume?.spec.csi === undefined || !isAttachable(volume, client)) return []
    return [{ name: csiVolumeName(volume.spec.csi), volume }]
  })
}

function volumeOf(each: Volume, pod: Pod, client: Pick<Client, 'get'>): PersistentVolume | undefined {
  const claimName = claimNameOf(pod, each)
  if (claimName === undefined) return undefined
  const claim = client.get('PersistentVolumeClaim', claimName, pod.metadata.namespace)
  if (claim?.status?.phase !== 'Bound' || !claim.spec.volumeName) return undefined
  if (each.ephemeral !== undefined && !isClaimOf(pod, claim)) return undefined
  const volume = client.get('PersistentVolume', claim.spec.volumeName)
  return volume?.spec.claimRef?.uid === claim.metadata.uid ? volume : undefined
}

/** A driver nobody has described is attached to. Source: pkg/volume/csi/csi_plugin.go skipAttach */
export function isAttachable({ spec: { csi } }: PersistentVolume, client: Pick<Client, 'get'>): boolean {
  return csi !== undefined && client.get('CSIDriver', csi.driver)?.spec.attachRequired !== false
}

/** Nothing of it runs any more, nor will. Source: pkg/volume/util/util.go IsPodTerminated */
export function isOver(pod: Pod): boolean {
  if (isPodTerminal(pod)) return true
  if (!isDeleting(pod)) return false
  const { containerStatuses, initContainerStatuses, ephemeralContainerStatuses } = pod.status ?? {}
  const lists = [containerStatuses, initContainerStatuses, ephemeralContainerStatuses]
  const isAtRest = ({ state }: ContainerStatus) => state?.terminated !== undefined || state?.waiting !== undefined
  return lists.every((list) => list?.every(isAtRest) ?? true)
}
