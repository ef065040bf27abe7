import type { KubernetesObject } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { EtcdError, type EtcdEvent } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'
import { changeAddresses, type Endpoint, removeEndpoint } from './kubernetes-service.ts'

const PREFIX = '/registry/masterleases/'
/** Source: pkg/controlplane/reconcilers, cmd/kube-apiserver DefaultEndpointReconcilerTTL */
const TTL_SECONDS = 15
/** How often leases are renewed and endpoints compared. Source: pkg/controlplane/instance.go DefaultEndpointReconcilerInterval */
const INTERVAL_MS = 10_000

/**
 * Which API servers there are: each keeps a lease in etcd, and all keep the endpoints of the `kubernetes` Service in
 * step with the leases. A server that is alone has nobody to be missed by, so it renews nothing until a peer turns up.
 * Source: pkg/controlplane/reconcilers/lease.go
 */
export class MasterLeases {
  readonly #server: Server
  readonly #endpoint: Endpoint
  readonly #key: string
  #unwatch: (() => void) | undefined
  #timer: Timer | undefined
  #leased = false

  constructor(server: Server, endpoint: Endpoint) {
    this.#server = server
    this.#endpoint = endpoint
    this.#key = PREFIX + endpoint.address
  }

  /** @throws EtcdError while etcd cannot be written */
  start(): void {
    const { etcd } = this.#server
    const peers = etcd.range(PREFIX).kvs.some(({ key }) => key !== this.#key)
    this.#put(peers)
    this.#unwatch ??= etcd.watch(PREFIX, etcd.revision, (event) => this.#heard(event))
    if (peers) this.#tickLater()
  }

  /** @param graceful the server had time to take its address out */
  stop(graceful: boolean): void {
    this.#unwatch?.()
    this.#server.clock.clearTimeout(this.#timer)
    if (!graceful) return
    this.#server.etcd.delete(this.#key)
    removeEndpoint(this.#server, this.#endpoint)
  }

  #put(leased: boolean): void {
    const { etcd } = this.#server
    const lease = leased ? etcd.grantLease(TTL_SECONDS) : undefined
    etcd.put(this.#key, (revision) => this.#object(revision), undefined, lease)
    this.#leased = leased
  }

  #object(revision: number): KubernetesObject {
    const metadata = { name: this.#endpoint.address, resourceVersion: String(revision) }
    return {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata,
      subsets: [{ addresses: [{ ip: metadata.name }] }],
    } as KubernetesObject
  }

  /** A peer shows itself. What follows happens on the clock: this is inside its write. */
  #heard({ type, kv }: EtcdEvent): void {
    if (type !== 'PUT' || kv.key === this.#key || this.#leased || this.#timer !== undefined) return
    this.#timer = this.#server.clock.setTimeout(() => this.#tick(), 0)
  }

  #tickLater(): void {
    this.#timer = this.#server.clock.setTimeout(() => this.#tick(), INTERVAL_MS)
  }

  #tick(): void {
    const { etcd } = this.#server
    try {
      this.#put(true)
      // A lease without a time to live is that of a server that was alone and died so: a living one renews it now.
      const { kvs } = etcd.range(PREFIX)
      for (const { key, lease } of kvs) if (lease === undefined) etcd.delete(key)
      const live = kvs.filter(({ lease }) => lease !== undefined).map(({ key }) => key.slice(PREFIX.length))
      changeAddresses(this.#server, () => live)
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
    }
    this.#tickLater()
  }
}
