import type { Timer } from '../../../sim/clock.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'

/** How long a part of the server waits before it tries again what etcd refused, ms. */
const RETRY_MS = 1000

/** Runs something whenever objects of some kinds have changed: on the clock, once for many changes at a time. */
export class Follower {
  readonly #server: Server
  readonly #run: () => void
  readonly #unwatch: readonly (() => void)[]
  #timer: Timer | undefined

  /** From now on. */
  constructor(server: Server, kinds: readonly string[], run: () => void) {
    this.#server = server
    this.#run = run
    const { etcd, table } = server
    const prefixes = kinds.flatMap((kind) => table.forKind(kind)?.storage?.prefix ?? [])
    this.#unwatch = prefixes.map((prefix) => etcd.watch(prefix, etcd.revision, () => this.soon()))
  }

  /** @param ms virtual */
  soon(ms = 0): void {
    this.#timer ??= this.#server.clock.setTimeout(() => this.#fire(), ms)
  }

  stop(): void {
    for (const unwatch of this.#unwatch) unwatch()
    this.#server.clock.clearTimeout(this.#timer)
  }

  #fire(): void {
    this.#timer = undefined
    try {
      this.#run()
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
      this.soon(RETRY_MS)
    }
  }
}
