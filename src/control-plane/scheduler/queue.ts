import type { Pod } from '../../api/types.ts'
import { type ChartWorld, createCharts } from '../../sim/chart.ts'
import type { Timer } from '../../sim/clock.ts'
import type { ClusterEvent } from './framework.ts'
import { Heap } from './heap.ts'
import { podInfoOf, podKey } from './pod-info.ts'
import type { Framework } from './profile.ts'
import { type Backoff, type QueuedPodEmitted, queuedPodMachine } from './queued-pod.ts'
import { gatingPlugin, inGroup, type QueuedPod, worthRequeuing } from './queued-pod-info.ts'
import { WaitingByPlugin } from './waiting-by-plugin.ts'

/** Source: scheduling_queue.go Run */
const FLUSH_PERIOD_MS = 30_000

/** An entry of a heap: out of date as soon as the pod has moved on. */
interface Entry {
  readonly pod: QueuedPod
  readonly sequence: number
}

export interface QueueOptions extends Backoff {
  /** How long a pod that nothing has helped waits before it is tried all the same, virtual ms. */
  readonly podMaxInUnschedulablePodsDuration: number
}

/** Source: scheduling_queue.go DefaultPodInitialBackoffDuration and its neighbours */
export const DEFAULT_QUEUE_OPTIONS: QueueOptions = {
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
  podMaxInUnschedulablePodsDuration: 300_000,
}

/**
 * Pods without a node: the active queue, the ones backing off, and the pool of those that wait for something to change.
 * Where a pod goes next its chart says ({@link queuedPodMachine}).
 * Source: pkg/scheduler/backend/queue/scheduling_queue.go PriorityQueue
 */
export class SchedulingQueue {
  readonly #world: ChartWorld
  readonly #frameworks: ReadonlyMap<string, Framework>
  readonly #options: QueueOptions
  readonly #onReady: () => void
  readonly #charts
  readonly #pods = new Map<string, QueuedPod>()
  readonly #active: Heap<Entry>
  readonly #backoff: Heap<Entry>
  readonly #waiting: WaitingByPlugin
  /** Pods that are held back after their scheduling cycle. */
  readonly #inFlight = new Set<QueuedPod>()
  #sequence = 0
  #added = 0
  #flush: Timer | undefined
  readonly #startedAt: number

  constructor(
    world: ChartWorld,
    frameworks: ReadonlyMap<string, Framework>,
    options: QueueOptions,
    onReady: () => void,
    component: string,
  ) {
    this.#world = world
    this.#frameworks = frameworks
    this.#options = options
    this.#onReady = onReady
    this.#startedAt = world.clock.now()
    this.#waiting = new WaitingByPlugin([...frameworks.values()])
    // Every profile sorts alike: that is validated.
    const { less } = [...frameworks.values()][0]!
    const before = ({ pod: a, sequence: first }: Entry, { pod: b, sequence: second }: Entry): boolean =>
      less(a, b) || (!less(b, a) && first < second)
    this.#active = new Heap<Entry>(before)
    this.#backoff = new Heap<Entry>((a, b) =>
      a.pod.backoffExpiration !== b.pod.backoffExpiration
        ? a.pod.backoffExpiration < b.pod.backoffExpiration
        : before(a, b),
    )
    this.#charts = createCharts(queuedPodMachine, world, `${component}/queue`, (key, event) => this.#put(key, event))
  }

  get size(): number {
    return this.#pods.size
  }

  stop(): void {
    this.#world.clock.clearTimeout(this.#flush)
    for (const key of [...this.#pods.keys()]) this.#charts.stop(key)
    this.#pods.clear()
  }

  has(pod: Pod): boolean {
    return this.#pods.has(podKey(pod))
  }

  get(key: string): QueuedPod | undefined {
    return this.#pods.get(key)
  }

  add(pod: Pod): void {
    const framework = this.#frameworks.get(pod.spec.schedulerName ?? '')
    if (framework === undefined) return
    const key = podKey(pod)
    const now = this.#world.clock.now()
    const queued: QueuedPod = {
      info: podInfoOf(pod),
      key,
      uid: pod.metadata.uid,
      framework,
      priority: pod.spec.priority ?? 0,
      timestamp: now,
      sequence: 0,
      order: this.#added++,
      place: 'scheduling',
      backoffExpiration: 0,
      attempts: 0,
      initialAttempt: undefined,
      unschedulablePlugins: NO_PLUGINS,
      gatingPlugin: undefined,
      missed: undefined,
    }
    this.#pods.set(key, queued)
    this.#charts.start(key, { now, backoff: this.#options })
    this.#enqueue(queued, 'ungate')
  }

  /** A waiting pod changed: it may get through now. */
  update(pod: Pod, events: readonly ClusterEvent[]): void {
    const queued = this.#pods.get(podKey(pod))
    if (queued === undefined) {
      this.add(pod)
      return
    }
    queued.info = podInfoOf(pod)
    queued.priority = pod.spec.priority ?? 0
    queued.missed?.push(...events)
    const { place } = queued
    if ((place === 'gated' || place === 'waiting') && events.some((event) => worthRequeuing(queued, event)))
      this.#enqueue(queued, 'requeue')
  }

  delete(pod: Pod): void {
    const queued = this.#pods.get(podKey(pod))
    if (queued !== undefined) this.done(queued)
  }

  /** The next pod to schedule; one that is backing off when nothing else is there (SchedulerPopFromBackoffQ). */
  pop(): QueuedPod | undefined {
    const queued = this.#popFrom(this.#active, 'active') ?? this.#popFrom(this.#backoff, 'backoff')
    return queued && this.#take(queued)
  }

  /** This pod, if it is not gated. Source: PopSpecificPod */
  popSpecific(pod: Pod): QueuedPod | undefined {
    const queued = this.#pods.get(podKey(pod))
    if (queued === undefined) return undefined
    this.activate(pod)
    return queued.place === 'active' ? this.#take(queued) : undefined
  }

  #take(queued: QueuedPod): QueuedPod {
    queued.place = 'scheduling'
    queued.attempts++
    this.#send(queued, 'pop')
    return queued
  }

  /** Puts a pod in line that waits or backs off. Source: Activate */
  activate(pod: Pod): void {
    const queued = this.#pods.get(podKey(pod))
    if (queued === undefined || queued.place === 'active' || queued.place === 'scheduling') return
    if (queued.place === 'backoff') this.#send(queued, 'activate')
    else this.#enqueue(queued, 'activate')
  }

  /** The pod has a node, or is no more. */
  done(queued: QueuedPod): void {
    if (this.#pods.get(queued.key) !== queued) return
    this.#leave(queued)
    this.#inFlight.delete(queued)
    queued.place = 'scheduling'
    queued.sequence = -1
    this.#pods.delete(queued.key)
    this.#charts.stop(queued.key)
  }

  /** The pod has a node but is held back: should it come back, what happens until then counts. */
  holdBack(queued: QueuedPod): void {
    queued.missed = []
    this.#inFlight.add(queued)
  }

  /** No node fits: the pod waits until something changes what `plugins` said. Source: AddUnschedulableIfNotPresent */
  unschedulable(queued: QueuedPod, plugins: ReadonlySet<string>): void {
    if (this.#pods.get(queued.key) !== queued) return
    // Refused by nobody in particular: no event would wake it.
    if (plugins.size === 0) {
      this.error(queued)
      return
    }
    queued.unschedulablePlugins = plugins
    queued.timestamp = this.#world.clock.now()
    this.#send(queued, 'unschedulable')
    const { missed } = queued
    this.#release(queued)
    if (inGroup(queued) || missed?.some((event) => worthRequeuing(queued, event))) this.#enqueue(queued, 'requeue')
  }

  /** Something went wrong that has nothing to do with the nodes: tried again after a back-off. */
  error(queued: QueuedPod): void {
    if (this.#pods.get(queued.key) !== queued) return
    this.#release(queued)
    queued.unschedulablePlugins = NO_PLUGINS
    queued.timestamp = this.#world.clock.now()
    this.#enqueue(queued, 'error')
  }

  #release(queued: QueuedPod): void {
    queued.missed = undefined
    this.#inFlight.delete(queued)
  }

  /** Puts the waiting pods in line again that the event may help. Source: MoveAllToActiveOrBackoffQueue, isPodWorthRequeuing */
  moveAll(event: ClusterEvent, preCheck?: (queued: QueuedPod) => boolean): void {
    for (const queued of this.#inFlight) queued.missed?.push(event)
    for (const queued of this.#waiting.interestedIn(event))
      if (preCheck === undefined || preCheck(queued)) this.#enqueue(queued, 'requeue')
  }

  /** Asks the plugins that may keep a pod from being tried at all. Source: moveToActiveQ, moveToBackoffQ */
  #enqueue(queued: QueuedPod, type: 'ungate' | 'requeue' | 'activate' | 'error'): void {
    this.#leave(queued)
    queued.gatingPlugin = gatingPlugin(queued)
    if (queued.gatingPlugin === undefined) {
      this.#send(queued, type)
      return
    }
    queued.unschedulablePlugins = new Set([...queued.unschedulablePlugins, queued.gatingPlugin.name])
    this.#send(queued, 'gate')
  }

  #send(queued: QueuedPod, type: 'pop' | 'unschedulable' | 'error' | 'requeue' | 'activate' | 'gate' | 'ungate'): void {
    this.#charts.send(queued.key, { type, now: this.#world.clock.now() })
  }

  #put(key: string, event: QueuedPodEmitted): void {
    const queued = this.#pods.get(key)
    if (queued === undefined) return
    this.#leave(queued)
    queued.place = event.type
    queued.sequence = this.#sequence++
    const entry = { pod: queued, sequence: queued.sequence }
    if (event.type === 'active') {
      queued.initialAttempt ??= this.#world.clock.now()
      this.#active.push(entry)
    }
    if (event.type === 'backoff') {
      queued.backoffExpiration = event.expiration
      // Errors protect the API server, so they are waited out to the end.
      if (!event.error && !inGroup(queued)) this.#backoff.push(entry)
    }
    if (event.type === 'backoff' && inGroup(queued)) this.#waiting.add(queued)
    if (event.type === 'waiting' || event.type === 'gated') {
      this.#waiting.add(queued)
      this.#armFlush()
    }
    if (event.type === 'active' || event.type === 'backoff') this.#onReady()
  }

  #leave(queued: QueuedPod): void {
    if (queued.place === 'waiting' || queued.place === 'gated' || inGroup(queued)) this.#waiting.delete(queued)
  }

  #popFrom(heap: Heap<Entry>, place: QueuedPod['place']): QueuedPod | undefined {
    for (;;) {
      const entry = heap.pop()
      if (entry === undefined) return undefined
      if (entry.pod.sequence === entry.sequence && entry.pod.place === place) return entry.pod
    }
  }

  /** Every 30 s since the start, but only while somebody waits. Source: flushUnschedulablePodsLeftover */
  #armFlush(): void {
    if (this.#flush !== undefined) return
    const { clock } = this.#world
    const sinceStart = clock.now() - this.#startedAt
    const delay = FLUSH_PERIOD_MS - (sinceStart % FLUSH_PERIOD_MS)
    this.#flush = clock.setTimeout(() => {
      this.#flush = undefined
      const longest = clock.now() - this.#options.podMaxInUnschedulablePodsDuration
      for (const queued of this.#waiting.all()) {
        // Nothing but an event that the gating plugin wants opens a gate.
        if (queued.place === 'waiting' && queued.timestamp < longest) this.#enqueue(queued, 'requeue')
      }
      if (this.#waiting.someoneWaits) this.#armFlush()
    }, delay)
  }
}

const NO_PLUGINS: ReadonlySet<string> = new Set()
