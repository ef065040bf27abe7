import type { ApiServer } from '../api/request.ts'
import type { Connection } from '../client/client.ts'
import type { Network } from '../network/contract.ts'
import { FailingRequests } from './failing-requests.ts'

interface Listening {
  readonly host: string
  readonly ip: string
  readonly port: number
  readonly server: ApiServer
  /** Whether its readyz says ok: a load balancer passes by those that do not. */
  readonly isReady: () => boolean
}

/**
 * Which API servers answer where, and who reaches which: what a kubeconfig's `server:` comes to. One address may stand
 * for all of them, the load balancer of a cluster with several control planes.
 */
export class ApiEndpoints {
  readonly #network: Network
  readonly #balanced: ReadonlySet<string>
  readonly #listening = new Map<string, Listening>()
  /** By the host they are on: many hosts come and go without a change for the others. */
  readonly #listeners = new Map<string | undefined, Set<() => void>>()

  readonly #failing: FailingRequests

  /** @param balanced addresses that stand for all API servers: a load balancer's, and that of the Service `kubernetes` */
  constructor(network: Network, balanced: readonly string[], seed: number) {
    this.#failing = new FailingRequests(seed)
    this.#network = network
    this.#balanced = new Set(balanced)
    network.onChange((host) => this.#hostChanged(host))
  }

  add(host: string, listening: Omit<Listening, 'host'>): void {
    this.#listening.set(host, { host, ...listening })
    this.changed()
  }

  remove(host: string): void {
    if (this.#listening.delete(host)) this.changed()
  }

  /** Any API server that answers, a ready one first: what somebody outside the cluster finds at its address. */
  any(): ApiServer | undefined {
    const server = this.#answering()?.server
    return server && this.#failing.before(server)
  }

  /** What the audit logs of those that answer hold. */
  auditLogs(): readonly string[] {
    return [...this.#listening.values()].flatMap(({ server }) => server.audit?.read?.() ?? [])
  }

  /** The host of that one. */
  anyHost(): string | undefined {
    return this.#answering()?.host
  }

  #answering(): Listening | undefined {
    return preferReady([...this.#listening.values()].filter(({ host }) => this.#network.reaches(host, host)))
  }

  /** The way from a host (or from outside) to `https://address:port`. */
  connection(from: string | undefined, endpoint: string): Connection {
    let known: { readonly server: ApiServer | undefined } | undefined
    const listeners = this.#listenersOf(from)
    listeners.add(() => {
      known = undefined
    })
    return {
      endpoint,
      server: () => {
        known ??= { server: this.#find(from, endpoint) }
        return known.server
      },
      onChange: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
  }

  #find(from: string | undefined, endpoint: string): ApiServer | undefined {
    const [address = '', port = '443'] = endpoint.split(':')
    const local = address === '127.0.0.1' || address === 'localhost'
    const reachable = [...this.#listening.values()].filter((listening) => {
      const { host, ip, port: own } = listening
      const meant = this.#balanced.has(address) || address === ip || (local && host === from)
      const open = this.#balanced.has(address) || Number(port) === own
      return meant && open && this.#network.reaches(from ?? host, host)
    })
    const server = preferReady(reachable)?.server
    return server && this.#failing.before(server)
  }

  /** So many of a hundred requests fail with this status from here on. */
  fail(percent: number, status: number): void {
    this.#failing.set(percent, status)
    this.changed()
  }

  /** Servers, links or what servers depend on have changed. */
  changed(): void {
    for (const listeners of [...this.#listeners.values()]) for (const listener of [...listeners]) listener()
  }

  #hostChanged(host: string | undefined): void {
    if (host === undefined || this.#listening.has(host)) this.changed()
    else for (const listener of [...(this.#listeners.get(host) ?? [])]) listener()
  }

  #listenersOf(from: string | undefined): Set<() => void> {
    let listeners = this.#listeners.get(from)
    if (listeners === undefined) {
      listeners = new Set()
      this.#listeners.set(from, listeners)
    }
    return listeners
  }
}

function preferReady(servers: readonly Listening[]): Listening | undefined {
  return servers.length > 1 ? (servers.find(({ isReady }) => isReady()) ?? servers[0]) : servers[0]
}
