import { rfc3339 } from '../api/time.ts'
import type { Event } from '../api/types.ts'
import { LruMap } from './lru.ts'

// Source: client-go/tools/record/events_cache.go
const MAX_LRU_CACHE_ENTRIES = 4096
const AGGREGATE_MAX_EVENTS = 10
const AGGREGATE_INTERVAL_MS = 600_000
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000

interface Observation {
  readonly count: number
  readonly firstTimestamp: string | undefined
  readonly name: string
}

/**
 * Decides what becomes of an event: a new one, one more of an earlier one, one that speaks for many similar ones, or
 * nothing because its source says too much about the object.
 * Source: client-go/tools/record/events_cache.go EventCorrelator
 */
export class EventCorrelator {
  readonly #now: () => number
  readonly #similar = new LruMap<string, { messages: Set<string>; last: number }>(MAX_LRU_CACHE_ENTRIES)
  readonly #observed = new LruMap<string, Observation>(MAX_LRU_CACHE_ENTRIES)
  readonly #tokens = new LruMap<string, { left: number; at: number }>(MAX_LRU_CACHE_ENTRIES)
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
    this.#remember(eventKey(event), event)
  }

  #aggregate(event: Event): [event: Event, key: string] {
    const now = this.#now()
    const aggregateKey = `${aboutKey(event)}\n${event.reason}\n${event.reportingComponent}\n${event.reportingInstance}`
    let record = this.#similar.get(aggregateKey)
    if (record === undefined || now - record.last > AGGREGATE_INTERVAL_MS) {
      record = { messages: new Set(), last: now }
      this.#similar.set(aggregateKey, record)
    }
    record.messages.add(event.message ?? '')
    record.last = now
    if (record.messages.size < AGGREGATE_MAX_EVENTS) return [event, eventKey(event)]
    record.messages.delete(record.messages.values().next().value!)
    const { involvedObject, type, reason, source, apiVersion, kind, message } = event
    const at = rfc3339(now)
    const combined: Event = {
      apiVersion,
      kind,
      metadata: { name: this.#newName(involvedObject.name ?? ''), namespace: event.metadata.namespace ?? 'default' },
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      involvedObject,
      message: `(combined from similar events): ${message}`,
      ...(type !== undefined && { type }),
      ...(reason !== undefined && { reason }),
      ...(source !== undefined && { source }),
      // Who reports is not taken over; the fields have no omitempty.
      reportingComponent: '',
      reportingInstance: '',
    }
    return [combined, aggregateKey]
  }

  #observe(event: Event, key: string): Event {
    const last = this.#observed.get(key)
    const observed: Event =
      last === undefined
        ? event
        : {
            ...event,
            metadata: { ...event.metadata, name: last.name },
            ...(last.firstTimestamp !== undefined && { firstTimestamp: last.firstTimestamp }),
            count: last.count + 1,
          }
    this.#remember(key, observed)
    return observed
  }

  #remember(key: string, { count = 0, firstTimestamp, metadata }: Event): void {
    this.#observed.set(key, { count, firstTimestamp, name: metadata.name })
  }

  /** A bucket of tokens for each source and object. */
  #mayPass(event: Event): boolean {
    const key = aboutKey(event)
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

/** Source: events_cache.go getSpamKey */
function aboutKey({ source, involvedObject, type }: Event): string {
  const { kind, namespace, name, uid, apiVersion } = involvedObject
  return `${source?.component}\n${source?.host}\n${kind}\n${namespace}\n${name}\n${uid}\n${apiVersion}\n${type}`
}

/** Source: events_cache.go getEventKey */
function eventKey(event: Event): string {
  return `${aboutKey(event)}\n${event.involvedObject.fieldPath}\n${event.reason}\n${event.message}`
}
