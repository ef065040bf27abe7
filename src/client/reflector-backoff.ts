import type { Random } from '../sim/random.ts'

// Source: client-go/tools/cache/reflector.go defaultBackoffInit … defaultBackoffJitter
const INIT = 800
const MAX = 30_000
const RESET = 120_000
const FACTOR = 2
const JITTER = 1

/**
 * When a reflector tries to list again. Nothing runs while it waits for a server that is not there: the tries that
 * would have failed are worked out when the server is back.
 * Source: apimachinery/pkg/util/wait/backoff.go DelayWithReset
 */
export class ReflectorBackoff {
  readonly #random: Random
  #delay = INIT
  #lastReset: number
  #next: number

  constructor(random: Random, now: number) {
    this.#random = random
    this.#lastReset = now
    this.#next = now
  }

  /** A try has failed, or a watch has ended, at this time. */
  failed(at: number): void {
    if (at - this.#lastReset > RESET) {
      this.#delay = INIT
      this.#lastReset = at
    }
    this.#next = at + this.#delay * (1 + this.#random.next() * JITTER)
    this.#delay = Math.min(MAX, this.#delay * FACTOR)
  }

  /** The first try that is not before `now`; the earlier ones found nobody. */
  nextTry(now: number): number {
    while (this.#next < now) this.failed(this.#next)
    return Math.ceil(this.#next)
  }
}
