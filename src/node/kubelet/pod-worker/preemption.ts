import type { Pod } from '../../../api/types.ts'
import { isCritical } from '../eviction/critical.ts'
import { qosClass } from '../status/qos.ts'
import type { Shortage } from './admission.ts'
import type { PodRecord } from './pod-record.ts'
import { requestOf } from './requests.ts'

/** What is told of a pod that makes room for a critical one. Source: pkg/kubelet/preemption/preemption.go */
export const PREEMPTING = {
  reason: 'Preempting',
  message: 'Preempted in order to admit critical pod',
  disruption: 'Pod was preempted by Kubelet to accommodate a critical pod.',
} as const

interface Need {
  readonly resource: string
  readonly amount: number
}

/** The pods that have to go; a text says why it cannot be done. Source: preemption.go getPodsToPreempt */
export function podsToPreempt(
  record: PodRecord,
  others: readonly PodRecord[],
  shortages: readonly Shortage[],
): readonly PodRecord[] | string {
  const needs = shortages.map(({ resource, requested, used, capacity }) => ({
    resource,
    amount: requested - (capacity - used),
  }))
  const candidates = others.filter((other) => isPreemptable(record, other))
  const [bestEffort, burstable, guaranteed] = ['BestEffort', 'Burstable', 'Guaranteed'].map((qos) =>
    candidates.filter(({ pod }) => qosClass(pod) === qos),
  ) as [PodRecord[], PodRecord[], PodRecord[]]
  const unmet = less(needs, candidates)
  if (unmet.length > 0) return `preemption: error finding a set of pods to preempt: ${notFound(unmet)}`
  const fromGuaranteed = byDistance(guaranteed, less(needs, [...bestEffort, ...burstable]))
  const fromBurstable = byDistance(burstable, less(needs, [...bestEffort, ...fromGuaranteed]))
  const fromBestEffort = byDistance(bestEffort, less(needs, [...fromBurstable, ...fromGuaranteed]))
  return [...fromBestEffort, ...fromBurstable, ...fromGuaranteed]
}

function notFound(needs: readonly Need[]): string {
  return `no set of running pods found to reclaim resources: [${needs.map(({ resource, amount }) => `(res: ${resource}, q: ${amount}), `).join('')}]`
}

/** Source: pkg/kubelet/types/pod_update.go Preemptable */
function isPreemptable(preemptor: PodRecord, { pod, isStatic }: PodRecord): boolean {
  if (isCritical(preemptor.pod, preemptor.isStatic) && !isCritical(pod, isStatic)) return true
  const [own, other] = [preemptor.pod.spec.priority, pod.spec.priority]
  return own !== undefined && other !== undefined && own > other
}

function less(needs: readonly Need[], gone: readonly PodRecord[]): readonly Need[] {
  return needs.flatMap(({ resource, amount }) => {
    const left = gone.reduce((rest, { allocated }) => rest - freed(allocated, resource), amount)
    return left > 0 ? [{ resource, amount: left }] : []
  })
}

function freed(pod: Pod, resource: string): number {
  return resource === 'pods' ? 1 : requestOf(pod, resource)
}

/** Those that come nearest to what is needed, one after the other. Source: getPodsToPreemptByDistance */
function byDistance(records: readonly PodRecord[], needs: readonly Need[]): readonly PodRecord[] {
  const chosen: PodRecord[] = []
  const left = [...records]
  for (let rest = needs; rest.length > 0 && left.length > 0; ) {
    let best = 0
    for (let i = 1; i < left.length; i++) {
      const [a, b] = [distance(rest, left[i]!), distance(rest, left[best]!)]
      if (a < b || (a === b && isSmaller(left[i]!, left[best]!))) best = i
    }
    const [next] = left.splice(best, 1)
    chosen.push(next!)
    rest = less(rest, [next!])
  }
  return chosen
}

function distance(needs: readonly Need[], { allocated }: PodRecord): number {
  return needs.reduce((sum, { resource, amount }) => {
    const rest = amount - freed(allocated, resource)
    return rest > 0 ? sum + (rest / amount) ** 2 : sum
  }, 0)
}

function isSmaller(a: PodRecord, b: PodRecord): boolean {
  for (const resource of ['memory', 'cpu']) {
    const difference = requestOf(a.allocated, resource) - requestOf(b.allocated, resource)
    if (difference !== 0) return difference < 0
  }
  return true
}
