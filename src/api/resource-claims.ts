/** Pods and their ResourceClaims. Source: dynamic-resource-allocation/resourceclaim */
import { controllerOf } from './meta.ts'
import type { DeviceTaint, DeviceToleration, Pod, PodResourceClaim, ResourceClaim } from './types.ts'

/** Of claims that in-tree components have allocated. Source: resource/v1/types.go Finalizer */
export const CLAIM_FINALIZER = 'resource.kubernetes.io/delete-protection'

/** Source: resource/v1/types.go PodResourceClaimAnnotation */
export const POD_CLAIM_ANNOTATION = 'resource.kubernetes.io/pod-claim-name'

/** Of claims that the scheduler makes for extended resources. Source: resource/v1/types.go ExtendedResourceClaimAnnotation */
export const EXTENDED_RESOURCE_CLAIM_ANNOTATION = 'resource.kubernetes.io/extended-resource-claim'

/** Every class is an extended resource, by this and its name. Source: resource/v1/types.go ResourceDeviceClassPrefix */
export const DEVICE_CLASS_PREFIX = 'deviceclass.resource.kubernetes.io/'

/**
 * The claim behind an entry of a pod. Source: resourceclaim.go Name
 *
 * @returns undefined: not made yet; `''`: none is needed
 */
export function claimNameOf({ status }: Pod, { name, resourceClaimName, resourceClaimTemplateName }: PodResourceClaim) {
  if (resourceClaimName !== undefined) return resourceClaimName
  if (resourceClaimTemplateName === undefined) return ''
  const found = (status?.resourceClaimStatuses ?? []).find((each) => each.name === name)
  return found === undefined ? undefined : (found.resourceClaimName ?? '')
}

/** Why a claim that was made for a pod is not this pod's. Source: resourceclaim.go IsForPod */
export function notForPod(pod: Pod, claim: ResourceClaim): string | undefined {
  const [at, podAt] = [claim, pod].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  if (claim.metadata.namespace !== pod.metadata.namespace)
    return `ResourceClaim ${at} is not in the same namespace as Pod ${podAt}`
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined
  return `ResourceClaim ${at} was not created for Pod ${podAt} (Pod is not owner)`
}

/** Source: resourceclaim.go IsReservedForPod */
export const isReservedFor = ({ metadata }: Pod, { status }: ResourceClaim): boolean =>
  status?.reservedFor?.some(({ uid }) => uid === metadata.uid) ?? false

/** Source: devicetoleration.go ToleratesTaint */
export function toleratesDeviceTaint(
  { key = '', value = '', operator = 'Equal', effect }: DeviceToleration,
  taint: DeviceTaint,
): boolean {
  if (effect && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  return operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? ''))
}

/** The claim may go: in-tree components are done with it. */
export function releasedClaim(claim: ResourceClaim): ResourceClaim {
  const { finalizers = [], ...metadata } = claim.metadata
  const left = finalizers.filter((each) => each !== CLAIM_FINALIZER)
  return { ...claim, metadata: { ...metadata, ...(left.length > 0 && { finalizers: left }) } }
}
