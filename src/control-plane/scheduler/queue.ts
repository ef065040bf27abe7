import type { Pod } from '../../api/types.ts'
import { type ChartWorld, createCharts } from '../../sim/chart.ts'
import type { Timer } from '../../sim/clock.ts'
import type { ClusterEvent, EventName, Plugin } from './framework.ts'
import { Heap } from './heap.ts'
import { type PodInfo, podInfoOf, podKey } from './pod-info.ts'
import { type QueuedPodEmitted, queuedPodMachine } from './queued-pod.ts'

/** How long a pod that nothing has helped waits before it is tried all the same. Source: scheduling_queue.go */
const podMaxInUnschedulablePodsDurationSeconds = 300
/** Source: scheduling_queue.go Run */
const FLUSH_PERIOD_MS = 30_000

/** A pod that waits for a node. Source: pkg/scheduler/framework/types.go QueuedPodInfo */
export interface QueuedPod {
  info: PodInfo
  readonly key: string
  readonly uid: string | undefined
  priority: number
  /** When it was last put in line, virtual ms, and its place among those of that instant. */
  timestamp: number
  sequence: number
  place: 'active' | 'backoff' | 'waiting' | 'gated' | 'scheduling'
  backoffExpiration: number
  attempts: number
  /** Who refused it the last time. */
  unschedulablePlugins: ReadonlySet<string>
}

/** An entry of a heap: out of date as soon as the pod has moved on. */
interface Entry {
  readonly pod: QueuedPod
  readonly sequence: number
}

/**
 * Pods without a node: the active queue by priority and time, the ones backing off, and the pool of those that wait for
 * something to change. Where a pod goes next its chart says ({@link queuedPodMachine}).
 * Source: pkg/scheduler/backend/queue/scheduling_queue.go PriorityQueue
 */
export class SchedulingQueue {
  readonly #world: ChartWorld
  readonly #plugins: readonly Plugin[]
  readonly #onReady: () => void
  readonly #charts
  readonly #pods = new Map<string, QueuedPod>()
  readonly #active = new Heap<Entry>(byPriority)
  readonly #backoff = new Heap<Entry>((a, b) => byExpiration(a, b))
  /** The waiting pods by the plugins that refused them: an event asks only those that it can interest. */
  readonly #waiting = new Map<string, Set<QueuedPod>>()
  #waitingCount = 0
  #sequence = 0
  #flush: Timer | undefined
  readonly #startedAt: number

  constructor(world: ChartWorld, plugins: readonly Plugin[], onReady: () => void) {
    this.#world = world
    this.#plugins = plugins
    this.#onReady = onReady
    this.#startedAt = world.clock.now()
    this.#charts = createCharts(queuedPodMachine, world, 'kube-scheduler/queue', (key, event) => this.#put(key, event))
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

  add(pod: Pod): void {
    const key = podKey(pod)
    const queued: QueuedPod = {
      info: podInfoOf(pod),
      key,
      uid: pod.metadata.uid,
      priority: pod.spec.priority ?? 0,
      timestamp: this.#world.clock.now(),
      sequence: 0,
      place: 'scheduling',
      backoffExpiration: 0,
      attempts: 0,
      unschedulablePlugins: NO_PLUGINS,
    }
    this.#pods.set(key, queued)
    this.#charts.start(key, { gated: false, now: this.#world.clock.now() })
    this.#preEnqueue(queued)
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
    if (queued.place === 'gated') this.#preEnqueue(queued)
    else if (queued.place === 'waiting' && events.some((event) => this.#isWorthRequeuing(queued, event)))
      this.#send(queued, 'requeue')
  }

  delete(pod: Pod): void {
    const queued = this.#pods.get(podKey(pod))
    if (queued !== undefined) this.#drop(queued)
  }

  /** The next pod to schedule; one that is backing off when nothing else is there (SchedulerPopFromBackoffQ). */
  pop(): QueuedPod | undefined {
    const queued = this.#popFrom(this.#active, 'active') ?? this.#popFrom(this.#backoff, 'backoff')
    if (queued === undefined) return undefined
    queued.place = 'scheduling'
    queued.attempts++
    this.#send(queued, 'pop')
    return queued
  }

  /** The pod has a node. */
  done(queued: QueuedPod): void {
    this.#drop(queued)
  }

  /** No node fits: the pod waits until something changes what `plugins` said. */
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
  }

  /** Something went wrong that has nothing to do with the nodes: tried again after a back-off. */
  error(queued: QueuedPod): void {
    if (this.#pods.get(queued.key) !== queued) return
    queued.unschedulablePlugins = NO_PLUGINS
    queued.timestamp = this.#world.clock.now()
    this.#send(queued, 'error')
  }

  /** Puts the waiting pods in line again that the event may help. Source: MoveAllToActiveOrBackoffQueue, isPodWorthRequeuing */
  moveAll(event: ClusterEvent, preCheck?: (queued: QueuedPod) => boolean): void {
    if (this.#waitingCount === 0) return
    const name: EventName = `${event.resource}/${event.action}` as EventName
    for (const plugin of this.#plugins) {
      if (plugin.events?.has(name) !== true) continue
      for (const queued of [...(this.#waiting.get(plugin.name) ?? [])]) {
        if (preCheck !== undefined && !preCheck(queued)) continue
        if (plugin.isSchedulableAfter?.(event, queued.info.pod) ?? true) this.#send(queued, 'requeue')
      }
    }
  }

  #isWorthRequeuing(queued: QueuedPod, event: ClusterEvent): boolean {
    const name = `${event.resource}/${event.action}` as EventName
    return this.#plugins.some(
      (plugin) =>
        queued.unschedulablePlugins.has(plugin.name) &&
        plugin.events?.has(name) === true &&
        (plugin.isSchedulableAfter?.(event, queued.info.pod) ?? true),
    )
  }

  #preEnqueue(queued: QueuedPod): void {
    const gated = this.#plugins.some((plugin) => plugin.preEnqueue?.(queued.info.pod) !== undefined)
    this.#send(queued, gated ? 'gate' : 'ungate')
  }

  #send(queued: QueuedPod, type: 'pop' | 'unschedulable' | 'error' | 'requeue' | 'gate' | 'ungate'): void {
    this.#charts.send(queued.key, { type, now: this.#world.clock.now() })
  }

  #put(key: string, event: QueuedPodEmitted): void {
    const queued = this.#pods.get(key)
    if (queued === undefined) return
    this.#leave(queued)
    queued.place = event.type
    queued.sequence = this.#sequence++
    const entry = { pod: queued, sequence: queued.sequence }
    if (event.type === 'active') this.#active.push(entry)
    if (event.type === 'backoff') {
      queued.backoffExpiration = event.expiration
      // Errors protect the API server, so they are waited out to the end.
      if (!event.error) this.#backoff.push(entry)
    }
    if (event.type === 'waiting') this.#wait(queued)
    if (event.type === 'active' || event.type === 'backoff') this.#onReady()
  }

  #wait(queued: QueuedPod): void {
    this.#waitingCount++
    for (const plugin of queued.unschedulablePlugins) {
      let pods = this.#waiting.get(plugin)
      if (pods === undefined) {
        pods = new Set()
        this.#waiting.set(plugin, pods)
      }
      pods.add(queued)
    }
    this.#armFlush()
  }

  #leave(queued: QueuedPod): void {
    if (queued.place !== 'waiting') return
    this.#waitingCount--
    for (const plugin of queued.unschedulablePlugins) this.#waiting.get(plugin)?.delete(queued)
  }

  #drop(queued: QueuedPod): void {
    this.#leave(queued)
    queued.place = 'scheduling'
    queued.sequence = -1
    this.#pods.delete(queued.key)
    this.#charts.stop(queued.key)
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
      const longest = clock.now() - podMaxInUnschedulablePodsDurationSeconds * 1000
      for (const queued of this.#pods.values())
        if (queued.place === 'waiting' && queued.timestamp < longest) this.#send(queued, 'requeue')
      if (this.#waitingCount > 0) this.#armFlush()
    }, delay)
  }
}

const NO_PLUGINS: ReadonlySet<string> = new Set()

/** Source: plugins/queuesort/priority_sort.go */
function byPriority({ pod: a, sequence: first }: Entry, { pod: b, sequence: second }: Entry): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority
  return a.timestamp !== b.timestamp ? a.timestamp < b.timestamp : first < second
}

function byExpiration(a: Entry, b: Entry): boolean {
  const first = a.pod.backoffExpiration
  const second = b.pod.backoffExpiration
  return first !== second ? first < second : byPriority(a, b)
}
