import { keyOf } from '../../../api/meta.ts'
import { CLAIM_FINALIZER, releasedClaim } from '../../../api/resource-claims.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type AllocationResult,
  type Answer,
  isStatus,
  type Pod,
  type ResourceClaim,
  type ResourceClaimStatus,
} from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { NodeAllocation } from './cycle-state.ts'

/** What cannot be written, in upstream's words. */
export class ClaimWriteError extends Error {}

function must<T>(answer: Answer<T>, what: string): T {
  if (isStatus(answer) && answer.status === 'Failure') throw new ClaimWriteError(`${what}: ${answer.message}`)
  return answer as T
}

/**
 * Notes in a claim what was found for it, and for whom.
 *
 * @throws ClaimWriteError
 * Source: plugins/dynamicresources/dynamicresources.go bindClaim
 */
export function bindClaim(
  claim: ResourceClaim,
  allocation: AllocationResult | undefined,
  pod: Pod,
  { client, clock }: { readonly client: Client; readonly clock: Clock },
): ResourceClaim {
  const { name, namespace } = claim.metadata
  const at = keyOf(claim)
  const now = client.get('ResourceClaim', name, namespace)
  if (now === undefined)
    throw new ClaimWriteError(
      `get updated claim ${at} after conflict: resourceclaims.resource.k8s.io "${name}" not found`,
    )
  if (now.metadata.deletionTimestamp !== undefined) throw new ClaimWriteError(`claim ${at} got deleted in the meantime`)
  const stored = now.status?.allocation
  if (allocation === undefined && stored === undefined)
    throw new ClaimWriteError(`claim ${at} got deallocated elsewhere in the meantime`)
  // Another pod of the group may have written the same.
  const isOurs = allocation !== undefined && JSON.stringify(stored?.devices) === JSON.stringify(allocation.devices)
  if (allocation !== undefined && stored !== undefined && !isOurs)
    throw new ClaimWriteError(`claim ${at} got allocated elsewhere in the meantime`)
  if (allocation !== undefined && !now.metadata.finalizers?.includes(CLAIM_FINALIZER))
    must(client.update('ResourceClaim', name, namespace, withFinalizer), `add finalizer to claim ${at}`)
  const written = client.updateStatus('ResourceClaim', name, namespace, (current) => ({
    ...current,
    status: {
      ...current.status,
      allocation: { allocationTimestamp: rfc3339(clock.now()), ...(stored ?? allocation!) },
      reservedFor: [...(current.status?.reservedFor ?? []), consumer(pod)],
    },
  }))
  return must(written, `add ${allocation === undefined ? '' : 'allocation and '}reservation to claim ${at}`)
}

const consumer = ({ metadata: { name, uid = '' } }: Pod) => ({ resource: 'pods', name, uid })

const withFinalizer = (claim: ResourceClaim): ResourceClaim => ({
  ...claim,
  metadata: { ...claim.metadata, finalizers: [...(claim.metadata.finalizers ?? []), CLAIM_FINALIZER] },
})

/** @throws ClaimWriteError. Source: extendeddynamicresources.go createExtendedResourceClaimInAPI */
export function createExtendedClaim(
  { extended }: Partial<NodeAllocation>,
  node: string,
  client: Client,
): ResourceClaim {
  if (extended === undefined) throw new ClaimWriteError(`extended resource claim not found for node ${node}`)
  const { uid: _, ...metadata } = extended.metadata
  const answer = client.create({ ...extended, metadata: { ...metadata, name: '' } })
  return must(answer, `create claim for extended resources ${metadata.namespace}/`)
}

/** @throws ClaimWriteError. Source: patchPodExtendedResourceClaimStatus */
export function noteExtendedClaim(
  { metadata: { name, namespace } }: Pod,
  claim: ResourceClaim,
  { mappings }: Pick<NodeAllocation, 'mappings'>,
  client: Client,
): void {
  const what = `pod ${namespace}/${name} ExtendedResourceClaimStatus`
  if (mappings.length === 0) throw new ClaimWriteError(`nil or empty request mappings, no update of ${what}`)
  const extendedResourceClaimStatus = { requestMappings: mappings, resourceClaimName: claim.metadata.name }
  const answer = client.updateStatus('Pod', name, namespace, (now) => ({
    ...now,
    status: { ...now.status, extendedResourceClaimStatus },
  }))
  must(answer, `update ${what}`)
}

/** Nobody uses the claim where it is: it may be allocated anew. @throws ClaimWriteError. Source: PostFilter */
export function deallocate({ metadata }: ResourceClaim, client: Client): ResourceClaim {
  const answer = client.updateStatus('ResourceClaim', metadata.name, metadata.namespace, (now) => {
    const { allocation: _, reservedFor: __, devices: ___, ...status } = now.status ?? {}
    return { ...now, status }
  })
  if (isStatus(answer) && answer.status === 'Failure') throw new ClaimWriteError(answer.message)
  return answer as ResourceClaim
}

/** The pod does not come after all. A failure is left for the next attempt. Source: Unreserve */
export function unreserve({ metadata }: ResourceClaim, pod: Pod, client: Client): ResourceClaim | undefined {
  const answer = client.updateStatus('ResourceClaim', metadata.name, metadata.namespace, (now) => {
    if (now.metadata.uid !== metadata.uid) return undefined
    const { reservedFor = [], ...rest } = now.status ?? {}
    const left = reservedFor.filter(({ uid }) => uid !== pod.metadata.uid)
    const status: ResourceClaimStatus = { ...rest, ...(left.length > 0 && { reservedFor: left }) }
    return { ...now, status }
  })
  return isStatus(answer) ? undefined : answer
}

/** @throws ClaimWriteError. Source: extendeddynamicresources.go deleteClaim */
export function deleteClaim({ metadata: { name, namespace } }: ResourceClaim, client: Client): void {
  must(client.update('ResourceClaim', name, namespace, releasedClaim), `update resourceclaim ${namespace}/${name}`)
  const answer = client.delete('ResourceClaim', name, namespace)
  if (isStatus(answer) && answer.status === 'Failure') throw new ClaimWriteError(answer.message)
}
