import type { Timer } from '../../../sim/clock.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'

/** --etcd-compaction-interval, ms. Source: apiserver/pkg/server/options/etcd.go, storage/storagebackend DefaultCompactInterval */
const COMPACTION_INTERVAL_MS = 300_000

/**
 * Every five minutes etcd forgets what was replaced more than five minutes ago: lists and watches that start further
 * back are answered 410 Gone. Source: apiserver/pkg/storage/etcd3/compact.go
 */
export class Compaction {
  readonly #server: Server
  #timer: Timer
  /** The newest revision at the last time round. */
  #last: number

  constructor(server: Server) {
    this.#server = server
    this.#last = server.etcd.revision
    this.#timer = this.#arm()
  }

  stop(): void {
    this.#server.clock.clearTimeout(this.#timer)
  }

  #arm(): Timer {
    return this.#server.clock.setTimeout(() => {
      this.#compact()
      this.#timer = this.#arm()
    }, COMPACTION_INTERVAL_MS)
  }

  #compact(): void {
    const { etcd } = this.#server
    try {
      // Another API server may have been first.
      if (this.#last > etcd.compactedRevision) etcd.compact(this.#last)
      this.#last = etcd.revision
    } catch (error) {
      // Without a quorum nothing is forgotten; it is tried again next time.
      if (!(error instanceof EtcdError)) throw error
    }
  }
}
