import { parseTime } from '../../../api/time.ts'
import type { Client } from '../../../client/contract.ts'

interface Reading {
  readonly renewTime: string | undefined
  readonly noticedAt: number
  readonly readAt: number
}

/**
 * When the controller would have noticed the last renewal of a node's Lease. It does not watch them: a Lease that
 * nobody looks at costs nothing. So it reads one when a grace period ends, and takes the renewal for noticed at the
 * pass after it; a renewal time that cannot be (a host's clock is wrong) counts as just noticed.
 * Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth (observedLease)
 */
export class LeaseReadings {
  readonly #client: Client
  readonly #now: () => number
  readonly #firstPassAt: (ms: number) => number
  readonly #readings = new Map<string, Reading>()
  readonly #certain = new Map<string, () => void>()

  constructor(client: Client, now: () => number, firstPassAt: (ms: number) => number) {
    this.#client = client
    this.#now = now
    this.#firstPassAt = firstPassAt
  }

  noticedAt(node: string): number {
    const before = this.#readings.get(node)
    const renewTime = this.#client.get('Lease', node, 'kube-node-lease')?.spec.renewTime
    const readAt = this.#now()
    if (renewTime === undefined || renewTime === before?.renewTime) return before?.noticedAt ?? Number.NEGATIVE_INFINITY
    const renewedAt = parseTime(renewTime)
    const possible = renewedAt <= readAt && (before === undefined || renewedAt >= before.readAt)
    const noticedAt = this.#firstPassAt(possible ? renewedAt : readAt)
    this.#readings.set(node, { renewTime, noticedAt, readAt })
    return noticedAt
  }

  /**
   * Whether the Lease is renewed until further notice, so that no grace period needs to be watched.
   *
   * @param onUnsure called when that may be over
   */
  areCertain(node: string, onUnsure: () => void): boolean {
    this.#certain.get(node)?.()
    const stop = this.#client.renewing?.(node, 'kube-node-lease', onUnsure)
    if (stop === undefined) this.#certain.delete(node)
    else this.#certain.set(node, stop)
    return stop !== undefined
  }

  forget(node: string): void {
    this.#readings.delete(node)
    this.#certain.get(node)?.()
    this.#certain.delete(node)
  }
}
