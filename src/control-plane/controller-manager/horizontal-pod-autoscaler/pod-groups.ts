import { podReadyCondition } from '../../../api/conditions.ts'
import { parseTime } from '../../../api/time.ts'
import type { Pod } from '../../../api/types.ts'
import type { PodMetric, PodMetrics } from './metrics-client.ts'

/** What decides whether a pod's CPU can be believed; virtual ms. */
export interface PodTimes {
  readonly now: () => number
  /** --horizontal-pod-autoscaler-cpu-initialization-period */
  readonly cpuInitializationPeriod: number
  /** --horizontal-pod-autoscaler-initial-readiness-delay */
  readonly initialReadinessDelay: number
}

export interface PodGroups {
  readonly ready: number
  readonly unready: ReadonlySet<string>
  /** Running, without metrics. */
  readonly missing: ReadonlySet<string>
  /** Ended or ending. */
  readonly ignored: ReadonlySet<string>
}

/** Source: pkg/controller/podautoscaler/replica_calculator.go groupPods */
export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, times: PodTimes): PodGroups {
  const unready = new Set<string>()
  const missing = new Set<string>()
  const ignored = new Set<string>()
  let ready = 0
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata
    const metric = metrics.get(name)
    if (deletionTimestamp !== undefined || pod.status?.phase === 'Failed') ignored.add(name)
    else if ((pod.status?.phase ?? 'Pending') === 'Pending') unready.add(name)
    else if (metric === undefined) missing.add(name)
    else if (resource === 'cpu' && isTooYoung(pod, metric, times)) unready.add(name)
    else ready++
  }
  return { ready, unready, missing, ignored }
}

function isTooYoung(pod: Pod, { timestamp, windowMs }: PodMetric, times: PodTimes): boolean {
  const condition = podReadyCondition(pod)
  const startTime = pod.status?.startTime
  if (condition === undefined || startTime === undefined) return true
  const startedAt = parseTime(startTime)
  const changedAt = parseTime(condition.lastTransitionTime)
  if (startedAt + times.cpuInitializationPeriod > times.now())
    return condition.status === 'False' || timestamp < changedAt + windowMs
  return condition.status === 'False' && startedAt + times.initialReadinessDelay > changedAt
}
