import type { Client } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import type { Cache } from './cache.ts'
import type { Cycles } from './cycles.ts'
import type { SchedulerHandle } from './framework.ts'
import type { Nominator } from './nominator.ts'
import type { Failure, Permitted, Placed } from './placing.ts'
import { type PodGroupCondition, setPodGroupCondition } from './pod-group-status.ts'
import type { SchedulingQueue } from './queue.ts'
import type { QueuedPod } from './queued-pod-info.ts'
import type { Algorithm } from './schedule-one.ts'

const UNSCHEDULABLE = 'pod group is unschedulable'

export interface PodGroupCyclesOptions {
  readonly client: Client
  readonly clock: Clock
  readonly cache: Cache
  readonly queue: SchedulingQueue
  readonly nominator: Nominator
  readonly algorithm: Algorithm
  readonly cycles: Cycles
  readonly podsLike: SchedulerHandle['podsLike']
}

/** What came of trying a pod of the group. */
interface Tried {
  readonly queued: QueuedPod
  /** Where it would go; undefined: nowhere. */
  readonly placed?: Placed
  /** Says why not; also of a pod that preemption makes room for, which is `placed` there all the same. */
  readonly failure?: Failure
  readonly permitted?: Permitted
}

/** Of the group as a whole. */
type Verdict =
  | { readonly code: 'Success' }
  | { readonly code: 'Unschedulable'; readonly message: string; readonly waitingOnPreemption: boolean }
  | { readonly code: 'Error'; readonly message: string }

/**
 * The scheduling cycle of all the waiting pods of a group: each is tried as if those before it were where they would go,
 * then all is taken back, and the group is let through or refused as a whole.
 * Source: pkg/scheduler/schedule_one_podgroup.go
 */
export class PodGroupCycles {
  readonly #options: PodGroupCyclesOptions

  constructor(options: PodGroupCyclesOptions) {
    this.#options = options
  }

  /** Source: scheduleOnePodGroup */
  scheduleOne(first: QueuedPod): void {
    const { cycles } = this.#options
    const waiting = this.#waitingWith(first)
    const names = new Set(waiting.map(({ framework }) => framework.schedulerName))
    if (names.size > 1) {
      const [a, b] = [...names].map((name) => JSON.stringify(name))
      const message = `all pods in a single pod group should have the same .spec.schedulerName set, got: ${b} and ${a}`
      for (const queued of waiting) cycles.fail(queued, { reason: 'SchedulerError', message, nominate: '' })
      return
    }
    const group = waiting.filter((queued) => !cycles.skip(queued))
    if (group.length === 0) return
    const tried: Tried[] = []
    const verdict = this.#try(group, tried)
    group.forEach((queued, i) => {
      this.#submit(tried[i] ?? { queued }, verdict)
    })
    const { client, clock } = this.#options
    setPodGroupCondition(client, clock.now(), first.info.pod, conditionOf(verdict))
  }

  /** The pods of the group that wait too, by priority and then by when they were first tried. Source: podGroupInfoForPod */
  #waitingWith(first: QueuedPod): readonly QueuedPod[] {
    const { queue, podsLike } = this.#options
    const others = podsLike(first.info.pod)
      .filter(({ pod, placed }) => !placed && pod.metadata.uid !== first.uid)
      .map(({ pod }) => queue.popSpecific(pod))
      .filter((queued) => queued !== undefined)
    return [first, ...others].sort(
      (a, b) => b.priority - a.priority || (a.initialAttempt ?? 0) - (b.initialAttempt ?? 0) || a.order - b.order,
    )
  }

  /** Source: podGroupSchedulingDefaultAlgorithm */
  #try(group: readonly QueuedPod[], tried: Tried[]): Verdict {
    const { cycles } = this.#options
    let verdict: Verdict = { code: 'Unschedulable', message: UNSCHEDULABLE, waitingOnPreemption: false }
    let requiresPreemption = false
    for (const queued of group) {
      const one = this.#tryPod(queued)
      tried.push(one)
      const { placed, failure, permitted } = one
      if (placed === undefined) {
        // The others may be enough.
        if (failure!.reason === 'Unschedulable') continue
        verdict = {
          code: 'Error',
          message: `failed to schedule other pod from a pod group: ${failure!.message}`,
        }
        break
      }
      requiresPreemption ||= failure !== undefined
      if (permitted!.waits.size > 0) continue
      verdict = requiresPreemption
        ? {
            code: 'Unschedulable',
            message: `${UNSCHEDULABLE}, pod group is waiting for preemption to complete`,
            waitingOnPreemption: true,
          }
        : { code: 'Success' }
    }
    for (const { placed } of tried.toReversed()) {
      if (placed === undefined) continue
      cycles.takeBack(placed)
      const { pod } = placed.queued.info
      if (pod.status?.nominatedNodeName) this.#options.nominator.set(pod, pod.status.nominatedNodeName)
    }
    return verdict
  }

  /** Source: podGroupPodSchedulingAlgorithm */
  #tryPod(queued: QueuedPod): Tried {
    const { cycles, algorithm, cache, nominator } = this.#options
    const result = algorithm.schedule(queued.framework, queued.info, cache, (node) => nominator.of(node))
    const failure = result.node === undefined ? cycles.nowhere(queued, result) : undefined
    const node = result.node ?? cache.get(failure?.nominate ?? '')
    if (node === undefined) return { queued, failure: failure! }
    const placed = { queued, node, states: result.node === undefined ? [] : result.states }
    const refused = cycles.take(placed)
    if (refused !== undefined) return { queued, failure: refused }
    const permitted = cycles.permit(placed)
    if ('waits' in permitted) return { queued, placed, permitted, ...(failure && { failure }) }
    cycles.takeBack(placed)
    return { queued, failure: permitted }
  }

  /** Source: submitPodGroupAlgorithmResult */
  #submit({ queued, placed, failure, permitted }: Tried, verdict: Verdict): void {
    const { cycles } = this.#options
    if (verdict.code === 'Error') {
      const own = placed === undefined && failure?.reason === 'SchedulerError' ? failure.message : verdict.message
      cycles.fail(queued, { reason: 'SchedulerError', message: own, nominate: '' })
      return
    }
    const waitingOnPreemption = verdict.code === 'Unschedulable' && verdict.waitingOnPreemption
    if (failure !== undefined && (placed === undefined || waitingOnPreemption)) cycles.fail(queued, failure)
    else if (verdict.code === 'Success') cycles.place(queued, placed!.node, placed!.states)
    else if (waitingOnPreemption)
      cycles.fail(queued, { reason: 'Unschedulable', message: verdict.message, nominate: placed!.node.name })
    else {
      const message = [UNSCHEDULABLE, permitted!.reasons.join(', ')].join(', ')
      cycles.fail(queued, { reason: 'Unschedulable', message, nominate: '' })
    }
  }
}

function conditionOf(verdict: Verdict): PodGroupCondition {
  if (verdict.code === 'Success') return { status: 'True', reason: 'Scheduled', message: '' }
  const reason = verdict.code === 'Error' ? 'SchedulerError' : 'Unschedulable'
  return { status: 'False', reason, message: verdict.message }
}
