import { type RateLimits, WorkQueue } from '../../../client/work-queue.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { ProviderError } from '../cloud-provider.ts'

/** Does what a key asks for, and says so when it is done: at once, or after the cloud has taken its time. */
export type Work = (key: string, done: (failed: ProviderError | undefined) => void) => void

/** Source: k8s.io/cloud-provider/controllers/service/controller.go minRetryDelay, maxRetryDelay */
const RETRIES: RateLimits = { baseMs: 5_000, maxMs: 300_000 }

/** Workers that wait for the cloud: so many keys are worked on at a time. Source: controller.go processNextServiceItem */
export class Workers {
  readonly queue: WorkQueue
  readonly #clock: Clock
  readonly #count: number
  readonly #work: Work
  #busy = 0
  #stopped = false

  constructor(clock: Clock, count: number, work: Work) {
    this.#clock = clock
    this.#count = count
    this.#work = work
    this.queue = new WorkQueue(clock, () => clock.defer(() => this.#next()), RETRIES)
  }

  stop(): void {
    this.#stopped = true
    this.queue.shutDown()
  }

  #next(): void {
    if (this.#stopped || this.#busy >= this.#count) return
    const key = this.queue.take()
    if (key === undefined) return
    this.#busy++
    this.#work(key, (failed) => this.#clock.defer(() => this.#done(key, failed)))
  }

  #done(key: string, failed: ProviderError | undefined): void {
    this.#busy--
    if (this.#stopped) return
    if (failed === undefined) this.queue.forget(key)
    else if (failed.retryAfterMs !== undefined) this.queue.addAfter(key, failed.retryAfterMs)
    else this.queue.addRateLimited(key)
    this.queue.done(key)
    this.#next()
  }
}
