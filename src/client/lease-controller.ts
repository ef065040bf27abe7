import { hasReason } from '../api/status.ts'
import { rfc3339Micro } from '../api/time.ts'
import { isStatus, type Lease, type Status } from '../api/types.ts'
import type { Clock, Timer } from '../sim/clock.ts'
import type { Client } from './contract.ts'

/** Source: component-helpers/apimachinery/lease/controller.go: 200 ms, doubling up to 7 s */
const FIRST_RETRY = 200
const MAX_RETRY = 7000

export interface LeaseOptions {
  readonly client: Client
  readonly clock: Clock
  readonly name: string
  readonly namespace: string
  readonly holderIdentity: string
  readonly leaseDurationSeconds: number
  readonly everyMs: number
  /** Done to the Lease whenever it is made or renewed: owners, labels. The same object when there is nothing to do. */
  complete?(lease: Lease): Lease
  log(line: string): void
}

/**
 * Keeps the Lease by which a component shows that it lives: made once, then renewed.
 * Source: component-helpers/apimachinery/lease/controller.go
 */
export class LeaseController {
  readonly #options: LeaseOptions
  #timer: Timer | undefined
  #stopKeeping: (() => void) | undefined
  #retryMs = FIRST_RETRY
  #stopped = false

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  start(): void {
    this.#renew()
  }

  stop(): void {
    this.#stopped = true
    this.#stopKeeping?.()
    this.#options.clock.clearTimeout(this.#timer)
  }

  /** Once, and from then on as long as it works. */
  #renew(): void {
    if (this.#stopped) return
    const { client, clock, name, namespace, everyMs, log } = this.#options
    const refusal = this.#update()
    if (refusal !== undefined) {
      log(
        `E controller.go:145] "Failed to ensure lease exists, will retry" err="${refusal.message}" interval="${this.#retryMs}ms"`,
      )
      this.#timer = clock.setTimeout(() => this.#renew(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY)
      return
    }
    this.#retryMs = FIRST_RETRY
    const firstAt = clock.now() + everyMs
    if (client.keepRenewed === undefined) this.#timer = clock.setTimeout(() => this.#renew(), everyMs)
    else
      this.#stopKeeping = client.keepRenewed(
        name,
        namespace,
        { firstAt, everyMs },
        (lease, at) => this.#renewed(lease, at),
        (status) => this.#failed(status),
      )
  }

  #failed(status: Status | undefined): void {
    this.#options.log(`E controller.go:195] "Failed to update lease" err="${status?.message ?? ''}"`)
    this.#stopKeeping = undefined
    this.#timer = this.#options.clock.setTimeout(() => this.#renew(), this.#retryMs)
  }

  /** @returns why it was refused */
  #update(): Status | undefined {
    const { client, clock, name, namespace, holderIdentity } = this.#options
    const answer = client.update('Lease', name, namespace, (lease) => this.#renewed(lease, clock.now()))
    if (!isStatus(answer)) return undefined
    if (!hasReason(answer, 'NotFound')) return answer
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
      spec: { holderIdentity },
    }
    const made = client.create<Lease>(this.#renewed(lease as Lease, clock.now()))
    return isStatus(made) ? made : undefined
  }

  /** Source: newLease */
  #renewed(lease: Lease, at: number): Lease {
    const { leaseDurationSeconds, complete } = this.#options
    const renewed = { ...lease, spec: { ...lease.spec, leaseDurationSeconds, renewTime: rfc3339Micro(at) } }
    return complete?.(renewed) ?? renewed
  }
}
