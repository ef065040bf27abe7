import { isPodTerminating } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import { parseTime } from '../../../api/time.ts'
import type { Job, Pod } from '../../../api/types.ts'

/** What a Job reads off its pods: pure. Source: pkg/controller/job/{job_controller,indexed_job_utils,backoff_utils}.go */

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'
export const INDEX = 'batch.kubernetes.io/job-completion-index'
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count'

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed'
}

export function hasLimitPerIndex({ spec }: Job): boolean {
  return spec.backoffLimitPerIndex !== undefined
}

export function isSuspended({ spec }: Job): boolean {
  return spec.suspend === true
}

export function completionsOf({ spec }: Job): number {
  return spec.completions ?? 0
}

/** Pods on their way out are replaced only once they have ended. Source: onlyReplaceFailedPods */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false
}

/** -1 for none. Source: getCompletionIndex */
export function indexOf({ metadata }: Pod): number {
  const text = metadata.annotations?.[INDEX]
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : -1
}

export function hasValidIndex(job: Job, pod: Pod): boolean {
  const index = indexOf(pod)
  return index >= 0 && index < completionsOf(job)
}

/** Source: isPodFailed */
export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !replacesOnlyFailed(job) && isDeleting(pod) && pod.status?.phase !== 'Succeeded'
}

function count({ metadata }: Pod, annotation: string): number {
  const value = Number(metadata.annotations?.[annotation] ?? 0)
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : 0
}

export function indexFailures(pod: Pod): number {
  return count(pod, INDEX_FAILURES)
}

export function ignoredIndexFailures(pod: Pod): number {
  return count(pod, INDEX_IGNORED_FAILURES)
}

export function allIndexFailures(pod: Pod): number {
  return indexFailures(pod) + ignoredIndexFailures(pod)
}

export function indexesOf(pods: readonly Pod[]): Set<number> {
  return new Set(pods.map(indexOf).filter((index) => index >= 0))
}

export function countTerminating(pods: readonly Pod[]): number {
  return pods.filter(isPodTerminating).length
}

/** When its containers ended; else since when it is not ready; else when it was deleted or made. Virtual ms. Source: getFinishedTime */
export function finishedAt({ metadata, spec, status }: Pod): number {
  const sidecars = new Set(
    (spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map(({ name }) => name),
  )
  const containers = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ]
  const ends = containers.map(({ state }) => parseTime(state?.terminated?.finishedAt))
  if (ends.length > 0 && !ends.some(Number.isNaN)) return Math.max(...ends)
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) return parseTime(ready.lastTransitionTime)
  if (metadata.deletionTimestamp !== undefined)
    return parseTime(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000
  return parseTime(metadata.creationTimestamp)
}
