import { parseTime, rfc3339 } from './time.ts'
import type { Node, Pod, PodCondition } from './types.ts'

/** What every condition of the API has; kinds add their own times. */
export interface ConditionLike {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

export function findCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  // An API server writes a list that is always there and empty as null.
  for (const condition of conditions ?? []) if (condition.type === type) return condition
  return undefined
}

export function isConditionTrue(conditions: readonly ConditionLike[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

export function withoutCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  type: string,
): readonly C[] {
  if (!conditions) return []
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions
}

/**
 * Puts a condition in the place of the one of its type (or at the end). `lastTransitionTime` moves only with `status`;
 * a condition that says the same as before leaves the list as it is.
 * Source: apimachinery/pkg/api/meta/conditions.go SetStatusCondition, pkg/api/v1/pod/util.go UpdatePodCondition
 *
 * @param now virtual ms
 */
export function setCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  condition: C,
  now: number,
): readonly C[] {
  const old = findCondition(conditions, condition.type)
  const lastTransitionTime =
    old !== undefined && old.status === condition.status && old.lastTransitionTime !== undefined
      ? old.lastTransitionTime
      : rfc3339(now)
  const next = { ...condition, lastTransitionTime }
  if (old === undefined) return [...(conditions ?? []), next]
  if (sameCondition(old, next)) return conditions!
  return conditions!.map((each) => (each === old ? next : each))
}

/** Whether two conditions say the same in every field. */
export function sameCondition<C extends ConditionLike>(a: C, b: C): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof C>
  for (const key of keys) if (a[key] !== b[key]) return false
  return true
}

export function nodeReadyCondition(node: Node) {
  return findCondition(node.status?.conditions, 'Ready')
}

export function isNodeReady(node: Node): boolean {
  return nodeReadyCondition(node)?.status === 'True'
}

/** Source: pkg/api/v1/pod/util.go GetPodReadyCondition */
export function podReadyCondition(pod: Pod): PodCondition | undefined {
  return findCondition(pod.status?.conditions, 'Ready')
}

/** Source: pkg/api/v1/pod/util.go IsPodReady */
export function isPodReady(pod: Pod): boolean {
  return podReadyCondition(pod)?.status === 'True'
}

/** Ready for at least `minReadySeconds`. Source: pkg/api/v1/pod/util.go IsPodAvailable. @param now virtual ms */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = podReadyCondition(pod)
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const since = parseTime(ready.lastTransitionTime)
  return !Number.isNaN(since) && since + minReadySeconds * 1000 <= now
}

/** Succeeded or Failed. Source: pkg/api/v1/pod/util.go IsPodTerminal */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither ended nor being deleted. Source: pkg/controller/controller_utils.go IsPodActive */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined
}

/** Being deleted and not yet ended. Source: pkg/controller/controller_utils.go IsPodTerminating */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined
}

/** Why a pod is about to be deleted by somebody who disrupts it. Source: corev1.DisruptionTarget; the probe time has no omitempty */
export function disruptionTarget({ metadata: { generation } }: Pod, reason: string, message: string): PodCondition {
  return {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null as unknown as string,
    reason,
    message,
    ...(generation !== undefined && { observedGeneration: generation }),
  }
}
