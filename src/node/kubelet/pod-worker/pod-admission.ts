import { isCritical } from '../eviction/critical.ts'
import type { EvictionManager } from '../eviction/manager.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { objectionsTo, shortageReason } from './admission.ts'
import type { PodRecord, WaitingReason } from './pod-record.ts'
import type { PodWorkers } from './pod-workers.ts'
import { PREEMPTING, podsToPreempt } from './preemption.ts'

/**
 * A refusal is not told in the instant of the binding: a ReplicaSet whose Pods are all refused (`nodeName` of a full node) makes
 * as many as its controller may write, --kube-api-qps=20, and time goes on between them.
 */
export const REFUSAL_MS = 50

/** Whether this node runs a pod that was bound to it. Source: pkg/kubelet/kubelet.go admitHandlers, canAdmitPod */
export class PodAdmission {
  readonly #context: KubeletContext
  readonly #workers: () => PodWorkers
  readonly #eviction: () => EvictionManager
  /** Why no pod is admitted at all: the node goes down. */
  #closed: WaitingReason | undefined

  constructor(context: KubeletContext, workers: () => PodWorkers, eviction: () => EvictionManager) {
    this.#context = context
    this.#workers = workers
    this.#eviction = eviction
  }

  close(reason: WaitingReason | undefined): void {
    this.#closed = reason
  }

  /** Looks at a new pod, and says so when it is refused. */
  decide(record: PodRecord): void {
    const { devices, events } = this.#context
    const { pod, isStatic } = record
    record.rejected =
      this.#eviction().admit(pod, isStatic) ?? devices.allocate(pod) ?? this.#predicates(record) ?? this.#closed
    if (record.rejected === undefined) return
    devices.release(record.uid)
    events.pod(pod, 'Warning', record.rejected.reason, record.rejected.message ?? '')
  }

  /** Source: pkg/kubelet/lifecycle/predicate.go Admit; preemption/preemption.go HandleAdmissionFailure */
  #predicates(record: PodRecord): WaitingReason | undefined {
    const active = [...this.#workers().records()].filter(
      (other) => other !== record && !other.terminated && other.rejected === undefined,
    )
    const { shortages, others } = objectionsTo(record, this.#context, active)
    const [shortage] = shortages
    if (!isCritical(record.pod, record.isStatic) || shortage === undefined || others.length > 0)
      return shortage === undefined || isCritical(record.pod, record.isStatic) ? others[0] : shortageReason(shortage)
    const victims = podsToPreempt(record, active, shortages)
    if (typeof victims === 'string') {
      const message = `Unexpected error while attempting to recover from admission failure: ${victims}`
      return { reason: 'UnexpectedAdmissionError', message }
    }
    for (const victim of victims) {
      this.#context.events.pod(victim.pod, 'Warning', PREEMPTING.reason, PREEMPTING.message)
      this.#workers().terminate(victim, victim.pod.spec.terminationGracePeriodSeconds ?? 30, PREEMPTING)
    }
    return undefined
  }
}
