import type { Barrier } from '../sim/barrier.ts'
import type { VirtualClock } from '../sim/clock.ts'
import type { World } from './contract.ts'

export interface PaceOptions {
  /** Virtual seconds per second of wall time; default 1, 0 stands still (skips still work). */
  readonly speed?: number
  /** A component broke: nothing runs any more. */
  readonly onFailure?: (error: unknown) => void
}

/** How long (wall ms) the simulation may run before it lets requests in. */
const SLICE = 5
/** Timers fired between two looks at the wall clock. */
const BATCH = 64
/** Onlookers' timers are not in `nextDue`: look at least this often (wall ms). */
const LONGEST_NAP = 250
/** Below this (ms) virtual and wall time count as one. */
const SAME_TIME = 2000

/**
 * Couples virtual time to wall time. The simulation runs in slices between which requests come in, so that a big change
 * never blocks an answer; when it cannot keep up, virtual time falls behind and catches up later.
 */
export class Pace implements World {
  readonly #clock: VirtualClock
  readonly #barrier: Barrier
  readonly #speed: number
  readonly #onFailure: (error: unknown) => void
  readonly #listeners = new Set<() => void>()
  #anchorVirtual = 0
  #anchorWall = 0
  #ahead = 0
  #running = false
  #failure: { readonly error: unknown } | undefined
  #nap: NodeJS.Timeout | undefined
  #next: NodeJS.Immediate | undefined
  #skips: { readonly until: number; readonly done: () => void }[] = []

  constructor(clock: VirtualClock, barrier: Barrier, options: PaceOptions = {}) {
    this.#clock = clock
    this.#barrier = barrier
    this.#speed = options.speed ?? 1
    this.#onFailure = options.onFailure ?? (() => {})
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#anchor(this.#clock.now())
    this.#ahead = aheadOf(this.#clock.now())
    this.#soon()
  }

  /** Time stands still; requests are still let in. */
  stop(): void {
    this.#running = false
    clearTimeout(this.#nap)
    clearImmediate(this.#next)
    this.#next = undefined
  }

  now(): number {
    return this.#clock.now()
  }

  aheadMs(): number {
    return this.#ahead
  }

  onSlice(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async inject<T>(request: () => T): Promise<T> {
    for (;;) {
      const result = this.#clock.held ? 'held' : this.#slice()
      if (this.#failure !== undefined) throw this.#failure.error
      if (result !== 'held') break
      await this.#barrier.idle()
    }
    const answer = request()
    this.#soon()
    return answer
  }

  wait(virtualMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.observe(resolve, virtualMs)
      if (this.#speed > 0) setTimeout(() => this.#soon(), virtualMs / this.#speed).unref()
    })
  }

  /** Lets this much virtual time pass as fast as it can; resolves when it has. */
  skip(durationMs: number): Promise<void> {
    this.#anchor(this.#target() + durationMs)
    return new Promise((done) => {
      this.#skips.push({ until: this.#anchorVirtual, done })
      this.#soon()
    })
  }

  #anchor(virtual: number): void {
    this.#anchorVirtual = virtual
    this.#anchorWall = performance.now()
  }

  /** Where virtual time should be now. */
  #target(): number {
    return Math.floor(this.#anchorVirtual + (performance.now() - this.#anchorWall) * (this.#running ? this.#speed : 0))
  }

  #soon(): void {
    if (!this.#running || this.#next !== undefined) return
    clearTimeout(this.#nap)
    this.#next = setImmediate(() => {
      this.#next = undefined
      this.#tick()
    })
  }

  #tick(): void {
    if (this.#failure !== undefined) return
    const result = this.#slice()
    this.#finishSkips()
    for (const listener of this.#listeners) listener()
    if (result === 'more') this.#soon()
    else if (result === 'held') this.#barrier.idle().then(() => this.#soon())
    else this.#sleep()
  }

  #slice(): 'done' | 'more' | 'held' {
    const until = Math.max(this.#target(), this.#clock.now())
    const stop = performance.now() + SLICE
    try {
      for (;;) {
        const result = this.#clock.run(until, BATCH)
        if (result !== 'more' || performance.now() >= stop) return result
      }
    } catch (error) {
      this.#failure ??= { error }
      this.stop()
      this.#onFailure(error)
      return 'done'
    }
  }

  #sleep(): void {
    if (!this.#running || this.#next !== undefined) return
    const due = this.#clock.nextDue() ?? Number.POSITIVE_INFINITY
    const wallMs = this.#speed > 0 ? (due - this.#target()) / this.#speed : LONGEST_NAP
    clearTimeout(this.#nap)
    this.#nap = setTimeout(() => this.#soon(), Math.min(LONGEST_NAP, Math.max(1, wallMs)))
  }

  #finishSkips(): void {
    if (this.#skips.length === 0) return
    const reached = this.#skips.filter(({ until }) => this.#clock.now() >= until)
    if (reached.length === 0) return
    this.#skips = this.#skips.filter(({ until }) => this.#clock.now() < until)
    this.#ahead = aheadOf(this.#clock.now())
    for (const { done } of reached) done()
  }
}

function aheadOf(virtualNow: number): number {
  const ahead = Math.round((virtualNow - Date.now()) / 1000) * 1000
  return Math.abs(ahead) < SAME_TIME ? 0 : ahead
}
