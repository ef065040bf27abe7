import { isPodAvailable } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { Pod, StatefulSet, StatefulSetStatus } from '../../../api/types.ts'
import { isCreated, isRunningAndReady, podRevision, replicasOf } from './identity.ts'
import type { Revisions } from './revisions.ts'

export interface Counts {
  readonly replicas: number
  readonly ready: number
  readonly available: number
  readonly current: number
  readonly updated: number
}

/** Source: pkg/controller/statefulset/stateful_set_control.go computeReplicaStatus */
export function countReplicas(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number): Counts {
  const count = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 }
  for (const pod of pods) {
    if (!isCreated(pod)) continue
    count.replicas++
    if (isRunningAndReady(pod)) {
      count.ready++
      if (isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)) count.available++
    }
    if (isDeleting(pod)) continue
    const revision = podRevision(pod)
    if (revision === revisions.current.metadata.name) count.current++
    if (revision === revisions.update.metadata.name) count.updated++
  }
  return count
}

/** The status as it is, where nothing of it changed. Source: completeRollingUpdate, inconsistentStatus in stateful_set_utils.go */
export function statefulSetStatus(set: StatefulSet, counts: Counts, revisions: Revisions): StatefulSetStatus {
  const replicas = replicasOf(set)
  const { current, update, collisionCount } = revisions
  const complete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    counts.updated === replicas &&
    counts.ready === replicas &&
    counts.replicas === replicas
  const currentReplicas = complete ? counts.updated : counts.current
  const { generation } = set.metadata
  const next: StatefulSetStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    replicas: counts.replicas,
    ...(counts.ready === 0 ? {} : { readyReplicas: counts.ready }),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    ...(counts.updated === 0 ? {} : { updatedReplicas: counts.updated }),
    currentRevision: complete ? update.metadata.name : current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
    availableReplicas: counts.available,
  }
  return set.status !== undefined && !isInconsistent(set.status, next) ? set.status : next
}

function isInconsistent(old: StatefulSetStatus, next: StatefulSetStatus): boolean {
  const differs = (field: 'replicas' | 'currentReplicas' | 'readyReplicas' | 'updatedReplicas' | 'availableReplicas') =>
    (old[field] ?? 0) !== (next[field] ?? 0)
  return (
    (next.observedGeneration ?? 0) > (old.observedGeneration ?? 0) ||
    differs('replicas') ||
    differs('currentReplicas') ||
    differs('readyReplicas') ||
    differs('updatedReplicas') ||
    differs('availableReplicas') ||
    old.currentRevision !== next.currentRevision ||
    old.updateRevision !== next.updateRevision
  )
}
