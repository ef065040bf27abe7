import { findCondition, isConditionTrue, setCondition } from '../../../api/conditions.ts'
import { SelectorError, selectorFromLabelSelector } from '../../../api/labels.ts'
import { failure, forbidden } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Condition, Pod, PodDisruptionBudget, Status } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { storageKey } from '../storage/keys.ts'
import { atRevision } from './revision.ts'

/** More evictions than these are not begun before the controller has confirmed some. Source: eviction.go MaxDisruptedPodSize */
const MOST_UNCONFIRMED = 2000
/** Seconds after which a client may ask again when the controller is behind. */
const BEHIND_SECONDS = 10

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."

export const isReady = ({ status }: Pod): boolean => isConditionTrue(status?.conditions, 'Ready')

/** Source: pkg/registry/core/pod/storage/eviction.go getPodDisruptionBudgets */
export function budgetsOf(call: Call, { metadata }: Pod): readonly PodDisruptionBudget[] {
  const all = call.server.readAll('PodDisruptionBudget', metadata.namespace) as readonly PodDisruptionBudget[]
  return all.filter(({ spec }) => {
    try {
      return selectorFromLabelSelector(spec?.selector).matches(metadata.labels)
    } catch (error) {
      if (error instanceof SelectorError) return false
      throw error
    }
  })
}

/** Takes one of the disruptions that the budget allows; the refusal where it allows none. Source: eviction.go checkAndDecrement */
export function takeDisruption(
  call: Call,
  budget: PodDisruptionBudget,
  pod: string,
  dryRun: boolean,
): Status | undefined {
  const { metadata, status } = budget
  const { disruptionsAllowed = 0, disruptedPods = {}, observedGeneration = 0 } = status ?? {}
  if (observedGeneration < (metadata.generation ?? 0)) {
    return tooMany(`The disruption budget ${metadata.name} is still being processed by the server.`, BEHIND_SECONDS)
  }
  const refuse = (why: string) => forbidden({ group: 'policy', resource: 'poddisruptionbudget' }, metadata.name, why)
  if (disruptionsAllowed < 0) return refuse('pdb disruptions allowed is negative')
  if (Object.keys(disruptedPods).length > MOST_UNCONFIRMED) {
    return refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  }
  if (disruptionsAllowed === 0) return tooMany(exhausted(budget))
  if (!dryRun) store(call, afterDisruption(budget, pod, call.server.clock.now()))
  return undefined
}

function tooMany(message: string, retryAfterSeconds?: number): Status {
  const causes = [{ reason: 'DisruptionBudget', message }]
  const details = { ...(retryAfterSeconds !== undefined && { retryAfterSeconds }), causes }
  return failure(429, 'TooManyRequests', VIOLATES, details)
}

function exhausted({ metadata, status }: PodDisruptionBudget): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions } = status ?? {}
  const condition = findCondition(conditions, 'DisruptionAllowed')
  const said = condition?.status === 'False' && condition.message ? condition : undefined
  const refusal = `The disruption budget ${metadata.name} does not allow evicting pods currently`
  if (said?.reason === 'SyncFailed') return `${refusal} because it failed sync: ${said.message}`
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  }
  return said ? `${refusal} (${said.reason}): ${said.message}` : refusal
}

function afterDisruption(budget: PodDisruptionBudget, pod: string, now: number): PodDisruptionBudget {
  const { status } = budget
  const left = (status?.disruptionsAllowed ?? 0) - 1
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    lastTransitionTime: rfc3339(now),
    ...(status!.observedGeneration !== undefined && { observedGeneration: status!.observedGeneration }),
  }
  return {
    ...budget,
    status: {
      ...status!,
      disruptionsAllowed: left,
      disruptedPods: { ...status!.disruptedPods, [pod]: rfc3339(now) },
      ...(left === 0 && { conditions: setCondition(status!.conditions, condition, now) }),
    },
  }
}

function store({ server }: Call, budget: PodDisruptionBudget): void {
  const { prefix } = server.table.forKind('PodDisruptionBudget')!.storage!
  const kv = server.etcd.get(storageKey(prefix, budget.metadata.namespace, budget.metadata.name))
  if (kv !== undefined) server.etcd.put(kv.key, (revision) => atRevision(budget, revision), kv.modRevision, kv.lease)
}
