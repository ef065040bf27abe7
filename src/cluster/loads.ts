import type { Clock, Timer } from '../sim/clock.ts'
import type { RequestSource } from './contract.ts'

/** Requests that are made again and again, evenly: what users do to a Service all day. One load for each who asks. */
export class Loads {
  readonly #clock: Clock
  readonly #request: (from: RequestSource, url: string) => void
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock, request: (from: RequestSource, url: string) => void) {
    this.#clock = clock
    this.#request = request
  }

  /** From now on so many a second instead of those there were; 0: none. */
  set(from: RequestSource, url: string, perSecond: number): void {
    const who = JSON.stringify(from)
    this.#clock.clearTimeout(this.#timers.get(who))
    this.#timers.delete(who)
    if (perSecond > 0) this.#go(who, from, url, { startedAt: this.#clock.now(), made: 0, perSecond })
  }

  /** Counted from the start, so that 7 a second are 7 in every second of whole milliseconds. */
  #go(
    who: string,
    from: RequestSource,
    url: string,
    load: { readonly startedAt: number; readonly made: number; readonly perSecond: number },
  ): void {
    const { startedAt, made, perSecond } = load
    const due = startedAt + Math.round(((made + 1) * 1000) / perSecond)
    const timer = this.#clock.setTimeout(() => {
      this.#request(from, url)
      this.#go(who, from, url, { ...load, made: made + 1 })
    }, due - this.#clock.now())
    this.#timers.set(who, timer)
  }
}
