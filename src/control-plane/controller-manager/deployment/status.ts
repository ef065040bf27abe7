import { findCondition, sameCondition, withoutCondition } from '../../../api/conditions.ts'
import { parseTime, rfc3339 } from '../../../api/time.ts'
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../api/types.ts'
import {
  actualReplicas,
  availableReplicas,
  maxUnavailable,
  readyReplicas,
  replicasOf,
  specReplicas,
  terminatingReplicas,
} from './rollout.ts'

const MAX_INT32 = 0x7fffffff

export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== MAX_INT32
}

export function newCondition(
  type: 'Progressing' | 'Available' | 'ReplicaFailure',
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const time = rfc3339(now)
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message }
}

type Conditions = readonly DeploymentCondition[]

/** Same status and reason: stays as it was. Else the new one goes to the end. Source: deployment_util.go SetDeploymentCondition */
export function setDeploymentCondition(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const current = findCondition(conditions, condition.type)
  if (current?.status === condition.status && current.reason === condition.reason) return conditions
  const kept = current?.status === condition.status ? current.lastTransitionTime : undefined
  const next = kept === undefined ? condition : { ...condition, lastTransitionTime: kept }
  return [...withoutCondition(conditions, condition.type), next]
}

/** Source: pkg/controller/deployment/sync.go calculateStatus */
export function deploymentStatus(
  deployment: Deployment,
  all: readonly (ReplicaSet | undefined)[],
  newest: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const available = availableReplicas(all)
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: actualReplicas(all),
    updatedReplicas: actualReplicas([newest]),
    readyReplicas: readyReplicas(all),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, specReplicas(all) - available),
  }
  const terminating = terminatingReplicas(all)
  const collisionCount = deployment.status?.collisionCount
  const enough = available >= replicasOf(deployment) - maxUnavailable(deployment)
  const condition = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        now,
      )
  return {
    // Zero counts are left out of JSON, as `omitempty` does.
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: setDeploymentCondition(deployment.status?.conditions ?? [], condition),
  }
}

/** The status with what the rollout has come to. Source: pkg/controller/deployment/progress.go syncRolloutStatus */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly (ReplicaSet | undefined)[],
  newest: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const status = deploymentStatus(deployment, all, newest, now)
  let conditions = status.conditions ?? []
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing')
  const current = findCondition(deployment.status?.conditions, 'Progressing')
  const complete =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable'
  if (hasProgressDeadline(deployment) && !complete)
    conditions = progress(deployment, { ...status, conditions }, newest, now)
  const failure = replicaFailure(all, newest)
  conditions =
    failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : setDeploymentCondition(conditions, failure)
  return { ...status, conditions }
}

function progress(deployment: Deployment, status: DeploymentStatus, newest: ReplicaSet | undefined, now: number) {
  const conditions = status.conditions ?? []
  const subject =
    newest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newest.metadata.name}"`
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`
    return setDeploymentCondition(
      conditions,
      newCondition('Progressing', 'True', 'NewReplicaSetAvailable', message, now),
    )
  }
  if (hasProgressed(deployment, status)) {
    const condition = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now)
    const current = findCondition(deployment.status?.conditions, 'Progressing')
    if (current === undefined) return setDeploymentCondition(conditions, condition)
    // Every sign of progress moves lastUpdateTime: the deadline counts from there.
    const since = current.status === 'True' ? current.lastTransitionTime : undefined
    const next = since === undefined ? condition : { ...condition, lastTransitionTime: since }
    return setDeploymentCondition(withoutCondition(conditions, 'Progressing'), next)
  }
  if (!hasTimedOut(deployment, status, now)) return conditions
  const message = `${subject} has timed out progressing.`
  return setDeploymentCondition(
    conditions,
    newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', message, now),
  )
}

/** Source: deployment_util.go DeploymentComplete */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const desired = replicasOf(deployment)
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

/** Source: deployment_util.go DeploymentProgressing */
function hasProgressed({ status: old = {} }: Deployment, status: DeploymentStatus): boolean {
  const outdated = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas
  return (
    (status.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(status) < outdated(old) ||
    (status.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  )
}

/** Source: deployment_util.go DeploymentTimedOut */
function hasTimedOut(deployment: Deployment, status: DeploymentStatus, now: number): boolean {
  const condition = findCondition(status.conditions, 'Progressing')
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false
  if (condition.reason === 'ProgressDeadlineExceeded') return true
  return parseTime(condition.lastUpdateTime) + deployment.spec.progressDeadlineSeconds! * 1000 < now
}

/**
 * ms until the deadline is to be looked at; undefined when nothing is awaited. Upstream also looks, again and again, at a
 * rollout that was complete and lost pods since: it never times out, so nothing would come of it.
 * Source: progress.go requeueStuckDeployment
 */
export function progressCheckAfter(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const current = findCondition(deployment.status?.conditions, 'Progressing')
  if (!hasProgressDeadline(deployment) || current === undefined) return undefined
  if (isComplete(deployment, status)) return undefined
  if (current.reason === 'ProgressDeadlineExceeded' || current.reason === 'NewReplicaSetAvailable') return undefined
  return parseTime(current.lastUpdateTime) + deployment.spec.progressDeadlineSeconds! * 1000 - now
}

/** A failure of the newest ReplicaSet counts before one of an older. Source: progress.go getReplicaFailures */
function replicaFailure(
  all: readonly (ReplicaSet | undefined)[],
  newest: ReplicaSet | undefined,
): DeploymentCondition | undefined {
  for (const replicaSet of [newest, ...all]) {
    const condition = findCondition(replicaSet?.status?.conditions, 'ReplicaFailure')
    if (condition === undefined) continue
    const time = condition.lastTransitionTime
    return { ...condition, ...(time === undefined ? {} : { lastUpdateTime: time }) }
  }
  return undefined
}

export function sameDeploymentStatus(a: DeploymentStatus = {}, b: DeploymentStatus): boolean {
  const { conditions: left = [], ...countsA } = a
  const { conditions: right = [], ...countsB } = b
  const keys = new Set([...Object.keys(countsA), ...Object.keys(countsB)]) as Set<keyof typeof countsA>
  for (const key of keys) if (countsA[key] !== countsB[key]) return false
  return left.length === right.length && left.every((condition, i) => sameCondition(condition, right[i]!))
}
