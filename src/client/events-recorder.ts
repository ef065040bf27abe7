import { hasReason } from '../api/status.ts'
import { rfc3339Micro } from '../api/time.ts'
import { type Event, type EventSeries, isStatus, type ObjectReference } from '../api/types.ts'
import type { ChartWorld } from '../sim/chart.ts'
import type { Timer } from '../sim/clock.ts'
import type { Random } from '../sim/random.ts'
import type { Client, EventsRecorder } from './contract.ts'
import { key } from './event-key.ts'
import { eventNames, referenceTo } from './recorder.ts'

// Source: client-go/tools/events/event_broadcaster.go
const MAX_TRIES_PER_EVENT = 12
const SLEEP_MS = 10_000
const FINISH_MS = 6 * 60_000
const REFRESH_MS = 30 * 60_000

/** An event that others may repeat. */
interface Cached {
  event: Event
  /** Virtual ms: when it was seen last. */
  last: number
}

/**
 * Records events of events.k8s.io/v1 in the name of a controller; the server shows them through core/v1 as well. An event
 * that happens again becomes a series: the second time is written at once, more only now and then.
 * Source: client-go/tools/events/event_broadcaster.go, event_recorder.go
 */
export function createEventsRecorder(
  client: Client,
  controller: string,
  world: ChartWorld,
  random: Random,
  host: string,
): EventsRecorder {
  const newName = eventNames(() => world.clock.now(), random)
  const broadcaster = new SeriesBroadcaster(client, world, random)
  return {
    eventf(regarding, related, type, reason, action, note) {
      const involvedObject = referenceTo(regarding)
      broadcaster.add({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: newName(regarding.metadata.name), namespace: regarding.metadata.namespace || 'default' },
        involvedObject,
        eventTime: rfc3339Micro(world.clock.now()),
        action,
        reason,
        message: note,
        type,
        ...(related !== undefined && { related: referenceTo(related) }),
        reportingComponent: controller,
        reportingInstance: `${controller}-${host}`,
      })
    },
  }
}

class SeriesBroadcaster {
  readonly #client: Client
  readonly #world: ChartWorld
  readonly #random: Random
  readonly #cache = new Map<number, Cached>()
  readonly #startedAt: number
  #queue: Event[] = []
  #working = false
  #tick: Timer | undefined

  constructor(client: Client, world: ChartWorld, random: Random) {
    this.#client = client
    this.#world = world
    this.#random = random
    this.#startedAt = world.clock.now()
  }

  add(event: Event): void {
    this.#queue.push(event)
    if (this.#working) return
    this.#working = true
    this.#world.clock.defer(() => {
      this.#working = false
      const queue = this.#queue
      this.#queue = []
      for (const each of queue) this.#correlate(each)
    })
  }

  /** Source: recordToSink */
  #correlate(event: Event): void {
    const id = keyOf(event)
    const now = this.#world.clock.now()
    const cached = this.#cache.get(id)
    if (cached === undefined) {
      this.#cache.set(id, { event, last: now })
      this.#arm()
      this.#attempt(event, 0)
      return
    }
    const { series } = cached.event
    cached.last = now
    cached.event = { ...cached.event, series: { count: (series?.count ?? 1) + 1, lastObservedTime: rfc3339Micro(now) } }
    if (series === undefined) this.#attempt(cached.event, 0)
  }

  #attempt(event: Event, tries: number): void {
    if (this.#record(event) || tries + 1 >= MAX_TRIES_PER_EVENT) return
    const delay = SLEEP_MS * (1 + 0.25 * this.#random.next())
    this.#world.clock.setTimeout(() => this.#attempt(event, tries + 1), delay)
  }

  /** Whether it needs no further try. Source: recordEvent */
  #record(event: Event): boolean {
    const { name, namespace } = event.metadata
    const { series } = event
    let answer = series && this.#client.update('Event', name, namespace, (old) => withSeries(old, series))
    if (answer === undefined || hasReason(answer, 'NotFound')) answer = this.#client.create(event)
    return !isStatus(answer) || this.#client.reachable()
  }

  /** Every six minutes since the start, while there is something to forget. Source: StartRecordingToSinkWithContext */
  #arm(): void {
    if (this.#tick !== undefined) return
    const { clock } = this.#world
    const delay = FINISH_MS - ((clock.now() - this.#startedAt) % FINISH_MS)
    this.#tick = clock.setTimeout(() => {
      this.#tick = undefined
      this.#finish()
      if ((clock.now() - this.#startedAt) % REFRESH_MS === 0)
        for (const { event } of this.#cache.values()) if (event.series !== undefined) this.#record(event)
      if (this.#cache.size > 0) this.#arm()
    }, delay)
  }

  /** Source: finishSeries */
  #finish(): void {
    const before = this.#world.clock.now() - FINISH_MS
    for (const [id, { event, last }] of this.#cache) {
      if (last >= before) continue
      if (event.series === undefined || this.#record(event)) this.#cache.delete(id)
    }
  }
}

const withSeries = (event: Event, series: EventSeries): Event => ({ ...event, series })

/** Source: getKey: a version of an object is an object of its own. */
function keyOf({ type, action, reason, reportingInstance, involvedObject, related }: Event): number {
  key.begin().mix(type).mix(action).mix(reason).mix(reportingInstance)
  mixReference(involvedObject)
  if (related !== undefined) mixReference(related)
  return key.value()
}

function mixReference({ kind, namespace, name, uid, resourceVersion }: ObjectReference): void {
  key.mix(kind).mix(namespace).mix(name).mix(uid).mix(resourceVersion)
}
