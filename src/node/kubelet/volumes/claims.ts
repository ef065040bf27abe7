import type { Pod, Volume } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'

/**
 * What a claim's volume is on the node: a path of the host. A text says why there is none.
 * Source: pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go createVolumeSpec, pkg/volume/local/local.go
 */
export function claimedVolume(volume: Volume, pod: Pod, client: Pick<Client, 'get'>): Volume | string {
  const claimName =
    volume.ephemeral === undefined ? volume.persistentVolumeClaim?.claimName : `${pod.metadata.name}-${volume.name}`
  if (claimName === undefined) return volume
  const { namespace } = pod.metadata
  const claim = client.get('PersistentVolumeClaim', claimName, namespace)
  const inClaim = (why: string) => `error processing PVC ${namespace}/${claimName}: ${why}`
  if (claim === undefined)
    return inClaim(`failed to fetch PVC from API server: persistentvolumeclaims "${claimName}" not found`)
  if (claim.metadata.deletionTimestamp !== undefined) return inClaim('PVC is being deleted')
  const { volumeName } = claim.spec
  if (claim.status?.phase !== 'Bound' || !volumeName) return inClaim('PVC is not bound')
  const persistent = client.get('PersistentVolume', volumeName)
  if (persistent === undefined)
    return inClaim(`failed to fetch PV ${volumeName} from API server: persistentvolumes "${volumeName}" not found`)
  const { hostPath, local } = persistent.spec
  if (hostPath !== undefined) return { name: volume.name, hostPath }
  if (local !== undefined) return { name: volume.name, hostPath: { path: local.path } }
  return `the volume "${volumeName}" is of a kind that is not simulated: only hostPath and local volumes are`
}
