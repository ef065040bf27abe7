import { isPodActive, isPodTerminating } from '../../api/conditions.ts'
import { type Selector, selectorFromLabelSelector } from '../../api/labels.ts'
import { controllerOf, isDeleting, newControllerRef, splitKey } from '../../api/meta.ts'
import type { Pod, ReplicaSet, ReplicaSetStatus, Status } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import { claim } from './claim.ts'
import { podsToDelete } from './deletion-order.ts'
import { isNamespaceTerminating, type PodControl, podFromTemplate, slowStart } from './pod-control.ts'
import { nextAvailabilityCheck, replicaSetStatus } from './replicas-status.ts'

/** How many pods one reconcile creates or deletes at most. Source: pkg/controller/replicaset/replica_set.go BurstReplicas */
export const BURST_REPLICAS = 500

/** How a kind that keeps replicas is read and written: as a ReplicaSet, whatever it is. Source: pkg/controller/replication/conversion.go */
export interface ReplicasKind {
  get(client: Client, name: string, namespace: string | undefined): ReplicaSet | undefined
  updateStatus(client: Client, replicaSet: ReplicaSet, status: ReplicaSetStatus): Status | undefined
  /** Whether its status counts pods that are being deleted. */
  readonly countsTerminating: boolean
}

export interface ReplicaSetDependencies {
  readonly kind: ReplicasKind
  readonly client: Client
  readonly clock: Clock
  readonly pods: PodControl
  /** Pods of the namespace that nobody controls. */
  readonly orphans: (namespace: string, selector: Selector) => readonly Pod[]
  readonly checkAgainAfter: (key: string, ms: number) => void
  /** The pass takes so many more requests. */
  readonly hold: (requests: number) => void
}

/** Source: pkg/controller/replicaset/replica_set.go syncReplicaSet */
export function reconcileReplicaSet(key: string, deps: ReplicaSetDependencies): Status | undefined {
  const { client, clock } = deps
  const { namespace, name } = splitKey(key)
  const replicaSet = deps.kind.get(client, name, namespace)
  if (replicaSet === undefined) return undefined
  const selector = selectorFromLabelSelector(replicaSet.spec.selector)
  const owned = client.list('Pod', { namespace: namespace!, ownerUid: replicaSet.metadata.uid! })
  const candidates = [...owned.filter(isPodActive), ...deps.orphans(namespace!, selector).filter(isPodActive)]
  const { claimed, failed: notClaimed } = claim(client, 'Pod', replicaSet, selector, candidates)
  if (notClaimed !== undefined) return notClaimed

  const failed = isDeleting(replicaSet) ? undefined : manageReplicas(replicaSet, claimed, deps)
  const now = clock.now()
  const terminating = deps.kind.countsTerminating ? countTerminating(replicaSet, selector, owned) : undefined
  const status = replicaSetStatus(replicaSet, claimed, terminating, failed, now)
  if (status !== replicaSet.status) {
    // That there are fewer is heard of before the next pass counts the pods that this one has made for them.
    if (status.replicas < (replicaSet.status?.replicas ?? 0)) deps.hold(1)
    const refused = deps.kind.updateStatus(client, replicaSet, status)
    if (refused !== undefined) return refused.reason === 'NotFound' ? undefined : refused
  }
  const wait = nextAvailabilityCheck(claimed, replicaSet.spec.minReadySeconds ?? 0, now)
  if (wait !== undefined) deps.checkAgainAfter(key, wait)
  return failed
}

function countTerminating(replicaSet: ReplicaSet, selector: Selector, owned: readonly Pod[]): number {
  let count = 0
  for (const pod of owned)
    if (
      isPodTerminating(pod) &&
      controllerOf(pod)?.uid === replicaSet.metadata.uid &&
      selector.matches(pod.metadata.labels)
    )
      count++
  return count
}

/** Source: replica_set.go manageReplicas */
function manageReplicas(replicaSet: ReplicaSet, active: readonly Pod[], deps: ReplicaSetDependencies) {
  const wanted = replicaSet.spec.replicas ?? 1
  if (active.length < wanted) return createPods(replicaSet, wanted - active.length, deps)
  if (active.length > wanted) return deletePods(replicaSet, active, active.length - wanted, deps)
  return undefined
}

function createPods(replicaSet: ReplicaSet, missing: number, { pods }: ReplicaSetDependencies): Status | undefined {
  // One object for all: they differ only in what the API server adds.
  const pod = podFromTemplate(replicaSet.spec.template ?? {}, replicaSet, [newControllerRef(replicaSet)])
  return slowStart(Math.min(missing, BURST_REPLICAS), () => {
    const failed = pods.create(pod, replicaSet)
    return failed !== undefined && isNamespaceTerminating(failed) ? undefined : failed
  })
}

function deletePods(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  surplus: number,
  { client, clock, pods }: ReplicaSetDependencies,
): Status | undefined {
  const count = Math.min(surplus, BURST_REPLICAS)
  const related = count < active.length ? relatedPods(client, replicaSet) : []
  let failed: Status | undefined
  for (const pod of podsToDelete(active, related, count, clock.now())) {
    const refused = pods.delete(pod, replicaSet)
    if (refused !== undefined && refused.reason !== 'NotFound') failed ??= refused
  }
  return failed
}

/** Pods of every ReplicaSet of the same Deployment. Source: replica_set.go getIndirectlyRelatedPods */
function relatedPods(client: Client, replicaSet: ReplicaSet): readonly Pod[] {
  const ownerUid = controllerOf(replicaSet)?.uid
  const namespace = replicaSet.metadata.namespace!
  if (ownerUid === undefined) return []
  const found = new Set<Pod>()
  for (const { spec } of client.list('ReplicaSet', { namespace, ownerUid })) {
    const labelSelector = selectorFromLabelSelector(spec.selector).text
    for (const pod of client.list('Pod', { namespace, labelSelector })) found.add(pod)
  }
  return [...found]
}
