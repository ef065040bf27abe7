import type { Clock, Timer } from '../../../sim/clock.ts'

/** Source: pkg/volume/util/... goroutinemap/exponentialbackoff: 500 ms, doubling up to 2m2s */
const INITIAL = 500
const MAX = 122_000

/** When the volumes of a pod are tried again. */
export class VolumeRetry {
  readonly #clock: Clock
  readonly #onDue: (podUid: string) => void
  readonly #waiting = new Map<string, { delay: number; timer: Timer }>()

  constructor(clock: Clock, onDue: (podUid: string) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  again(podUid: string): void {
    const before = this.#waiting.get(podUid)
    if (before?.timer.callback !== undefined) return
    const delay = before === undefined ? INITIAL : Math.min(before.delay * 2, MAX)
    const timer = this.#clock.setTimeout(() => this.#onDue(podUid), delay)
    this.#waiting.set(podUid, { delay, timer })
  }

  forget(podUid: string): void {
    this.#clock.clearTimeout(this.#waiting.get(podUid)?.timer)
    this.#waiting.delete(podUid)
  }

  stop(): void {
    for (const podUid of [...this.#waiting.keys()]) this.forget(podUid)
  }
}
