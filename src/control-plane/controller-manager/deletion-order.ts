import { isPodActive, podReadyCondition } from '../../api/conditions.ts'
import { parseTime } from '../../api/time.ts'
import type { Pod } from '../../api/types.ts'

/**
 * Which `count` of the pods go first: unassigned before assigned, pending before unknown before running, not ready
 * before ready, lower deletion cost, more crowded nodes, ready for a shorter time, more restarts, younger. Times count
 * in powers of two, so that pods of about the same age go in random (uid) order.
 * Source: pkg/controller/controller_utils.go ActivePodsWithRanks, replicaset/replica_set.go getPodsToDelete
 *
 * @param related active pods of all ReplicaSets of the same Deployment, these included
 * @param now virtual ms
 */
export function podsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods
  const onNode = new Map<string, number>()
  for (const pod of related) {
    const node = pod.spec.nodeName ?? ''
    if (isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1)
  }
  return pods
    .map((pod) => candidate(pod, onNode.get(pod.spec.nodeName ?? '') ?? 0, now))
    .sort(compare)
    .slice(0, count)
    .map(({ pod }) => pod)
}

interface Candidate {
  readonly pod: Pod
  readonly assigned: number
  readonly phase: number
  readonly ready: number
  readonly cost: number
  readonly rank: number
  /** ms; NaN when not ready. */
  readonly readySince: number
  readonly restarts: number
  readonly sidecarRestarts: number
  readonly created: number
  readonly now: number
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

function candidate(pod: Pod, rank: number, now: number): Candidate {
  const ready = podReadyCondition(pod)
  const isReady = ready?.status === 'True'
  return {
    pod,
    assigned: pod.spec.nodeName === undefined || pod.spec.nodeName === '' ? 0 : 1,
    phase: PHASES[pod.status?.phase ?? ''] ?? 0,
    ready: isReady ? 1 : 0,
    cost: deletionCost(pod),
    rank,
    readySince: isReady ? parseTime(ready.lastTransitionTime) : Number.NaN,
    ...restarts(pod),
    created: parseTime(pod.metadata.creationTimestamp),
    now,
  }
}

/** Source: pkg/apis/core/v1/helper GetDeletionCostFromPodAnnotations */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost']
  return text !== undefined && /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0
}

function restarts(pod: Pod): { restarts: number; sidecarRestarts: number } {
  const most = (counts: readonly number[]) => Math.max(0, ...counts)
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name),
  )
  return {
    restarts: most((pod.status?.containerStatuses ?? []).map((status) => status.restartCount)),
    sidecarRestarts: most(
      (pod.status?.initContainerStatuses ?? [])
        .filter((status) => sidecars.has(status.name))
        .map((status) => status.restartCount),
    ),
  }
}

function compare(a: Candidate, b: Candidate): number {
  return (
    a.assigned - b.assigned ||
    a.phase - b.phase ||
    a.ready - b.ready ||
    a.cost - b.cost ||
    b.rank - a.rank ||
    (a.ready === 1 ? compareAges(a, b, a.readySince, b.readySince) : 0) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    compareAges(a, b, a.created, b.created)
  )
}

/** The younger first, by the power of two of the age; an unknown time counts as the youngest. */
function compareAges(a: Candidate, b: Candidate, timeA: number, timeB: number): number {
  if (timeA === timeB || (Number.isNaN(timeA) && Number.isNaN(timeB))) return 0
  if (Number.isNaN(timeA) || Number.isNaN(timeB)) return Number.isNaN(timeA) ? -1 : 1
  const difference = magnitude(a.now - timeA) - magnitude(b.now - timeB)
  if (difference !== 0) return difference
  return (a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1
}

/** Whole binary logarithm of an age in nanoseconds. Source: controller_utils.go logarithmicRankDiff */
function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1
}
