import type { Clock, Timer } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { SYNC_FREQUENCY } from './machine.ts'

/** Source: pkg/kubelet/pod_workers.go workerResyncIntervalJitterFactor; kubelet.go syncLoop (syncTicker) */
const JITTER_FACTOR = 0.5
const SYNC_TICK = 1_000

/**
 * Syncs that come round by themselves, every 60 to 90 s after the last one. They are counted, not run: only where one has
 * something to do it is woken. Source: pkg/kubelet/pod_workers.go completeWork
 */
export class Resync {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #onDue: (podUid: string) => void
  readonly #timers = new Map<string, Timer>()
  readonly #periods = new Map<string, number>()

  constructor(clock: Clock, onDue: (podUid: string) => void) {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#onDue = onDue
  }

  /** The pod has been synced: what was to be done is done. */
  synced(podUid: string): void {
    this.#clock.clearTimeout(this.#timers.get(podUid))
    this.#timers.delete(podUid)
  }

  /** There is something to do when the pod is synced the next time. @param last when it was synced last, virtual ms */
  wake(podUid: string, last: number): void {
    if (this.#timers.has(podUid)) return
    const now = this.#clock.now()
    const period = this.#period(podUid)
    const due = last + (Math.floor((now - last) / period) + 1) * period
    const tick = this.#startedAt + Math.ceil((due - this.#startedAt) / SYNC_TICK) * SYNC_TICK
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(podUid)
      this.#onDue(podUid)
    }, tick - now)
    this.#timers.set(podUid, timer)
  }

  forget(podUid: string): void {
    this.#clock.clearTimeout(this.#timers.get(podUid))
    this.#timers.delete(podUid)
    this.#periods.delete(podUid)
  }

  stop(): void {
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer)
    this.#timers.clear()
  }

  /** The jitter is a pod's own and stays: so the next time is known without going through all that were passed over. */
  #period(podUid: string): number {
    let period = this.#periods.get(podUid)
    if (period === undefined) {
      period = Math.round(SYNC_FREQUENCY * (1 + JITTER_FACTOR * new Random(0, podUid).next()))
      this.#periods.set(podUid, period)
    }
    return period
  }
}
