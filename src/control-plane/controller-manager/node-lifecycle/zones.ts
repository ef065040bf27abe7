import type { Clock, Timer } from '../../../sim/clock.ts'
import type { ControllerManagerFlags } from '../flags.ts'

/** Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go ZoneState */
export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption'

export interface ZoneCount {
  readonly ready: number
  readonly notReady: number
}

/** Source: ComputeZoneState */
export function computeZoneState({ ready, notReady }: ZoneCount, unhealthyZoneThreshold: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption'
  if (notReady > 2 && notReady / (notReady + ready) >= unhealthyZoneThreshold) return 'PartialDisruption'
  return 'Normal'
}

/** Evictions a second in a zone. Source: setLimiterInZone, ReducedQPSFunc */
export function evictionRate(state: ZoneState, size: number, flags: ControllerManagerFlags): number {
  if (state !== 'PartialDisruption') return flags.nodeEvictionRate
  return size > flags.largeClusterSizeThreshold ? flags.secondaryNodeEvictionRate : 0
}

/** How often upstream looks into the queue. Source: nodelifecycle/scheduler/rate_limited_queue.go NodeEvictionPeriod */
const POLL_MS = 100

/**
 * Nodes of one zone that are to get their NoExecute taint, one token at a time (burst 1). Upstream polls every 100 ms;
 * here a timer is set for the poll at which the next token is there.
 * Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go
 */
export class RateLimitedTainter {
  readonly #clock: Clock
  readonly #taint: (node: string) => boolean
  readonly #startedAt: number
  readonly #queue = new Set<string>()
  /** Stays until removed, so that a node is tainted once. */
  readonly #known = new Set<string>()
  #rate: number
  #tokens = 1
  #countedAt: number
  #timer: Timer | undefined

  /** @param taint answers false when it is to be tried again */
  constructor(clock: Clock, rate: number, taint: (node: string) => boolean) {
    this.#clock = clock
    this.#rate = rate
    this.#taint = taint
    this.#startedAt = clock.now()
    this.#countedAt = clock.now()
  }

  add(node: string): void {
    if (this.#known.has(node)) return
    this.#known.add(node)
    this.#queue.add(node)
    this.#schedule()
  }

  remove(node: string): void {
    this.#known.delete(node)
    this.#queue.delete(node)
  }

  setRate(rate: number): void {
    if (rate === this.#rate) return
    this.#count()
    this.#rate = rate
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#schedule()
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#queue.clear()
  }

  #count(): void {
    const now = this.#clock.now()
    this.#tokens = Math.min(1, this.#tokens + ((now - this.#countedAt) / 1000) * this.#rate)
    this.#countedAt = now
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#queue.size === 0 || this.#rate <= 0) return
    this.#count()
    const wait = this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#rate) * 1000
    const since = this.#clock.now() + wait - this.#startedAt
    // The poll of this very moment is over. A hair of rounding must not cost a whole poll.
    const polls = wait === 0 ? Math.floor(since / POLL_MS + 1e-9) + 1 : Math.ceil(since / POLL_MS - 1e-9)
    const poll = this.#startedAt + polls * POLL_MS
    this.#timer = this.#clock.setTimeout(() => this.#fire(), poll - this.#clock.now())
  }

  #fire(): void {
    this.#timer = undefined
    this.#count()
    const [node] = this.#queue
    if (node !== undefined && this.#tokens >= 1 - 1e-9) {
      this.#tokens = 0
      this.#queue.delete(node)
      if (!this.#taint(node) && this.#known.has(node)) this.#queue.add(node)
    }
    this.#schedule()
  }
}
