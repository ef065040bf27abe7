import { rfc3339 } from '../api/time.ts'
import type { Event } from '../api/types.ts'
import { key } from './event-key.ts'
import { LruMap } from './lru.ts'

// Source: client-go/tools/record/events_cache.go
const MAX_LRU_CACHE_ENTRIES = 4096
const AGGREGATE_MAX_EVENTS = 10
const AGGREGATE_INTERVAL_MS = 600_000
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000

interface Similar {
  /** One message is most often all there is. */
  messages: string | Set<string>
  last: number
}

/**
 * Decides what becomes of an event: a new one, one more of an earlier one, one that speaks for many similar ones, or
 * nothing because its source says too much about the object.
 * Source: client-go/tools/record/events_cache.go EventCorrelator
 */
export class EventCorrelator {
  readonly #now: () => number
  readonly #similar = new LruMap<number, Similar>(MAX_LRU_CACHE_ENTRIES)
  /** As they were written last. */
  readonly #observed = new LruMap<number, Event>(MAX_LRU_CACHE_ENTRIES)
  readonly #tokens = new LruMap<number, { left: number; at: number }>(MAX_LRU_CACHE_ENTRIES)
  readonly #newName: (about: string) => string

  constructor(now: () => number, newName: (about: string) => string) {
    this.#now = now
    this.#newName = newName
  }

  /** What to write: an event with a count above 1 is there already and is updated. Undefined: nothing. */
  correlate(event: Event): Event | undefined {
    const [aggregate, key] = this.#aggregate(event)
    const observed = this.#observe(aggregate, key)
    return this.#mayPass(observed) ? observed : undefined
  }

  /** What the server holds after the write. */
  stored(event: Event): void {
    this.#observed.set(eventKey(event), event)
  }

  #aggregate(event: Event): [event: Event, key: number] {
    const now = this.#now()
    const aggregateKey = aboutKey(event)
      .mix(event.reason)
      .mix(event.reportingComponent)
      .mix(event.reportingInstance)
      .value()
    let record = this.#similar.get(aggregateKey)
    const message = event.message ?? ''
    if (record === undefined || now - record.last > AGGREGATE_INTERVAL_MS) {
      record = { messages: message, last: now }
      this.#similar.set(aggregateKey, record)
    } else if (record.messages !== message) {
      if (typeof record.messages === 'string') record.messages = new Set([record.messages])
      record.messages.add(message)
    }
    record.last = now
    const { messages } = record
    if (typeof messages === 'string' || messages.size < AGGREGATE_MAX_EVENTS) return [event, eventKey(event)]
    messages.delete(messages.values().next().value!)
    const { involvedObject, type, reason, source, apiVersion, kind } = event
    const at = rfc3339(now)
    const combined: Event = {
      apiVersion,
      kind,
      metadata: { name: this.#newName(involvedObject.name ?? ''), namespace: event.metadata.namespace ?? 'default' },
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      involvedObject,
      message: `(combined from similar events): ${event.message}`,
      ...(type !== undefined && { type }),
      ...(reason !== undefined && { reason }),
      ...(source !== undefined && { source }),
      // Who reports is not taken over; the fields have no omitempty.
      reportingComponent: '',
      reportingInstance: '',
    }
    return [combined, aggregateKey]
  }

  #observe(event: Event, key: number): Event {
    const known = this.#observed.get(key)
    const observed: Event =
      known === undefined
        ? event
        : {
            ...event,
            metadata: { ...event.metadata, name: known.metadata.name },
            ...(known.firstTimestamp !== undefined && { firstTimestamp: known.firstTimestamp }),
            count: (known.count ?? 0) + 1,
          }
    this.#observed.set(key, observed)
    return observed
  }

  /** A bucket of tokens for each source and object. */
  #mayPass(event: Event): boolean {
    const key = aboutKey(event).value()
    const now = this.#now()
    let bucket = this.#tokens.get(key)
    if (bucket === undefined) {
      bucket = { left: SPAM_BURST, at: now }
      this.#tokens.set(key, bucket)
    }
    bucket.left = Math.min(SPAM_BURST, bucket.left + (now - bucket.at) / SPAM_REFILL_MS)
    bucket.at = now
    if (bucket.left < 1) return false
    bucket.left--
    return true
  }
}

/** What the last key was about: each event is asked for several, and so are its neighbours. */
let last: Pick<Event, 'source' | 'involvedObject' | 'type'> | undefined
const about = { low: 0, high: 0 }

/** Source: events_cache.go getSpamKey */
function aboutKey(event: Event) {
  const { source, involvedObject, type } = event
  if (last === undefined || last.source !== source || last.involvedObject !== involvedObject || last.type !== type) {
    const { kind, namespace, name, uid, apiVersion } = involvedObject
    key
      .begin()
      .mix(source?.component)
      .mix(source?.host)
      .mix(kind)
      .mix(namespace)
      .mix(name)
      .mix(uid)
      .mix(apiVersion)
      .mix(type)
    about.low = key.low
    about.high = key.high
    last = event
  }
  key.low = about.low
  key.high = about.high
  return key
}

/** Source: events_cache.go getEventKey */
function eventKey(event: Event): number {
  return aboutKey(event).mix(event.involvedObject.fieldPath).mix(event.reason).mix(event.message).value()
}
