import { findCondition, isPodAvailable, podReadyCondition, withoutCondition } from '../../api/conditions.ts'
import { type Labels, selectorFromSet } from '../../api/labels.ts'
import { parseTime, rfc3339 } from '../../api/time.ts'
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus, Status } from '../../api/types.ts'

/**
 * What the status should say. Answers the status as it is where it says that already.
 * Source: pkg/controller/replicaset/replica_set_utils.go calculateStatus, updateReplicaSetStatus
 *
 * @param failed what kept the controller from creating or deleting pods just now
 * @param now virtual ms
 */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  terminating: number | undefined,
  failed: Status | undefined,
  now: number,
): ReplicaSetStatus {
  const { minReadySeconds = 0, template } = replicaSet.spec
  const fullyLabeled = labelled(template?.metadata?.labels)
  let fullyLabeledReplicas = 0
  let readyReplicas = 0
  let availableReplicas = 0
  for (const pod of active) {
    if (fullyLabeled(pod.metadata.labels)) fullyLabeledReplicas++
    if (podReadyCondition(pod)?.status !== 'True') continue
    readyReplicas++
    if (isPodAvailable(pod, minReadySeconds, now)) availableReplicas++
  }
  const old = replicaSet.status
  const conditions = replicaFailure(replicaSet, active.length, failed, now)
  const observedGeneration = replicaSet.metadata.generation
  const next: ReplicaSetStatus = {
    replicas: active.length,
    ...(fullyLabeledReplicas === 0 ? {} : { fullyLabeledReplicas }),
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
  return old !== undefined && saysTheSame(old, next) ? old : next
}

/** Most pods carry the template's own labels object. */
function labelled(wanted: Labels | undefined): (labels: Labels | undefined) => boolean {
  const selector = selectorFromSet(wanted)
  return (labels) => labels === wanted || selector.matches(labels)
}

function saysTheSame(a: ReplicaSetStatus, b: ReplicaSetStatus): boolean {
  return (
    a.replicas === b.replicas &&
    (a.fullyLabeledReplicas ?? 0) === (b.fullyLabeledReplicas ?? 0) &&
    (a.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
    (a.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
    a.terminatingReplicas === b.terminatingReplicas &&
    a.observedGeneration === b.observedGeneration &&
    (a.conditions === b.conditions || (a.conditions?.length ?? 0) + (b.conditions?.length ?? 0) === 0)
  )
}

const NO_CONDITIONS: readonly ReplicaSetCondition[] = []

function replicaFailure(
  { spec, status }: ReplicaSet,
  active: number,
  failed: Status | undefined,
  now: number,
): readonly ReplicaSetCondition[] {
  const conditions = status?.conditions ?? NO_CONDITIONS
  const current = findCondition(conditions, 'ReplicaFailure')
  if (failed === undefined) return current === undefined ? conditions : withoutCondition(conditions, 'ReplicaFailure')
  if (current !== undefined) return conditions
  const condition: ReplicaSetCondition = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: rfc3339(now),
    reason: active < (spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete',
    message: failed.message ?? '',
  }
  return [...conditions, condition]
}

/** ms until the next ready pod becomes available; undefined when none waits for that. Source: controller_utils.go FindMinNextPodAvailabilityCheck */
export function nextAvailabilityCheck(
  active: readonly Pod[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  if (minReadySeconds === 0) return undefined
  let next: number | undefined
  for (const pod of active) {
    const ready = podReadyCondition(pod)
    if (ready?.status !== 'True') continue
    const left = parseTime(ready.lastTransitionTime) + minReadySeconds * 1000 - now
    if (left > 0 && (next === undefined || left < next)) next = left
  }
  return next
}
