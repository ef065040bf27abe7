import type { Clock, Timer } from '../sim/clock.ts'

export interface RateLimits {
  /** ms after the first failure; doubles with each. */
  readonly baseMs: number
  readonly maxMs: number
}

/** Source: client-go/util/workqueue/default_rate_limiters.go DefaultTypedControllerRateLimiter (the part per item) */
export const defaultRateLimits: RateLimits = { baseMs: 5, maxMs: 1_000_000 }

/**
 * Keys that want work. A key is in it once, however often it is added; one that is added while it is worked on comes
 * again afterwards. Nothing is polled: later additions are timers on the clock.
 * Source: client-go/util/workqueue queue.go, delaying_queue.go, rate_limiting_queue.go
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #limits: RateLimits
  readonly #onReady: () => void
  #ready: string[] = []
  #head = 0
  readonly #dirty = new Set<string>()
  readonly #processing = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #waiting = new Map<string, Timer>()

  /** @param onReady called whenever a key has become ready to be taken */
  constructor(clock: Clock, onReady: () => void, limits: RateLimits = defaultRateLimits) {
    this.#clock = clock
    this.#onReady = onReady
    this.#limits = limits
  }

  /** How many keys are ready. */
  get length(): number {
    return this.#ready.length - this.#head
  }

  add(key: string): void {
    if (this.#dirty.has(key)) return
    this.#dirty.add(key)
    if (this.#processing.has(key)) return
    this.#ready.push(key)
    this.#onReady()
  }

  /** A key that already waits keeps the earlier of the two times. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const waiting = this.#waiting.get(key)
    if (waiting !== undefined && waiting.due <= this.#clock.now() + delayMs) return
    this.#clock.clearTimeout(waiting)
    const wake = () => {
      this.#waiting.delete(key)
      this.add(key)
    }
    this.#waiting.set(key, this.#clock.setTimeout(wake, delayMs))
  }

  /** Comes back after 5 ms, 10 ms, 20 ms … 1000 s, until {@link forget}. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(this.#limits.baseMs * 2 ** failures, this.#limits.maxMs))
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  take(): string | undefined {
    if (this.length === 0) return undefined
    const key = this.#ready[this.#head++]!
    if (this.#head === this.#ready.length) {
      this.#ready = []
      this.#head = 0
    }
    this.#processing.add(key)
    this.#dirty.delete(key)
    return key
  }

  done(key: string): void {
    this.#processing.delete(key)
    if (!this.#dirty.has(key)) return
    this.#ready.push(key)
    this.#onReady()
  }

  shutDown(): void {
    for (const timer of this.#waiting.values()) this.#clock.clearTimeout(timer)
    this.#waiting.clear()
    this.#dirty.clear()
    this.#ready = []
    this.#head = 0
  }
}
