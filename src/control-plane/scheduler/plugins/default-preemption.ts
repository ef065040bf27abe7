import { setCondition } from '../../../api/conditions.ts'
import { isStatus, type Pod, type PodCondition } from '../../../api/types.ts'
import type { DefaultPreemptionArgs } from '../config/configuration.ts'
import type { Plugin, PluginHandle, PreemptionCandidate, Status } from '../framework.ts'
import { type Candidate, preempt } from '../preemption.ts'
import { VictimMemo } from '../victim-memo.ts'

const RUNNING: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['waiting for the preemption for this pod to be finished'],
}

/** Upstream tries again once the API server has said no; here its answer takes no time, and time would never go on. */
const AFTER_REFUSAL_MS = 1000

/**
 * Makes room for a pod by deleting pods of lower priority. The deleting happens after the scheduling cycle.
 * Source: plugins/defaultpreemption/default_preemption.go, framework/preemption/executor.go
 */
export function defaultPreemption(args: DefaultPreemptionArgs, handle: PluginHandle): Plugin {
  const { scheduler, client, clock, random } = handle
  /** Pods whose victims are being deleted. */
  const preempting = new Set<string>()
  const memo = new VictimMemo<Candidate>()
  return {
    name: 'DefaultPreemption',
    preEnqueue: ({ metadata }) => (preempting.has(metadata.uid ?? '') ? RUNNING : undefined),
    postFilter(pod, diagnosis) {
      const outcome = preempt(pod, diagnosis, {
        args,
        snapshot: scheduler.snapshot,
        budgets: () => client.list('PodDisruptionBudget'),
        random,
        trial: () => scheduler.trial(pod),
        nominatedTo: scheduler.nominatedTo,
        memo,
      })
      if (outcome.candidate === undefined) {
        const message = `preemption: ${outcome.message}`
        return { code: 'Unschedulable', message, ...(outcome.clearNomination && { nominate: '' }) }
      }
      const { candidate } = outcome
      const uid = pod.pod.metadata.uid ?? ''
      preempting.add(uid)
      clock.defer(() => {
        const evicted = evict(handle, pod.pod, candidate)
        const finish = () => {
          preempting.delete(uid)
          if (!evicted) scheduler.activate(pod.pod)
        }
        if (evicted) finish()
        else clock.setTimeout(finish, AFTER_REFUSAL_MS)
      })
      return { code: 'Success', message: '', nominate: candidate.node }
    },
    events: new Set(['AssignedPod/Delete']),
    // What the victims' going is good for the plugins know that refused the pod.
    isSchedulableAfter: () => false,
  }
}

/** Whether all went well. Source: executor.go prepareCandidateAsync */
function evict(handle: PluginHandle, preemptor: Pod, { node, victims }: PreemptionCandidate): boolean {
  const left = victims.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  if (left.length === 0) return true
  const { scheduler } = handle
  const target = scheduler.snapshot.get(node)
  for (const { pod } of target === undefined ? [] : scheduler.nominatedTo(target))
    if ((pod.spec.priority ?? 0) < (preemptor.spec.priority ?? 0)) scheduler.clearNomination(pod)
  return left.every((victim) => evictOne(handle, preemptor, victim, node))
}

/** The event names no second object: the real one's reference to the preemptor cannot be made. Source: executor.go NewExecutor PreemptPod */
function evictOne(handle: PluginHandle, preemptor: Pod, victim: Pod, node: string): boolean {
  const { client, clock, recorder, scheduler } = handle
  const { name, namespace, uid, generation } = victim.metadata
  const message = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`
  const held = scheduler.waitingPod(uid ?? '')
  if (held !== undefined) {
    held.preempt('DefaultPreemption')
    recorder.eventf(victim, undefined, 'Normal', 'Preempted', 'Preempting', `${message} (in kube-scheduler memory).`)
    return true
  }
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: `${preemptor.spec.schedulerName}: preempting to accommodate a higher priority pod`,
    ...(generation !== undefined && { observedGeneration: generation }),
  }
  const marked = client.updateStatus('Pod', name, namespace, (current) => {
    if (current.metadata.uid !== uid) return undefined
    const conditions = setCondition(current.status?.conditions, condition, clock.now())
    return conditions === current.status?.conditions
      ? undefined
      : { ...current, status: { ...current.status, conditions } }
  })
  if (isStatus(marked)) return marked.reason === 'NotFound'
  const answer = client.delete('Pod', name, namespace)
  if (isStatus(answer) && answer.status === 'Failure') return answer.reason === 'NotFound'
  recorder.eventf(victim, undefined, 'Normal', 'Preempted', 'Preempting', message)
  return true
}
