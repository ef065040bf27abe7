import { claimNameOf, isClaimOf } from '../../../api/claims.ts'
import type { PersistentVolume, Pod, Volume } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'

/** What a volume of a pod turns out to be on the node. */
export type ResolvedVolume =
  /** Something of the pod's own, or a path of the host that a volume names. */
  | { readonly volume: Volume; readonly isLocal?: boolean }
  /** A volume that the driver has to bring. */
  | { readonly csi: PersistentVolume }
  /** It is not known yet: the claim is missing, or has no volume. */
  | { readonly unprocessed: string }
  | { readonly unsupported: string }

/** Source: pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go createVolumeSpec, getPVCExtractPV, getPVSpec */
export function resolveVolume(volume: Volume, pod: Pod, client: Pick<Client, 'get'>): ResolvedVolume {
  const claimName = claimNameOf(pod, volume)
  if (claimName === undefined) return { volume }
  const { namespace } = pod.metadata
  const claim = client.get('PersistentVolumeClaim', claimName, namespace)
  const inClaim = (why: string) => ({ unprocessed: `error processing PVC ${namespace}/${claimName}: ${why}` })
  if (claim === undefined)
    return inClaim(`failed to fetch PVC from API server: persistentvolumeclaims "${claimName}" not found`)
  if (volume.ephemeral !== undefined && !isClaimOf(pod, claim))
    return {
      unprocessed: `PVC ${namespace}/${claimName} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
    }
  if (claim.metadata.deletionTimestamp !== undefined && !hasProtection(claim.metadata.finalizers))
    return inClaim('PVC is being deleted')
  const { volumeName } = claim.spec
  if (claim.status?.phase !== 'Bound' || !volumeName) return inClaim('PVC is not bound')
  const persistent = client.get('PersistentVolume', volumeName)
  if (persistent === undefined)
    return {
      unprocessed: `error processing PVC ${namespace}/${claimName}: failed to fetch PV ${volumeName} from API server: persistentvolumes "${volumeName}" not found`,
    }
  if (persistent.spec.claimRef?.uid !== claim.metadata.uid)
    return inClaim(`found PV object ${volumeName} but its pv.Spec.ClaimRef.UID does not point to claim.UID`)
  return onNode(persistent)
}

function hasProtection(finalizers: readonly string[] | undefined): boolean {
  return finalizers?.includes('kubernetes.io/pvc-protection') ?? false
}

/** Messages name such a volume as the PersistentVolume is called. */
function onNode(persistent: PersistentVolume): ResolvedVolume {
  const { name } = persistent.metadata
  const { hostPath, local, csi } = persistent.spec
  if (csi !== undefined) return { csi: persistent }
  if (hostPath !== undefined) return { volume: { name, hostPath } }
  if (local !== undefined) return { volume: { name, hostPath: { path: local.path } }, isLocal: true }
  return {
    unsupported: `the volume "${name}" is of a kind that is not simulated: only CSI, hostPath and local volumes are`,
  }
}
