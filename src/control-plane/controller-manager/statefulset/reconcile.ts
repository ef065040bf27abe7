import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { isDeleting, splitKey } from '../../../api/meta.ts'
import { type ControllerRevision, isStatus, type Pod, type StatefulSet, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import { claim } from '../claim.ts'
import { orphanPods } from '../pods-of.ts'
import { nextAvailabilityCheck } from '../replicas-status.ts'
import { isMemberOf } from './identity.ts'
import type { StatefulPodControl } from './pod-control.ts'
import {
  applyRevision,
  currentAndUpdate,
  isOrphanOf,
  listRevisions,
  type Revisions,
  truncateHistory,
} from './revisions.ts'
import { statefulSetStatus } from './status.ts'
import { updateStatefulSet } from './update.ts'

export interface StatefulSetDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly pods: StatefulPodControl
  /** Whether several pods may be replaced at once: the feature gate MaxUnavailableStatefulSet. */
  readonly maxUnavailable: boolean
  readonly checkAgainAfter: (key: string, ms: number) => void
}

/** Source: pkg/controller/statefulset/stateful_set.go sync, stateful_set_control.go UpdateStatefulSet */
export function reconcileStatefulSet(key: string, deps: StatefulSetDependencies): Status | undefined {
  const { client } = deps
  const { namespace, name } = splitKey(key)
  const set = client.get('StatefulSet', name, namespace)
  if (set === undefined) return undefined
  const all = listRevisions(client, set, orphanRevisions(client, set))
  if (isStatus(all)) return all
  const selector = selectorFromLabelSelector(set.spec.selector)
  const owned = client.list('Pod', { namespace: namespace!, ownerUid: set.metadata.uid! })
  const members = [...owned, ...orphanPods(client, namespace!, selector)].filter((pod) => isMemberOf(set, pod))
  const { claimed, failed: notClaimed } = claim(client, 'Pod', set, selector, members)
  if (notClaimed !== undefined) return notClaimed
  const revisions = currentAndUpdate(client, set, all as readonly ControllerRevision[])
  if (isStatus(revisions)) return revisions
  return sync(key, set, claimed, revisions as Revisions, deps)
}

function orphanRevisions(client: Client, set: StatefulSet): readonly ControllerRevision[] {
  const selector = selectorFromLabelSelector(set.spec.selector)
  if (selector.nothing || isDeleting(set)) return []
  return client
    .list('ControllerRevision', { namespace: set.metadata.namespace!, labelSelector: selector.text })
    .filter(isOrphanOf)
}

function sync(
  key: string,
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  deps: StatefulSetDependencies,
): Status | undefined {
  const { client, clock } = deps
  const now = clock.now()
  const { counts, failed } = updateStatefulSet({
    set,
    currentSet: applyRevision(set, revisions.current),
    updateSet: applyRevision(set, revisions.update),
    revisions,
    pods,
    now,
    control: deps.pods,
    maxUnavailable: deps.maxUnavailable,
  })
  const status = statefulSetStatus(set, counts, revisions)
  const { name, namespace } = set.metadata
  if (status !== set.status) {
    const answer = client.updateStatus('StatefulSet', name, namespace, (current) => ({ ...current, status }))
    if (isStatus(answer)) return failed ?? answer
  }
  const notTruncated = truncateHistory(client, set, revisions, pods)
  const { minReadySeconds = 0 } = set.spec
  if (failed === undefined && minReadySeconds > 0 && counts.ready !== counts.available)
    deps.checkAgainAfter(key, nextAvailabilityCheck(pods, minReadySeconds, now) ?? minReadySeconds * 1000)
  return failed ?? notTruncated
}
