import { isPodTerminal } from '../../../api/conditions.ts'
import { splitKey } from '../../../api/meta.ts'
import { CLAIM_FINALIZER, releasedClaim } from '../../../api/resource-claims.ts'
import { isStatus, type Pod, type ResourceClaim, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'

/** Source: pkg/controller/resourceclaim/controller.go isPodDone */
const isDone = (pod: Pod): boolean =>
  isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName)

/** Source: pkg/controller/resourceclaim/controller.go syncClaim */
export function syncClaim(key: string, client: Client): Status | undefined {
  const { namespace, name } = splitKey(key)
  const claim = client.get('ResourceClaim', name, namespace)
  if (claim === undefined) return undefined
  const reserved = claim.status?.reservedFor ?? []
  const remaining = reserved.filter((consumer) => {
    if ((consumer.apiGroup ?? '') !== '' || consumer.resource !== 'pods') return true
    const pod = client.get('Pod', consumer.name, namespace)
    return pod !== undefined && pod.metadata.uid === consumer.uid && !isDone(pod)
  })
  const isHeld = claim.metadata.finalizers?.includes(CLAIM_FINALIZER) ?? false
  const isFreed = remaining.length === 0 && isHeld
  if (remaining.length < reserved.length) {
    const failed =
      setStatus(client, claim, remaining, isFreed) ?? (isFreed ? withoutFinalizer(client, claim) : undefined)
    if (failed !== undefined) return failed
  } else if (isFreed && claim.metadata.deletionTimestamp !== undefined) {
    const failed =
      (claim.status?.allocation !== undefined ? setStatus(client, claim, remaining, true) : undefined) ??
      withoutFinalizer(client, claim)
    if (failed !== undefined) return failed
  }
  return remaining.length === 0 ? deleteUnused(client, claim) : undefined
}

function setStatus(
  client: Client,
  { metadata }: ResourceClaim,
  reservedFor: NonNullable<NonNullable<ResourceClaim['status']>['reservedFor']>,
  isFreed: boolean,
): Status | undefined {
  const answer = client.updateStatus('ResourceClaim', metadata.name, metadata.namespace, (now) => {
    const { allocation, reservedFor: _, ...rest } = now.status ?? {}
    const status = {
      ...rest,
      ...(!isFreed && allocation !== undefined && { allocation }),
      ...(reservedFor.length > 0 && { reservedFor }),
    }
    return { ...now, status }
  })
  return failure(answer)
}

function withoutFinalizer(client: Client, { metadata }: ResourceClaim): Status | undefined {
  const answer = client.update('ResourceClaim', metadata.name, metadata.namespace, releasedClaim)
  return failure(answer)
}

/** A claim that was made for a pod goes when the pod is done. */
function deleteUnused(client: Client, { metadata }: ResourceClaim): Status | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ controller, apiVersion, kind }) => controller && apiVersion === 'v1' && kind === 'Pod',
  )
  const pod = owner && client.get('Pod', owner.name, metadata.namespace)
  if (pod === undefined || (pod.metadata.uid === owner!.uid && !isDone(pod))) return undefined
  if (metadata.deletionTimestamp !== undefined) return undefined
  const failed = failure(client.delete('ResourceClaim', metadata.name, metadata.namespace))
  return (
    failed && {
      ...failed,
      message: `delete unused generated claim ${metadata.namespace}/${metadata.name}: ${failed.message}`,
    }
  )
}

function failure(answer: unknown): Status | undefined {
  return isStatus(answer) && answer.status === 'Failure' && answer.reason !== 'NotFound' ? answer : undefined
}
