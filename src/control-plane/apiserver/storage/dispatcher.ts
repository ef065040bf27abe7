import type { KubernetesObject } from '../../../api/types.ts'
import type { Clock } from '../../../sim/clock.ts'

/** One committed change of one object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  /** For DELETED: the last state, at the revision of the deletion. */
  readonly object: KubernetesObject
  readonly previous: KubernetesObject | undefined
}

/** Who hears of changes: the watchers of one resource on one lane. */
export interface Audience {
  tell(change: Change): void
}

/**
 * Carries changes of all resources to their watchers, in revision order and on the clock: never inside a write. What
 * was committed by then goes out together; what listeners write meanwhile comes after everything already due.
 *
 * There are two lanes. Components hear through deferred callbacks that are part of the world; onlookers (outside
 * watchers) through observing timers that leave no mark on it.
 */
export class Dispatcher {
  readonly #schedule: (run: () => void) => void
  #queue: { readonly audience: Audience; readonly change: Change }[] = []
  #scheduled = false

  constructor(clock: Clock, onlookers: boolean) {
    this.#schedule = onlookers ? (run) => void clock.observe(run, 0) : (run) => clock.defer(run)
  }

  push(audience: Audience, change: Change): void {
    this.#queue.push({ audience, change })
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(this.#run)
  }

  /** Runs the callback on this lane, after what is queued now. */
  defer(callback: () => void): void {
    this.#schedule(callback)
  }

  /** Everything committed up to this revision has been told, as far as it was of interest. */
  toldUpTo(revision: number): number {
    const waiting = this.#queue[0]
    return waiting === undefined ? revision : Math.min(revision, waiting.change.revision - 1)
  }

  readonly #run = (): void => {
    const batch = this.#queue
    this.#queue = []
    this.#scheduled = false
    for (const { audience, change } of batch) audience.tell(change)
  }
}
