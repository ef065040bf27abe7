import type { ApiServer } from '../api/request.ts'
import type { Connection } from '../client/client.ts'
import type { Network } from '../network/contract.ts'

interface Listening {
  readonly host: string
  readonly ip: string
  readonly port: number
  readonly server: ApiServer
}

/**
 * Which API servers answer where, and who reaches which: what a kubeconfig's `server:` comes to. One address may stand
 * for all of them, the load balancer of a cluster with several control planes.
 */
export class ApiEndpoints {
  readonly #network: Network
  readonly #balanced: ReadonlySet<string>
  readonly #listening = new Map<string, Listening>()
  readonly #listeners = new Set<() => void>()

  /** @param balanced addresses that stand for all API servers: a load balancer's, and that of the Service `kubernetes` */
  constructor(network: Network, balanced: readonly string[]) {
    this.#network = network
    this.#balanced = new Set(balanced)
    network.onChange(() => this.#changed())
  }

  add(host: string, ip: string, port: number, server: ApiServer): void {
    this.#listening.set(host, { host, ip, port, server })
    this.#changed()
  }

  remove(host: string): void {
    if (this.#listening.delete(host)) this.#changed()
  }

  /** Any API server that answers: what somebody outside the cluster finds at its address. */
  any(): ApiServer | undefined {
    for (const { server, host } of this.#listening.values()) if (this.#network.reaches(host, host)) return server
    return undefined
  }

  /** The way from a host (or from outside) to `https://address:port`. */
  connection(from: string | undefined, endpoint: string): Connection {
    let known: { readonly server: ApiServer | undefined } | undefined
    this.#listeners.add(() => {
      known = undefined
    })
    return {
      endpoint,
      server: () => {
        known ??= { server: this.#find(from, endpoint) }
        return known.server
      },
      onChange: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    }
  }

  #find(from: string | undefined, endpoint: string): ApiServer | undefined {
    const [address = '', port = '443'] = endpoint.split(':')
    const local = address === '127.0.0.1' || address === 'localhost'
    for (const { host, ip, port: own, server } of this.#listening.values()) {
      const meant = this.#balanced.has(address) || address === ip || (local && host === from)
      const open = this.#balanced.has(address) || Number(port) === own
      if (meant && open && this.#network.reaches(from ?? host, host)) return server
    }
    return undefined
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
