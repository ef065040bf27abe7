import type { Cluster } from '../cluster/index.ts'
import { Pace, type PaceOptions } from '../server/pace.ts'

/**
 * A pace that has written down where the world stands before anybody is shown it: what was seen once is there after a
 * crash too, however shortly before it happened.
 */
export class JournaledPace extends Pace {
  readonly #clock: Cluster['clock']
  readonly #write: () => void
  #written: number

  constructor({ clock, barrier }: Cluster, options: PaceOptions, write: () => void) {
    super(clock, barrier, options)
    this.#clock = clock
    this.#write = write
    this.#written = clock.fired
    this.onSlice(() => this.#keep())
  }

  override async inject<T>(request: () => T): Promise<T> {
    const answer = await super.inject(request)
    this.#keep()
    return answer
  }

  #keep(): void {
    if (this.#written === this.#clock.fired) return
    this.#written = this.#clock.fired
    this.#write()
  }
}
