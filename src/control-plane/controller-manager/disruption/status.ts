import { findCondition, isPodReady, setCondition } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import { parseTime } from '../../../api/time.ts'
import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../api/types.ts'
import type { Expectation } from './expected.ts'

/** What a budget's status says: pure. Source: pkg/controller/disruption/disruption.go */

/** How long an evicted pod may take until it is seen as deleted. Source: DeletionTimeout */
const DELETION_TIMEOUT_MS = 120_000

type Disrupted = Readonly<Record<string, string>>

export interface DisruptedPods {
  readonly pods: Disrupted
  /** Evicted long ago and still not being deleted. */
  readonly notDeleted: readonly Pod[]
  /** ms until the first of them is given up. */
  readonly recheckAfter: number | undefined
}

/** Source: buildDisruptedPodMap */
export function disruptedPods({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number): DisruptedPods {
  const kept: Record<string, string> = {}
  const notDeleted: Pod[] = []
  let recheckAfter: number | undefined
  for (const pod of pods) {
    const since = status?.disruptedPods?.[pod.metadata.name]
    if (since === undefined || isDeleting(pod)) continue
    const left = parseTime(since) + DELETION_TIMEOUT_MS - now
    if (left < 0) notDeleted.push(pod)
    else {
      kept[pod.metadata.name] = since
      recheckAfter = Math.min(recheckAfter ?? left, left)
    }
  }
  return { pods: kept, notDeleted, recheckAfter }
}

/** Source: countHealthyPods */
export function countHealthy(pods: readonly Pod[], disrupted: Disrupted, now: number): number {
  return pods.filter((pod) => {
    const since = disrupted[pod.metadata.name]
    const going = since !== undefined && parseTime(since) + DELETION_TIMEOUT_MS > now
    return !isDeleting(pod) && !going && isPodReady(pod)
  }).length
}

/** The status as it is where it says that already. Source: updatePdbStatus, component-helpers/apps/poddisruptionbudget UpdateDisruptionAllowedCondition */
export function budgetStatus(
  budget: PodDisruptionBudget,
  { expected, desiredHealthy }: Expectation,
  currentHealthy: number,
  disrupted: Disrupted,
  now: number,
): PodDisruptionBudgetStatus {
  const { status: old, metadata } = budget
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy)
  const observedGeneration = metadata.generation
  const allowed = disruptionsAllowed > 0
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed ? 'True' : 'False',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  } as Condition
  const counts = { currentHealthy, desiredHealthy, expectedPods: expected, disruptionsAllowed }
  const current = findCondition(old?.conditions, condition.type)
  const same =
    old !== undefined &&
    Object.entries(counts).every(([name, value]) => (old[name as keyof typeof counts] ?? 0) === value) &&
    sameEntries(old.disruptedPods ?? {}, disrupted) &&
    old.observedGeneration === observedGeneration &&
    current?.status === condition.status &&
    current.reason === condition.reason
  if (same) return old
  return {
    ...counts,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    conditions: setCondition(old?.conditions, condition, now),
  }
}

function sameEntries(a: Disrupted, b: Disrupted): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** Nothing may be evicted while nobody knows how many pods there should be. Source: failSafe */
export function failSafeStatus(
  { status }: PodDisruptionBudget,
  message: string,
  now: number,
): PodDisruptionBudgetStatus {
  const { observedGeneration } = status ?? {}
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    reason: 'SyncFailed',
    message,
  } as Condition
  const conditions = setCondition(status?.conditions, condition, now)
  if (status !== undefined && conditions === status.conditions && status.disruptionsAllowed === 0) return status
  const nothing = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  return { ...nothing, ...status, disruptionsAllowed: 0, conditions }
}
