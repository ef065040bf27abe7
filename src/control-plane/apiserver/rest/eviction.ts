import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, failure, notFound } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import { type Eviction, isStatus, type Pod, type PodCondition, type Status } from '../../../api/types.ts'
import type { KeyValue } from '../../etcd/contract.ts'
import { admitDelete } from '../admission/admit.ts'
import type { Call } from '../contract.ts'
import { storageKey } from '../storage/keys.ts'
import { respond } from './answer.ts'
import { deleteObject } from './delete.ts'
import { budgetsOf, isReady, takeDisruption } from './disruption-budget.ts'
import { CREATED, withCondition } from './pod-subresources.ts'
import { atRevision } from './revision.ts'

type Preconditions = NonNullable<NonNullable<Eviction['deleteOptions']>['preconditions']>

/** POST pods/eviction: a delete that asks the PodDisruptionBudget first. Source: pkg/registry/core/pod/storage/eviction.go Create */
export function evict(call: Call): ApiResponse {
  const eviction = call.request.body as Eviction
  const name = call.request.name!
  if (eviction.metadata?.name !== undefined && eviction.metadata.name !== name)
    return respond(call, 400, badRequest('name in URL does not match name in Eviction object'))
  const asked = eviction.deleteOptions
  const dryRun = call.options.dryRun === true || (asked?.dryRun?.length ?? 0) > 0
  const kv = call.server.etcd.get(storageKey(call.endpoint.storage!.prefix, call.namespace, name))
  if (kv === undefined) return respond(call, 404, notFound(call.endpoint.groupResource, name))
  const pod = kv.value as Pod
  // What the deletion needs of the world outside is found out before anything is written.
  if (call.request.outside !== undefined) admitDelete(call, pod)
  const refused = ignoresBudgets(pod) ? undefined : askBudget(call, pod, dryRun)
  if (refused !== undefined) return respond(call, 429, refused)
  const stale = dryRun ? undefined : checkPreconditions(pod, asked?.preconditions)
  if (stale !== undefined) return respond(call, 409, stale)
  if (!dryRun) markDisrupted(call, kv)
  const options = {
    dryRun,
    ...(asked?.gracePeriodSeconds !== undefined && { gracePeriodSeconds: asked.gracePeriodSeconds }),
    ...(asked?.propagationPolicy && { propagationPolicy: asked.propagationPolicy as 'Background' }),
    ...(asked?.preconditions && { preconditions: dryRun ? asked.preconditions : withoutVersion(asked.preconditions) }),
  }
  const deleted = deleteObject({ ...call, options }, name)
  return respond(call, 201, isStatus(deleted) && deleted.status !== 'Success' ? deleted : CREATED)
}

/** Pods that run nothing cannot be disrupted. Source: canIgnorePDB */
function ignoresBudgets({ metadata, status }: Pod): boolean {
  const phase = status?.phase ?? ''
  return ['Succeeded', 'Failed', 'Pending'].includes(phase) || metadata.deletionTimestamp !== undefined
}

const MORE_THAN_ONE = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'

function askBudget(call: Call, pod: Pod, dryRun: boolean): Status | undefined {
  const [budget, another] = budgetsOf(call, pod)
  if (another !== undefined) return failure(500, '', MORE_THAN_ONE)
  if (budget === undefined) return undefined
  const { spec, status } = budget
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  if (!isReady(pod)) {
    if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return undefined
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return undefined
  }
  return takeDisruption(call, budget, pod.metadata.name, dryRun)
}

/** Source: addConditionAndDeletePod */
function checkPreconditions({ metadata }: Pod, preconditions: Preconditions | undefined): Status | undefined {
  const { uid, resourceVersion } = preconditions ?? {}
  const differs = (what: string, asked: string, actual: string | undefined, why: string) =>
    conflict(
      { group: '', resource: 'Pod' },
      metadata.name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${actual}). The object might have been ${why}`,
    )
  if (uid && uid !== metadata.uid) return differs('UID', uid, metadata.uid, 'deleted and then recreated')
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    return differs('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified')
  }
  return undefined
}

/** The mark itself has moved the version that was asked for. */
function withoutVersion({ resourceVersion: _, ...preconditions }: Preconditions): Preconditions {
  return preconditions
}

function markDisrupted(call: Call, kv: KeyValue): void {
  const { etcd, clock } = call.server
  const pod = kv.value as Pod
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null as unknown as string,
    lastTransitionTime: rfc3339(clock.now()),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  } as PodCondition
  const marked = { ...pod, status: { ...pod.status, conditions: withCondition(pod.status?.conditions, condition) } }
  etcd.put(kv.key, (revision) => atRevision(marked, revision), kv.modRevision, kv.lease)
}
