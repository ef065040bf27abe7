import { hasReason } from '../api/status.ts'
import { rfc3339 } from '../api/time.ts'
import { type Event, isStatus, type KubernetesObject, type ObjectMeta, type ObjectReference } from '../api/types.ts'
import type { ChartWorld } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import type { Client, EventRecorder } from './contract.ts'
import { EventCorrelator } from './event-correlator.ts'

// Source: client-go/tools/record/event.go maxTriesPerEvent, defaultSleepDuration, maxQueuedEvents
const MAX_TRIES_PER_EVENT = 12
const SLEEP_MS = 10_000
const MAX_QUEUED_EVENTS = 1000

/**
 * Records Events in the name of a component, after whatever runs now.
 *
 * @param host the node the component runs on, for those that belong to one
 * Source: client-go/tools/record/event.go
 */
export function createRecorder(
  client: Client,
  component: string,
  world: ChartWorld,
  random: Random,
  host?: string,
): EventRecorder {
  const { clock } = world
  const newName = eventNames(() => clock.now(), random)
  const broadcaster = new Broadcaster(client, world, random, new EventCorrelator(() => clock.now(), newName))
  const source = { component, ...(host !== undefined && { host }) }
  // What happens to one container follows one another: its Events share what they say of it.
  let last: { readonly metadata: ObjectMeta; readonly reference: ObjectReference } | undefined
  const referenceOf = (object: KubernetesObject, fieldPath?: string) => {
    if (last?.metadata !== object.metadata || last.reference.fieldPath !== fieldPath)
      last = { metadata: object.metadata, reference: referenceTo(object, fieldPath) }
    return last.reference
  }
  return {
    event(about, type, reason, message, fieldPath, annotations) {
      const at = rfc3339(clock.now())
      broadcaster.add({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {
          name: newName(about.metadata.name),
          namespace: about.metadata.namespace ?? 'default',
          ...(annotations !== undefined && { annotations }),
        },
        involvedObject: referenceOf(about, fieldPath),
        reason,
        message,
        source,
        firstTimestamp: at,
        lastTimestamp: at,
        count: 1,
        type,
        reportingComponent: component,
        reportingInstance: host ?? '',
      })
    },
  }
}

/** Writes events one after the other; while the server cannot be reached the first one waits and so do those behind it. */
class Broadcaster {
  readonly #client: Client
  readonly #world: ChartWorld
  readonly #random: Random
  readonly #correlator: EventCorrelator
  #queue: Event[] = []
  /** Of the first event of the queue. */
  #tries = 0
  #working = false

  constructor(client: Client, world: ChartWorld, random: Random, correlator: EventCorrelator) {
    this.#client = client
    this.#world = world
    this.#random = random
    this.#correlator = correlator
  }

  add(event: Event): void {
    if (this.#queue.length >= MAX_QUEUED_EVENTS) return
    this.#queue.push(event)
    if (this.#working) return
    this.#working = true
    this.#world.clock.defer(() => this.#work())
  }

  #work(): void {
    let done = 0
    for (; done < this.#queue.length; done++) {
      const event = this.#tries === 0 ? this.#correlator.correlate(this.#queue[done]!) : this.#queue[done]!
      if (event === undefined) continue
      if (this.#record(event)) {
        this.#tries = 0
        continue
      }
      if (++this.#tries >= MAX_TRIES_PER_EVENT) {
        this.#tries = 0
        continue
      }
      // Randomised at first, so that many components do not all come at once.
      const delay = this.#tries === 1 ? SLEEP_MS * this.#random.next() : SLEEP_MS
      this.#queue = [event, ...this.#queue.slice(done + 1)]
      this.#world.clock.setTimeout(() => this.#work(), delay)
      return
    }
    this.#queue = []
    this.#working = false
  }

  /** Whether it needs no further try: written, or refused by a server that can be reached. Source: event.go recordEvent */
  #record(event: Event): boolean {
    const { name, namespace } = event.metadata
    const { count = 1 } = event
    let answer = count > 1 ? this.#client.update('Event', name, namespace, (old) => repeated(old, event)) : undefined
    // Roles of add-ons let them patch Events, as client-go does.
    if (hasReason(answer, 'Forbidden')) answer = this.#client.patch?.('Event', name, namespace, changes(event))
    if (answer === undefined || hasReason(answer, 'NotFound')) answer = this.#client.create(event)
    if (!isStatus(answer)) this.#correlator.stored(answer)
    return !isStatus(answer) || this.#client.reachable()
  }
}

function repeated(old: Event, event: Event): Event {
  return { ...old, ...changes(event) }
}

/** What an Event that comes again is given. */
function changes({ count, lastTimestamp, message }: Event): Partial<Event> {
  return {
    ...(count !== undefined && { count }),
    ...(lastTimestamp !== undefined && { lastTimestamp }),
    ...(message !== undefined && { message }),
  }
}

/** Source: client-go/tools/reference/ref.go GetReference */
export function referenceTo({ apiVersion, kind, metadata }: KubernetesObject, fieldPath?: string): ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata
  // In one piece for nearly all: that is a third of the time and of the memory.
  if (namespace !== undefined && uid !== undefined && resourceVersion !== undefined)
    return fieldPath === undefined
      ? { kind, namespace, name, uid, apiVersion, resourceVersion }
      : { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath }
  return {
    kind,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(uid !== undefined && { uid }),
    apiVersion,
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(fieldPath !== undefined && { fieldPath }),
  }
}

/**
 * Names events `web.17c1f0a3b2d4e6f8`: the object, and the nanosecond in hex. Below the millisecond of our clock the
 * digits are drawn, so that neither one recorder nor two of them give a name twice.
 * Source: client-go/tools/internal/events GenerateEventName
 */
export function eventNames(now: () => number, random: Random): (about: string) => string {
  let lastMs = -1
  let nanos = 0
  return (about) => {
    const ms = now()
    nanos = ms === lastMs && nanos < 999_000 ? nanos + 1 + random.int(999) : random.int(1_000_000)
    lastMs = ms
    return `${about}.${(BigInt(Math.floor(ms)) * 1_000_000n + BigInt(nanos)).toString(16)}`
  }
}
