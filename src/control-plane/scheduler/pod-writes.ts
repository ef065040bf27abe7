import { findCondition, setCondition } from '../../api/conditions.ts'
import type { Pod, PodCondition } from '../../api/types.ts'
import type { Client, EventsRecorder } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import { truncateMessage } from './fit-error.ts'

/** What the scheduler writes about pods: conditions, nominations, events. */
export class PodWrites {
  readonly #client: Client
  readonly #clock: Clock

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** Source: schedule_one.go finishBinding */
  bound(recorder: EventsRecorder, pod: Pod, node: string): void {
    const { namespace, name } = pod.metadata
    recorder.eventf(
      pod,
      undefined,
      'Normal',
      'Scheduled',
      'Binding',
      `Successfully assigned ${namespace}/${name} to ${node}`,
    )
  }

  /**
   * @param nominate a node to nominate, `''` to take the nomination back, undefined to leave it
   * Source: schedule_one.go handleSchedulingFailure
   */
  failed(
    recorder: EventsRecorder,
    pod: Pod,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
    nominate: string | undefined,
  ): void {
    recorder.eventf(pod, undefined, 'Warning', 'FailedScheduling', 'Scheduling', truncateMessage(message))
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

  /** Source: schedule_one.go skipPodSchedule */
  skipDeleting(recorder: EventsRecorder, pod: Pod): void {
    const { namespace, name } = pod.metadata
    const note = `skip schedule deleting pod: ${namespace}/${name}`
    recorder.eventf(pod, undefined, 'Warning', 'FailedScheduling', 'Scheduling', note)
  }

  /** @param node `''`: none any more */
  nominate(pod: Pod, node: string): void {
    this.#updateStatus(pod, (current) => nominated(current, node))
  }

  /** A generation that it was not seen with before is no reason to write it again. Source: pkg/api/v1/pod/util.go UpdatePodCondition */
  #withCondition(pod: Pod, condition: PodCondition): Pod {
    const old = findCondition(pod.status?.conditions, condition.type)
    const { status, reason, message } = condition
    if (old?.status === status && old.reason === reason && old.message === message) return pod
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
