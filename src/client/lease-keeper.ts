import type { ApiRequest, ApiServer } from '../api/request.ts'
import { isStatus, type KubernetesObject, type Status } from '../api/types.ts'
import type { Clock, Timer } from '../sim/clock.ts'

export interface LeaseKeeperOptions {
  readonly clock: Clock
  readonly connection: { server(): ApiServer | undefined; onChange(listener: () => void): () => void }
  /** The update, without its change. */
  readonly request: ApiRequest
  /** The answer of a server that is not there. */
  readonly refused: () => Status
  readonly firstAt: number
  readonly everyMs: number
  readonly change: (object: KubernetesObject, at: number) => KubernetesObject | undefined
  readonly onFailed: (status: Status | undefined, at: number) => void
}

/**
 * Renews a Lease, or the heartbeats of a Node, until that fails. A server that knows renewals makes them itself, when somebody looks; meanwhile
 * nothing runs here, and only a change of the connection is noticed. With any other server each renewal is a timer.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  readonly #stopListening: () => void
  #due: number
  #timer: Timer | undefined
  #renewal: { readonly server: ApiServer; stop(): number } | undefined
  #ended = false

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
    this.#due = options.firstAt
    this.#stopListening = options.connection.onChange(() => this.#connectionChanged())
    this.#schedule()
  }

  /** @returns when the next renewal would be due */
  stop(): number {
    if (!this.#ended) {
      this.#suspend()
      this.#ended = true
      this.#stopListening()
    }
    return this.#due
  }

  /** The next renewal is lost on its way. */
  lose(status: Status): void {
    if (this.#ended) return
    this.#suspend()
    this.#fail(status, this.#options.clock.now())
  }

  #schedule(): void {
    const { clock, connection, request, everyMs, change } = this.#options
    const server = connection.server()
    if (server?.renew === undefined) {
      this.#timer = clock.setTimeout(() => this.#renewNow(), this.#due - clock.now())
      return
    }
    let gaveUp = false
    const renewal = server.renew({
      request,
      firstAt: this.#due,
      everyMs,
      change: (object, at) => {
        const renewed = change(object, at)
        gaveUp = renewed === undefined
        return renewed
      },
      onRefused: (status, at) => this.#fail(gaveUp ? undefined : status, at),
    })
    this.#renewal = { server, stop: renewal.stop }
  }

  #connectionChanged(): void {
    const renewal = this.#renewal
    if (renewal === undefined && this.#options.connection.server()?.renew === undefined) return
    if (renewal !== undefined && renewal.server === this.#options.connection.server()) return
    this.#suspend()
    if (!this.#ended) this.#schedule()
  }

  #suspend(): void {
    this.#options.clock.clearTimeout(this.#timer)
    const renewal = this.#renewal
    this.#renewal = undefined
    if (renewal !== undefined) this.#due = renewal.stop()
  }

  #renewNow(): void {
    const { connection, request, refused, everyMs, change } = this.#options
    const at = this.#due
    let gaveUp = false
    const answer =
      connection.server()?.handle({
        ...request,
        change: (object: KubernetesObject) => {
          const renewed = change(object, at)
          gaveUp = renewed === undefined
          return renewed
        },
      }).body ?? refused()
    if (gaveUp || isStatus(answer)) {
      this.#fail(isStatus(answer) ? answer : undefined, at)
      return
    }
    this.#due += everyMs
    this.#schedule()
  }

  #fail(status: Status | undefined, at: number): void {
    if (this.#ended) return
    this.#renewal = undefined
    this.stop()
    this.#options.onFailed(status, at)
  }
}
