import type { Client } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import type { Cache } from './cache.ts'
import { fitErrorMessage, statusMessage } from './fit-error.ts'
import type { Diagnosis, Status } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { Nominator } from './nominator.ts'
import { assumedOn, type Failure, failedAt, type Permitted, type Placed, refusal } from './placing.ts'
import type { PodInfo } from './pod-info.ts'
import { PodWrites } from './pod-writes.ts'
import type { SchedulingQueue } from './queue.ts'
import type { QueuedPod } from './queued-pod-info.ts'
import { type PodStates, stateOf } from './run-plugins.ts'
import type { Algorithm, NotPlaced } from './schedule-one.ts'
import type { WaitingPods } from './waiting-pods.ts'

/** `permit` holds nobody back for longer. Source: framework/runtime/framework.go maxTimeout */
const MAX_PERMIT_MS = 15 * 60_000

export interface CyclesOptions {
  readonly client: Client
  readonly clock: Clock
  readonly cache: Cache
  readonly queue: SchedulingQueue
  readonly nominator: Nominator
  readonly algorithm: Algorithm
  readonly waiting: WaitingPods
}

/**
 * The scheduling cycle of one pod, which finds a node, and its binding cycle, which brings the pod there and may take time.
 * Source: pkg/scheduler/schedule_one.go
 */
export class Cycles {
  readonly #options: CyclesOptions
  readonly writes: PodWrites
  /** Pods that wait for something before they are bound, and how to give up on it. */
  readonly #preBinding = new Map<Placed, () => void>()
  #stopped = false

  constructor(options: CyclesOptions) {
    this.#options = options
    this.writes = new PodWrites(options.client, options.clock)
  }

  stop(): void {
    this.#stopped = true
    for (const stop of this.#preBinding.values()) stop()
    this.#preBinding.clear()
  }

  /** Source: scheduleOnePod */
  scheduleOne(queued: QueuedPod): void {
    const { cache, algorithm, nominator } = this.#options
    const { info, framework } = queued
    if (this.skip(queued)) return
    const result = algorithm.schedule(framework, info, cache, (node) => nominator.of(node))
    if (result.node !== undefined) this.place(queued, result.node, result.states)
    else this.fail(queued, this.nowhere(queued, result))
  }

  /** Pods that are on their way already or being deleted need no node. Source: skipPodSchedule */
  skip(queued: QueuedPod): boolean {
    const { pod } = queued.info
    const deleting = pod.metadata.deletionTimestamp !== undefined
    if (!deleting && !this.#options.cache.isAssumed(pod)) return false
    this.#options.queue.done(queued)
    if (deleting) this.writes.skipDeleting(queued.framework.recorder, pod)
    return true
  }

  /** Takes the room and goes on to the binding. Source: prepareForBindingCycle */
  place(queued: QueuedPod, node: NodeInfo, states: PodStates): void {
    const placed = { queued, node, states }
    const refused = this.take(placed)
    if (refused !== undefined) {
      this.fail(queued, refused)
      return
    }
    const permitted = this.permit(placed)
    if ('waits' in permitted) this.#preFlight(placed, permitted.waits)
    else {
      this.takeBack(placed)
      this.fail(queued, permitted)
    }
  }

  /** Takes the room, and gives it back when a plugin says no. Source: assumeAndReserve */
  take(placed: Placed): Failure | undefined {
    const { queued, node, states } = placed
    const { framework, info } = queued
    this.#options.nominator.set(info.pod, undefined)
    this.#options.cache.assume(assumedOn(info, node), node)
    for (const plugin of framework.reserve) {
      const status = plugin.reserve?.(stateOf(states, plugin), info, node)
      if (status === undefined) continue
      this.takeBack(placed)
      return refusal(placed, failedAt(status, plugin, 'Reserve'))
    }
    return undefined
  }

  /** Source: framework/runtime/framework.go RunPermitPlugins */
  permit(placed: Placed): Permitted | Failure {
    const { queued, node } = placed
    const waits = new Map<string, number>()
    const reasons: string[] = []
    for (const plugin of queued.framework.permit) {
      const status = plugin.permit!(queued.info, node)
      if (status === undefined) continue
      if (status.code !== 'Wait') return refusal(placed, failedAt(status as Status, plugin, 'Permit'))
      waits.set(plugin.name, Math.min(status.timeout, MAX_PERMIT_MS))
      // The last one's are told.
      reasons.splice(
        0,
        reasons.length,
        ...status.reasons,
        'one or more plugins asked to wait and no plugin rejected pod',
      )
    }
    return { waits, reasons }
  }

  /**
   * Where the pod will wait before it is bound, others, like the cluster autoscaler, are told where it is about to go.
   * Source: bindingCycle, RunPreBindPreFlights
   */
  #preFlight(placed: Placed, waits: ReadonlyMap<string, number>): void {
    const { queued, node, states } = placed
    const { framework, info } = queued
    let waiting = waits.size > 0
    for (const plugin of framework.preBind) {
      if (plugin.preBindPreFlight === undefined) continue
      const status = plugin.preBindPreFlight(stateOf(states, plugin), info, node)
      if (status === undefined) waiting = true
      else if (status.code !== 'Skip') {
        this.#bindingFailed(placed, failedAt(status as Status, plugin, 'PreBindPreFlight'))
        return
      }
    }
    if (waiting) this.writes.nominate(info.pod, node.name)
    if (waits.size > 0) this.#waitOnPermit(placed, waits)
    else this.#later(() => this.#preBind(placed))
  }

  /** The binding cycle goes on beside the scheduling of the next pods. */
  #later(what: () => void): void {
    this.#options.clock.defer(() => {
      if (!this.#stopped) what()
    })
  }

  /** Source: bindingCycle, WaitOnPermit */
  #waitOnPermit(placed: Placed, waits: ReadonlyMap<string, number>): void {
    const { queued } = placed
    const { pod } = queued.info
    this.#options.queue.holdBack(queued)
    this.#options.waiting.add(pod.metadata.uid ?? '', waits, (outcome) => {
      if (outcome === undefined) this.#preBind(placed)
      else if (outcome.code === 'Error')
        this.#bindingFailed(placed, { ...outcome, reasons: [`waiting on permit for pod: ${statusMessage(outcome)}`] })
      else this.#bindingFailed(placed, outcome)
    })
  }

  /** One plugin after the other; each may take its time. Source: RunPreBindPlugins */
  #preBind(placed: Placed, from = 0): void {
    const { queued, node, states } = placed
    const { framework, info } = queued
    for (let i = from; i < framework.preBind.length; i++) {
      const plugin = framework.preBind[i]!
      const answer = plugin.preBind!(stateOf(states, plugin), info, node, (refused) => {
        this.#preBinding.delete(placed)
        if (refused === undefined) this.#preBind(placed, i + 1)
        else this.#bindingFailed(placed, failedAt(refused, plugin, 'PreBind'))
      })
      if (answer === undefined) continue
      if (typeof answer === 'function') this.#preBinding.set(placed, answer)
      else this.#bindingFailed(placed, failedAt(answer, plugin, 'PreBind'))
      return
    }
    this.#bind(placed)
  }

  /** Source: RunBindPlugins, finishBinding */
  #bind(placed: Placed): void {
    const { queued, node } = placed
    const { framework, info } = queued
    for (const plugin of framework.bind) {
      const status = plugin.bind!(info.pod, node.name)
      if (status?.code === 'Skip') continue
      if (status !== undefined) {
        this.#bindingFailed(placed, failedAt(status as Status, plugin, 'Bind'))
        return
      }
      this.writes.bound(framework.recorder, info.pod, node.name)
      for (const { postBind } of framework.postBind) postBind?.(info.pod, node.name)
      this.#options.queue.done(queued)
      return
    }
    this.#bindingFailed(placed, { code: 'Error', reasons: ['all bind plugins skipped'] })
  }

  /** The room is free again. Source: handleBindingCycleError */
  #bindingFailed(placed: Placed, status: Status): void {
    const { queue } = this.#options
    const { queued, node } = placed
    this.takeBack(placed)
    const event = { resource: 'AssignedPod', action: 'Delete', old: assumedOn(queued.info, node).pod } as const
    const rejected = status.code !== 'Error'
    if (!rejected) queue.moveAll(event)
    this.fail(queued, refusal(placed, status))
    if (rejected) queue.moveAll(event, (other) => other !== queued)
  }

  /** Source: unreserveAndForget */
  takeBack({ queued, node, states }: Placed): void {
    const { reserve } = queued.framework
    for (let i = reserve.length - 1; i >= 0; i--)
      reserve[i]!.unreserve?.(stateOf(states, reserve[i]!), queued.info, node)
    this.#options.cache.forget(queued.info.pod)
  }

  /** Source: schedulingAlgorithm, RunPostFilterPlugins: no node fits, so room may be made. */
  nowhere(queued: QueuedPod, result: NotPlaced): Failure {
    const { diagnosis } = result
    if (diagnosis === undefined)
      return { reason: result.rejected ? 'Unschedulable' : 'SchedulerError', message: result.error, nominate: '' }
    const nominate = this.#postFilter(queued, diagnosis)
    const message = fitErrorMessage(this.#options.cache.nodes.length, diagnosis)
    return { reason: 'Unschedulable', message, nominate, plugins: diagnosis.unschedulablePlugins }
  }

  /** @returns what to nominate. Notes in the diagnosis what the plugins had to say. */
  #postFilter({ framework, info }: QueuedPod, diagnosis: Diagnosis): string | undefined {
    if (framework.postFilter.length === 0) return ''
    const messages: string[] = []
    let nominate: string | undefined
    for (const plugin of framework.postFilter) {
      const result = plugin.postFilter!(info, diagnosis)
      if (result.code === 'Success' || result.code === 'Error') {
        diagnosis.postFilterMessage = result.message
        return result.nominate
      }
      messages.push(result.message)
      nominate = result.nominate ?? nominate
      if (result.code === 'UnschedulableAndUnresolvable') break
    }
    diagnosis.postFilterMessage = messages.join(', ')
    return nominate
  }

  /** Source: handleSchedulingFailure */
  fail(queued: QueuedPod, { reason, message, nominate, plugins }: Failure): void {
    const { queue } = this.#options
    const { framework, info } = queued
    if (plugins === undefined) queue.error(queued)
    else queue.unschedulable(queued, plugins)
    this.#nominate(info, nominate)
    this.writes.failed(framework.recorder, info.pod, reason, message, nominate)
  }

  #nominate({ pod }: PodInfo, nominate: string | undefined): void {
    this.#options.nominator.set(pod, nominate ?? pod.status?.nominatedNodeName)
  }
}
