import { setCondition } from '../../api/conditions.ts'
import { isStatus, type Pod, type PodCondition, type Status } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import { truncateMessage } from './fit-error.ts'
import type { PreemptionCandidate } from './framework.ts'

/** What the scheduler writes: bindings, conditions, events, and the deletion of pods that must make room. */
export class PodWrites {
  readonly #client: Client
  readonly #recorder: EventRecorder
  readonly #clock: Clock

  constructor(client: Client, recorder: EventRecorder, clock: Clock) {
    this.#client = client
    this.#recorder = recorder
    this.#clock = clock
  }

  /** Source: plugins/defaultbinder/default_binder.go, schedule_one.go finishBinding */
  bind(pod: Pod, node: string): Status | undefined {
    const { name, namespace, uid } = pod.metadata
    const binding = {
      apiVersion: 'v1' as const,
      kind: 'Binding' as const,
      metadata: { name, namespace: namespace!, ...(uid !== undefined && { uid }) },
      target: { kind: 'Node', name: node },
    }
    const answer = this.#client.createSubresource('Pod', name, namespace, 'binding', binding)
    // A Status is also what success looks like there.
    if (isStatus(answer) && answer.status !== 'Success') return answer
    this.#recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`)
    return undefined
  }

  /**
   * @param nominate a node to nominate, `''` to take the nomination back, undefined to leave it
   * Source: schedule_one.go handleSchedulingFailure
   */
  failed(pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string, nominate: string | undefined): void {
    this.#recorder.event(pod, 'Warning', 'FailedScheduling', truncateMessage(message))
    const { generation } = pod.metadata
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      ...(generation !== undefined && { observedGeneration: generation }),
    }
    this.#updateStatus(pod, (current) => nominated(this.#withCondition(current, condition), nominate))
  }

  skipDeleting(pod: Pod): void {
    const { namespace, name } = pod.metadata
    this.#recorder.event(pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${namespace}/${name}`)
  }

  /** Source: framework/preemption/executor.go PreemptPod */
  preempt(preemptor: Pod, { node, victims }: PreemptionCandidate): void {
    for (const victim of victims) {
      if (victim.metadata.deletionTimestamp !== undefined) continue
      const { generation } = victim.metadata
      const condition: PodCondition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${preemptor.spec.schedulerName}: preempting to accommodate a higher priority pod`,
        ...(generation !== undefined && { observedGeneration: generation }),
      }
      this.#updateStatus(victim, (current) => this.#withCondition(current, condition))
      const answer = this.#client.delete('Pod', victim.metadata.name, victim.metadata.namespace)
      if (isStatus(answer) && answer.status === 'Failure') continue
      const message = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`
      this.#recorder.event(victim, 'Normal', 'Preempted', message)
    }
  }

  clearNomination(pod: Pod): void {
    this.#updateStatus(pod, (current) => nominated(current, ''))
  }

  #withCondition(pod: Pod, condition: PodCondition): Pod {
    const conditions = setCondition(pod.status?.conditions, condition, this.#clock.now())
    return conditions === pod.status?.conditions ? pod : { ...pod, status: { ...pod.status, conditions } }
  }

  #updateStatus(pod: Pod, change: (current: Pod) => Pod): void {
    const { name, namespace, uid } = pod.metadata
    this.#client.updateStatus('Pod', name, namespace, (current) => {
      if (current.metadata.uid !== uid) return undefined
      const changed = change(current)
      return changed === current ? undefined : changed
    })
  }
}

function nominated(pod: Pod, node: string | undefined): Pod {
  if (node === undefined || (pod.status?.nominatedNodeName ?? '') === node) return pod
  const { nominatedNodeName: _, ...status } = pod.status ?? {}
  return { ...pod, status: node === '' ? status : { ...status, nominatedNodeName: node } }
}
