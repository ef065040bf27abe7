import type { HealthCheckPort, Network } from '../../network/contract.ts'
import type { NetworkAnswer } from '../contract.ts'

/** A port that is served, and who has to be told when it would answer otherwise. */
interface Served {
  check: HealthCheckPort
  readonly close: () => void
  readonly onStale: Set<() => void>
}

/**
 * The ports at which load balancers ask a node whether it has endpoints of a Service whose external policy is Local.
 * Source: pkg/proxy/healthcheck/service_health.go
 */
export class HealthCheckPorts {
  readonly #network: Network
  readonly #node: string
  readonly #ip: string
  readonly #served = new Map<number, Served>()

  constructor(network: Network, node: string, ip: string) {
    this.#network = network
    this.#node = node
    this.#ip = ip
  }

  /** Source: service_health.go SyncServices, SyncEndpoints */
  sync(checks: readonly HealthCheckPort[]): void {
    if (checks.length === 0 && this.#served.size === 0) return
    const wanted = new Map(checks.map((check) => [check.port, check]))
    for (const [port, { close }] of [...this.#served])
      if (!wanted.has(port)) {
        this.#served.delete(port)
        close()
      }
    for (const [port, check] of wanted) {
      const served = this.#served.get(port)
      if (served === undefined) this.#open(port, check)
      else this.#update(served, check)
    }
  }

  stop(): void {
    this.sync([])
  }

  #open(port: number, check: HealthCheckPort): void {
    const answer = () => this.#answer(port)
    const close = this.#network.listen(this.#ip, port, 'TCP', answer, 'kube-proxy')
    this.#served.set(port, { check, close, onStale: new Set() })
  }

  #update(served: Served, check: HealthCheckPort): void {
    const before = this.#count(served.check)
    served.check = check
    if (this.#count(check) === before) return
    for (const tell of [...served.onStale]) tell()
  }

  #count({ ready }: HealthCheckPort): number {
    return ready.get(this.#node) ?? 0
  }

  /** Source: service_health.go hcHandler.ServeHTTP */
  #answer(port: number): NetworkAnswer {
    const { check, onStale } = this.#served.get(port)!
    const count = this.#count(check)
    const service = { namespace: check.namespace, name: check.name }
    return {
      status: count === 0 ? 503 : 200,
      headers: {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(count),
      },
      body: JSON.stringify({ service, localEndpoints: count, serviceProxyHealthy: true }, undefined, '\t'),
      onStale(listener) {
        onStale.add(listener)
        return () => onStale.delete(listener)
      },
    }
  }
}
