import type { Deployment, ReplicaSet } from '../../../api/types.ts'
import { scaledValue } from '../int-or-percent.ts'

/** How far a rollout may go at once: sums over ReplicaSets, pure. Source: pkg/controller/deployment/util/deployment_util.go */

export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'

export function replicasOf({ spec }: Deployment | ReplicaSet): number {
  return spec.replicas ?? 1
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
}

/** Source: deployment_util.go ResolveFenceposts */
function fenceposts(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {}
  const desired = replicasOf(deployment)
  const surge = scaledValue(maxSurge, desired, true)
  const unavailable = scaledValue(maxUnavailable, desired, false)
  // Both rounded to nothing: one pod may still go, or the rollout would never move.
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable }
}

export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0
}

export function maxUnavailable(deployment: Deployment): number {
  const desired = replicasOf(deployment)
  if (!isRollingUpdate(deployment) || desired === 0) return 0
  return Math.min(fenceposts(deployment).unavailable, desired)
}

type MaybeReplicaSet = ReplicaSet | undefined

function sum(replicaSets: readonly MaybeReplicaSet[], of: (replicaSet: ReplicaSet) => number): number {
  let total = 0
  for (const replicaSet of replicaSets) if (replicaSet !== undefined) total += of(replicaSet)
  return total
}

export const specReplicas = (all: readonly MaybeReplicaSet[]): number => sum(all, replicasOf)
export const actualReplicas = (all: readonly MaybeReplicaSet[]): number =>
  sum(all, ({ status }) => status?.replicas ?? 0)
export const readyReplicas = (all: readonly MaybeReplicaSet[]): number =>
  sum(all, ({ status }) => status?.readyReplicas ?? 0)
export const availableReplicas = (all: readonly MaybeReplicaSet[]): number =>
  sum(all, ({ status }) => status?.availableReplicas ?? 0)

/** Undefined where a ReplicaSet has not said yet. Source: deployment_util.go GetTerminatingReplicaCountForReplicaSets */
export function terminatingReplicas(all: readonly MaybeReplicaSet[]): number | undefined {
  let total = 0
  for (const replicaSet of all) {
    if (replicaSet === undefined) continue
    const { observedGeneration = 0, terminatingReplicas: terminating } = replicaSet.status ?? {}
    if (terminating !== undefined) total += terminating
    else if (observedGeneration !== 0) return undefined
  }
  return total
}

export function active(replicaSets: readonly MaybeReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((rs): rs is ReplicaSet => rs !== undefined && replicasOf(rs) > 0)
}

/** How many replicas the new ReplicaSet may have now. Source: deployment_util.go NewRSNewReplicas */
export function newReplicaSetSize(
  deployment: Deployment,
  all: readonly MaybeReplicaSet[],
  current: number,
  currentPods = specReplicas(all),
): number {
  const desired = replicasOf(deployment)
  if (!isRollingUpdate(deployment)) return desired
  const most = desired + maxSurge(deployment)
  if (currentPods >= most) return current
  return current + Math.min(most - currentPods, desired - current)
}

/** Both agree on the size and all pods are available. Source: deployment_util.go IsSaturated */
export function isSaturated(deployment: Deployment, replicaSet: MaybeReplicaSet): boolean {
  if (replicaSet === undefined) return false
  const desired = replicasOf(deployment)
  return (
    replicasOf(replicaSet) === desired &&
    Number(replicaSet.metadata.annotations?.[DESIRED_REPLICAS]) === desired &&
    (replicaSet.status?.availableReplicas ?? 0) === desired
  )
}

/** Older first, then by name. Source: controller_utils.go ReplicaSetsByCreationTimestamp */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}

/** The one ReplicaSet to scale when at most one has pods. Source: deployment_util.go FindActiveOrLatest */
export function activeOrLatest(newest: MaybeReplicaSet, old: readonly ReplicaSet[]): MaybeReplicaSet {
  const all = active([...old, newest])
  if (all.length > 1) return undefined
  return all[0] ?? newest ?? [...old].sort((a, b) => byCreation(b, a))[0]
}

/**
 * New sizes when the Deployment is scaled in the middle of a rollout: each ReplicaSet keeps its share, the largest
 * takes what rounding leaves over.
 * Source: pkg/controller/deployment/sync.go scale, deployment_util.go GetReplicaSetProportion
 */
export function proportionalSizes(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const desired = replicasOf(deployment)
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0
  const toAdd = allowed - specReplicas(replicaSets)
  const larger = (a: ReplicaSet, b: ReplicaSet) => replicasOf(b) - replicasOf(a)
  const sorted = [...replicaSets]
  if (toAdd > 0) sorted.sort((a, b) => larger(a, b) || byCreation(b, a))
  else if (toAdd < 0) sorted.sort((a, b) => larger(a, b) || byCreation(a, b))
  const sizes = new Map<ReplicaSet, number>()
  let added = 0
  for (const replicaSet of sorted) {
    const share = proportion(deployment, replicaSet, toAdd, added)
    sizes.set(replicaSet, replicasOf(replicaSet) + share)
    added += share
  }
  const largest = sorted[0]
  if (largest !== undefined && toAdd !== 0) sizes.set(largest, Math.max(0, sizes.get(largest)! + toAdd - added))
  return sizes
}

function proportion(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  if (replicasOf(replicaSet) === 0 || toAdd === 0 || toAdd === added) return 0
  const fraction = sizeFraction(deployment, replicaSet)
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added)
}

/** Source: deployment_util.go getReplicaSetFraction */
function sizeFraction(deployment: Deployment, replicaSet: ReplicaSet): number {
  const desired = replicasOf(deployment)
  const current = replicasOf(replicaSet)
  if (desired === 0) return -current
  const annotated = nonNegative(replicaSet.metadata.annotations?.[MAX_REPLICAS])
  const before = annotated === undefined || annotated === 0 ? (deployment.status?.replicas ?? 0) : annotated
  if (before === 0) return 0
  const exact = (current * (desired + maxSurge(deployment))) / before
  return Math.sign(exact) * Math.round(Math.abs(exact)) - current
}

export function nonNegative(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : undefined
}
