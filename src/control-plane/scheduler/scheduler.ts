import type { Namespace, Node, Pod, WatchEvent } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import { Cache } from './cache.ts'
import { nodeEvents, podEvents } from './cluster-events.ts'
import { DefaultSelectors } from './default-selector.ts'
import { fitErrorMessage } from './fit-error.ts'
import type { ClusterEvent, Diagnosis, WeightedPlugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { Nominator } from './nominator.ts'
import { podKey } from './pod-info.ts'
import { PodWrites } from './pod-writes.ts'
import { preempt } from './preemption.ts'
import { type QueuedPod, SchedulingQueue } from './queue.ts'
import { Algorithm } from './schedule-one.ts'

const NO_LABELS: Readonly<Record<string, string>> = {}

/** What stands in front of preemption in every message of v1.36. Source: plugins/dynamicresources/dynamicresources.go PostFilter */
const NO_CLAIMS = 'no new claims to deallocate'

export interface SchedulerOptions {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly plugins: readonly WeightedPlugin[]
  /** Pods of other schedulers are left alone. */
  readonly schedulerName: string
}

/**
 * Watches, keeps the cache and the queue, and schedules one pod at a time.
 * Source: pkg/scheduler/scheduler.go, eventhandlers.go
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #cache: Cache
  readonly #queue: SchedulingQueue
  readonly #algorithm: Algorithm
  readonly #writes: PodWrites
  readonly #nominator = new Nominator()
  readonly #selectors: DefaultSelectors
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>()
  readonly #nodes = new Map<string, Node>()
  readonly #pods = new Map<string, Pod>()
  readonly #stops: (() => void)[]
  #awake = false
  #stopped = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    const { client, recorder, world, random, plugins } = options
    this.#selectors = new DefaultSelectors(client)
    this.#cache = new Cache({
      namespaceLabels: (namespace) => this.#namespaces.get(namespace) ?? NO_LABELS,
      namespaces: () => this.#namespaces.keys(),
      defaultSelector: (pod) => this.#selectors.of(pod),
    })
    this.#algorithm = new Algorithm(plugins, random)
    this.#writes = new PodWrites(client, recorder, world.clock)
    const wake = () => this.#wake()
    this.#queue = new SchedulingQueue(
      world,
      plugins.map(({ plugin }) => plugin),
      wake,
    )
    this.#stops = [
      client.watch('Node', {}, (event) => this.#onNode(event)),
      client.watch('Namespace', {}, (event) => this.#onNamespace(event)),
      client.watch('Service', {}, (event) => this.#selectors.onService(event)),
      client.watch('Pod', {}, (event) => this.#onPod(event)),
    ]
  }

  stop(): void {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    this.#queue.stop()
  }

  #wake(): void {
    if (this.#awake || this.#stopped) return
    this.#awake = true
    this.#options.world.clock.defer(() => {
      this.#awake = false
      if (this.#stopped) return
      const queued = this.#queue.pop()
      if (queued === undefined) return
      this.#wake()
      this.#scheduleOne(queued)
    })
  }

  /** Source: schedule_one.go scheduleOnePod */
  #scheduleOne(queued: QueuedPod): void {
    const { info } = queued
    if (info.pod.metadata.deletionTimestamp !== undefined) {
      this.#queue.done(queued)
      this.#writes.skipDeleting(info.pod)
      return
    }
    const result = this.#algorithm.schedule(info, this.#cache, this.#nominated)
    if (result.node !== undefined) this.#bind(queued, result.node)
    else if (result.diagnosis !== undefined) this.#postFilter(queued, result.diagnosis)
    else this.#failed(queued, result.rejected ? 'Unschedulable' : 'SchedulerError', result.error, '')
  }

  readonly #nominated = (node: string) => this.#nominator.on(node)

  #bind(queued: QueuedPod, node: NodeInfo): void {
    const { info } = queued
    this.#nominator.set(info.pod, undefined)
    const assumed = { ...info, pod: { ...info.pod, spec: { ...info.pod.spec, nodeName: node.name } } }
    this.#cache.assume(assumed, node)
    const refused = this.#writes.bind(info.pod, node.name)
    if (refused === undefined) {
      this.#queue.done(queued)
      return
    }
    this.#cache.forget(info.pod)
    this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: assumed.pod })
    this.#failed(queued, 'SchedulerError', `running Bind plugin "DefaultBinder": ${refused.message}`, '')
  }

  /** Source: schedule_one.go schedulingAlgorithm: no node fits, so room may be made. */
  #postFilter(queued: QueuedPod, diagnosis: Diagnosis): void {
    const { info } = queued
    const { client, random } = this.#options
    const outcome = preempt(info, diagnosis, {
      snapshot: this.#cache,
      budgets: () => client.list('PodDisruptionBudget'),
      random,
      fits: (pod, node) => this.#algorithm.filterWith(pod, node, this.#cache),
    })
    let nominate: string | undefined
    if (outcome.candidate === undefined) {
      diagnosis.postFilterMessage = `${NO_CLAIMS}, preemption: ${outcome.message}`
      if (outcome.clearNomination) nominate = ''
    } else {
      nominate = outcome.candidate.node
      this.#clearLowerNominations(info.pod, nominate)
    }
    this.#queue.unschedulable(queued, diagnosis.unschedulablePlugins)
    if (nominate !== undefined) this.#nominator.set(info.pod, nominate)
    this.#writes.failed(info.pod, 'Unschedulable', fitErrorMessage(this.#cache.nodes.length, diagnosis), nominate)
    if (outcome.candidate !== undefined) this.#writes.preempt(info.pod, outcome.candidate)
  }

  /** Source: preemption.go getLowerPriorityNominatedPods */
  #clearLowerNominations({ spec }: Pod, node: string): void {
    for (const { pod } of this.#nominator.on(node))
      if ((pod.spec.priority ?? 0) < (spec.priority ?? 0)) this.#writes.clearNomination(pod)
  }

  #failed(queued: QueuedPod, reason: 'Unschedulable' | 'SchedulerError', message: string, nominate: string): void {
    const { pod } = queued.info
    this.#queue.error(queued)
    this.#nominator.set(pod, undefined)
    this.#writes.failed(pod, reason, message, nominate)
  }

  #onNamespace({ type, object }: WatchEvent<Namespace>): void {
    if (type === 'DELETED') this.#namespaces.delete(object.metadata.name)
    else this.#namespaces.set(object.metadata.name, object.metadata.labels ?? NO_LABELS)
  }

  #onNode({ type, object }: WatchEvent<Node>): void {
    const { name } = object.metadata
    const old = this.#nodes.get(name)
    if (type === 'DELETED') {
      this.#nodes.delete(name)
      this.#queue.moveAll({ resource: 'Node', action: 'Delete', old: object })
      this.#cache.removeNode(name)
      return
    }
    this.#nodes.set(name, object)
    this.#cache.setNode(object)
    if (old === undefined) this.#queue.moveAll({ resource: 'Node', action: 'Add', new: object })
    else for (const event of nodeEvents(old, object)) this.#queue.moveAll(event)
  }

  #onPod({ type, object: pod }: WatchEvent<Pod>): void {
    const key = podKey(pod)
    const old = this.#pods.get(key)
    // The informer leaves out pods that have ended: nobody needs to make room for them.
    const gone = type === 'DELETED' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
    if (gone) this.#pods.delete(key)
    else this.#pods.set(key, pod)
    if (old !== undefined && old.metadata.uid !== pod.metadata.uid) this.#deletePod(old)
    const before = old?.metadata.uid === pod.metadata.uid ? old : undefined
    if (gone) {
      if (before !== undefined) this.#deletePod(before)
    } else if (pod.spec.nodeName) this.#setAssigned(before, pod)
    else if (pod.spec.schedulerName === this.#options.schedulerName) this.#setUnscheduled(before, pod)
  }

  #setAssigned(old: Pod | undefined, pod: Pod): void {
    const bound = old === undefined || !old.spec.nodeName
    this.#cache.setPod(pod)
    if (bound && this.#queue.has(pod)) this.#queue.delete(pod)
    if (bound) this.#nominator.set(pod, undefined)
    const events: readonly ClusterEvent[] = bound
      ? [{ resource: 'AssignedPod', action: 'Add', new: pod }]
      : podEvents(old, pod)
    for (const event of events) this.#queue.moveAll(event)
  }

  #setUnscheduled(old: Pod | undefined, pod: Pod): void {
    if (this.#cache.isAssumed(pod)) {
      if (pod.metadata.deletionTimestamp !== undefined) this.#forget(pod)
      return
    }
    if (old === undefined) this.#queue.add(pod)
    else this.#queue.update(pod, podEvents(old, pod))
    const nominated = pod.status?.nominatedNodeName
    this.#nominator.set(pod, nominated)
    if (old?.status?.nominatedNodeName && old.status.nominatedNodeName !== nominated) this.#unblock(old)
  }

  #deletePod(pod: Pod): void {
    if (pod.spec.nodeName) {
      this.#cache.removePod(pod)
      this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: pod })
      return
    }
    this.#queue.delete(pod)
    this.#nominator.set(pod, undefined)
    if (this.#cache.isAssumed(pod)) this.#forget(pod)
    else if (pod.status?.nominatedNodeName) this.#unblock(pod)
  }

  #forget(pod: Pod): void {
    this.#cache.forget(pod)
    this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: pod })
  }

  /** A pod no longer holds the room on the node it was nominated for: others of its priority or less may try. */
  #unblock(pod: Pod): void {
    const highest = pod.spec.priority ?? 0
    this.#queue.moveAll({ resource: 'AssignedPod', action: 'Delete', old: pod }, ({ priority }) => priority <= highest)
  }
}
