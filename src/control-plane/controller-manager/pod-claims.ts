import { controllerOf } from '../../api/meta.ts'
import type { Pod, ResourceClaim } from '../../api/types.ts'

export type PodClaim = NonNullable<Pod['spec']['resourceClaims']>[number]

/**
 * The claim behind an entry of a pod. Source: dynamic-resource-allocation/resourceclaim/claim.go Name
 *
 * @returns undefined: not made yet; `''`: none is needed
 */
export function claimNameOf({ status }: Pod, { name, resourceClaimName, resourceClaimTemplateName }: PodClaim) {
  if (resourceClaimName !== undefined) return resourceClaimName
  if (resourceClaimTemplateName === undefined) return ''
  const found = (status?.resourceClaimStatuses ?? []).find((each) => each.name === name)
  return found === undefined ? undefined : (found.resourceClaimName ?? '')
}

/** Why a claim that was made for a pod is not this pod's. Source: claim.go IsForPod */
export function notForPod(pod: Pod, claim: ResourceClaim): string | undefined {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined
  const { namespace, name, uid } = pod.metadata
  return `ResourceClaim ${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${namespace}/${name} (UID ${uid}) (pod is not owner)`
}
