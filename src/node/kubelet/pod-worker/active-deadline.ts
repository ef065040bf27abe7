import { parseTime } from '../../../api/time.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'
import type { PodRecord } from './pod-record.ts'

export const DEADLINE_REASON = 'DeadlineExceeded'
export const DEADLINE_MESSAGE = 'Pod was active on the node longer than the specified deadline'

/** Ends pods that have run for longer than they may. Source: pkg/kubelet/active_deadline.go */
export class ActiveDeadline {
  readonly #clock: Clock
  readonly #onExceeded: (record: PodRecord) => void
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock, onExceeded: (record: PodRecord) => void) {
    this.#clock = clock
    this.#onExceeded = onExceeded
  }

  /** The pod has come, or its deadline may have changed. */
  watch(record: PodRecord): void {
    this.forget(record.uid)
    const { activeDeadlineSeconds } = record.pod.spec
    if (activeDeadlineSeconds === undefined || record.terminating !== undefined) return
    const startTime = parseTime(record.pod.status?.startTime)
    const from = Number.isNaN(startTime) ? record.startTime : startTime
    const due = from + activeDeadlineSeconds * 1000 - this.#clock.now()
    this.#timers.set(
      record.uid,
      this.#clock.setTimeout(() => this.#onExceeded(record), due),
    )
  }

  forget(podUid: string): void {
    this.#clock.clearTimeout(this.#timers.get(podUid))
    this.#timers.delete(podUid)
  }

  stop(): void {
    for (const uid of [...this.#timers.keys()]) this.forget(uid)
  }
}
