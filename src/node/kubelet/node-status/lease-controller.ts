import { hasReason } from '../../../api/status.ts'
import { rfc3339Micro } from '../../../api/time.ts'
import { isStatus, type Lease, type Node, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'

const LEASE_NAMESPACE = 'kube-node-lease'
/** Source: pkg/kubelet/kubelet.go nodeLeaseRenewIntervalFraction */
const RENEW_FRACTION = 0.25
/** Source: component-helpers/apimachinery/lease/controller.go: 200 ms, doubling up to 7 s */
const FIRST_RETRY = 200
const MAX_RETRY = 7000

export interface LeaseOptions {
  readonly client: Client
  readonly clock: Clock
  readonly node: Node
  readonly leaseDurationSeconds: number
  log(line: string): void
}

/** Keeps the node's Lease: made once, renewed every quarter of its duration. Source: component-helpers/apimachinery/lease/controller.go */
export class LeaseController {
  readonly #options: LeaseOptions
  readonly #everyMs: number
  #timer: Timer | undefined
  #stopKeeping: (() => void) | undefined
  #retryMs = FIRST_RETRY
  #stopped = false

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#everyMs = options.leaseDurationSeconds * 1000 * RENEW_FRACTION
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
    const { client, clock, log } = this.#options
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
    const firstAt = clock.now() + this.#everyMs
    if (client.keepRenewed === undefined) this.#timer = clock.setTimeout(() => this.#renew(), this.#everyMs)
    else
      this.#stopKeeping = client.keepRenewed(
        this.#options.node.metadata.name,
        LEASE_NAMESPACE,
        { firstAt, everyMs: this.#everyMs },
        renewedAt,
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
    const { client, clock, node, leaseDurationSeconds } = this.#options
    const { name, uid } = node.metadata
    const answer = client.update('Lease', name, LEASE_NAMESPACE, (lease) => renewedAt(lease, clock.now()))
    if (!isStatus(answer)) return undefined
    if (!hasReason(answer, 'NotFound')) return answer
    const made = client.create<Lease>({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: LEASE_NAMESPACE,
        ...(uid === undefined ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] }),
      },
      spec: { holderIdentity: name, leaseDurationSeconds, renewTime: rfc3339Micro(clock.now()) },
    })
    return isStatus(made) ? made : undefined
  }
}

function renewedAt(lease: Lease, at: number): Lease {
  return { ...lease, spec: { ...lease.spec, renewTime: rfc3339Micro(at) } }
}
