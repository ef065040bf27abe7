import type { TransitionCounts } from './transitions.ts'

/** One line of what happened: when (virtual ms), who, what. */
export interface TraceEntry {
  readonly at: number
  readonly component: string
  readonly what: string
}

/** What happened in the simulation, in order. Same seed and journal: the same trace, byte for byte. */
export interface Trace {
  add(component: string, what: string): void
  /** A chart took an event. The same as `add(component/key, 'event: from -> to')`, without making the text. */
  transition?(component: string, key: string | undefined, event: string, from: string, to: string): void
  /** How often each transition of each machine was taken. */
  readonly transitions?: TransitionCounts
}

type Kept = { readonly at: number } & (
  | { readonly component: string; readonly what: string }
  | {
      readonly component: string
      readonly key: string | undefined
      readonly event: string
      readonly from: string
      readonly to: string
    }
)

/** How many entries a trace holds unless told otherwise: enough to say what led to a failure. */
const DEFAULT_KEEP = 2048

export interface TraceOptions {
  /** How many of the newest entries are held; `all` for the whole text. */
  readonly keep?: number | 'all'
  readonly transitions?: TransitionCounts
}

/**
 * A trace that holds its newest entries and a running hash over all of them: two runs are equal exactly when count and
 * hash are.
 */
export class RecordedTrace implements Trace {
  readonly transitions: TransitionCounts | undefined
  readonly #clock: { now(): number }
  readonly #keep: number
  #kept: Kept[] = []
  #count = 0
  #low = 0xdeadbeef | 0
  #high = 0x41c6ce57 | 0
  #lastAt = Number.NaN
  #lastAtText = ''

  constructor(clock: { now(): number }, options: TraceOptions = {}) {
    this.#clock = clock
    this.#keep = options.keep === 'all' ? Number.POSITIVE_INFINITY : (options.keep ?? DEFAULT_KEEP)
    this.transitions = options.transitions
  }

  /** How many entries there were. */
  get count(): number {
    return this.#count
  }

  /** 16 hex digits over the text of all entries, those no longer held included. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  add(component: string, what: string): void {
    this.#begin(component)
    this.#mix(' ')
    this.#mix(what)
    this.#end({ at: this.#lastAt, component, what })
  }

  transition(component: string, key: string | undefined, event: string, from: string, to: string): void {
    this.#begin(component)
    if (key !== undefined) {
      this.#mix('/')
      this.#mix(key)
    }
    this.#mix(' ')
    this.#mix(event)
    this.#mix(': ')
    this.#mix(from)
    this.#mix(' -> ')
    this.#mix(to)
    this.#end({ at: this.#lastAt, component, key, event, from, to })
  }

  /** The newest entries, oldest first. */
  entries(): TraceEntry[] {
    return this.#kept.slice(-this.#keep).map(entryOf)
  }

  /** The held entries, a line each: `1767225600000 kubelet/worker-1 starts`. */
  text(): string {
    return this.entries()
      .map(({ at, component, what }) => `${at} ${component} ${what}\n`)
      .join('')
  }

  #begin(component: string): void {
    const at = this.#clock.now()
    if (at !== this.#lastAt) {
      this.#lastAt = at
      this.#lastAtText = String(at)
    }
    this.#mix(this.#lastAtText)
    this.#mix(' ')
    this.#mix(component)
  }

  #end(entry: Kept): void {
    this.#mix('\n')
    this.#count++
    if (this.#keep === 0) return
    this.#kept.push(entry)
    // Trimmed now and then, so that an entry costs the same however many are held.
    if (this.#kept.length >= 2 * this.#keep + 64) this.#kept = this.#kept.slice(-this.#keep)
  }

  /** Two lanes of 32 bits, a character at a time: how the text is cut into pieces makes no difference. */
  #mix(text: string): void {
    let low = this.#low
    let high = this.#high
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i)
      low = Math.imul(low ^ char ^ (low >>> 16), 0x9e3779b1)
      high = Math.imul(high ^ char ^ (high >>> 15), 0x5f356495)
    }
    this.#low = low
    this.#high = high
  }
}

function entryOf(kept: Kept): TraceEntry {
  if ('what' in kept) return kept
  const { at, component, key, event, from, to } = kept
  return {
    at,
    component: key === undefined ? component : `${component}/${key}`,
    what: `${event}: ${from} -> ${to}`,
  }
}
