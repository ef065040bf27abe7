import { findCondition, isPodTerminal, setCondition } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import { parseTime } from '../../../api/time.ts'
import { isStatus, type Pod, type PodCondition, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'

/** Source: pkg/controller/disruption/disruption.go stalePodDisruptionTimeout */
const TIMEOUT_MS = 120_000

/** ms until a pod's DisruptionTarget condition is stale, if it has one and is not being deleted. Source: nonTerminatingPodHasStaleDisruptionCondition */
export function staleAfter(pod: Pod, now: number): number | undefined {
  const condition = findCondition(pod.status?.conditions, 'DisruptionTarget')
  if (condition?.status !== 'True' || isDeleting(pod)) return undefined
  if (condition.reason === 'TerminationByKubelet' || isPodTerminal(pod)) return undefined
  return Math.max(0, TIMEOUT_MS - (now - parseTime(condition.lastTransitionTime)))
}

/** Source: syncStalePodDisruption */
export function clearStale(client: Client, pod: Pod, now: number): Status | undefined {
  const { name, namespace } = pod.metadata
  const answer = client.updateStatus('Pod', name, namespace, (current) => {
    const condition: PodCondition = { type: 'DisruptionTarget', status: 'False' }
    return {
      ...current,
      status: { ...current.status, conditions: setCondition(current.status?.conditions, condition, now) },
    }
  })
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}
