import { claimNameOf, notForPod } from '../../../api/resource-claims.ts'
import type { Pod, ResourceClaim } from '../../../api/types.ts'
import type { DeviceSource } from '../devices.ts'

const NONE: readonly ResourceClaim[] = []

/**
 * The claims of a pod, or why they will not do yet.
 * Source: plugins/dynamicresources/dynamicresources.go foreachPodResourceClaim
 */
export function podClaims(pod: Pod, devices: DeviceSource): readonly ResourceClaim[] | string {
  const entries = pod.spec.resourceClaims
  if (entries === undefined || entries.length === 0) return NONE
  const { namespace = '', name: podName } = pod.metadata
  const claims: ResourceClaim[] = []
  for (const entry of entries) {
    const name = claimNameOf(pod, entry)
    if (name === undefined) return `pod "${namespace}/${podName}": ResourceClaim not created yet`
    if (name === '') {
      if (entry.resourceClaimTemplateName !== undefined) continue
      return `pod "${namespace}/${podName}", spec.resourceClaim "${entry.name}": none of the supported fields are set`
    }
    const claim = devices.claim(namespace, name)
    if (claim === undefined) return `could not find ResourceClaim "${namespace}/${name}"`
    if (claim.metadata.deletionTimestamp !== undefined) return `resourceclaim "${name}" is being deleted`
    const foreign = entry.resourceClaimTemplateName === undefined ? undefined : notForPod(pod, claim)
    if (foreign !== undefined) return foreign
    claims.push(claim)
  }
  return claims
}
