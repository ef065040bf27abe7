import type { Client } from '../../client/contract.ts'
import type { Network } from '../../network/contract.ts'
import { steady } from '../../network/steady.ts'
import { type Charts, createCharts } from '../../sim/chart.ts'
import { klogTime } from '../container-runtime/programs/log-times.ts'
import type { Process, Program } from '../contract.ts'
import { type KubeProxyConfig, readConfig } from './config.ts'
import { HealthCheckPorts } from './health-checks.ts'
import { kubeProxyMachine } from './machine.ts'
import { Observed, SharedRules } from './observed.ts'

export interface KubeProxyDeps {
  readonly network: Network
  /**
   * The client of the pod's service account.
   *
   * @param server as the kubeconfig has it: `https://192.168.64.10:6443`
   * @returns a text says why there is none
   */
  connect(process: Process, server: string): Client | string
  /** Where kube-proxy is held still from outside: it sees nothing new, its rules stay in force. */
  readonly halted?: Halted
}

interface Halted {
  is(host: string): boolean
  onResume(host: string, listener: () => void): () => void
}

/**
 * The `kube-proxy` binary: keeps the Service rules of its node as the API says. It carries no traffic: when it ends, the
 * rules stay as they are. One program serves all nodes of a cluster and shares among them what does not depend on the node.
 */
export function kubeProxyProgram(deps: KubeProxyDeps): Program {
  const shared = new SharedRules()
  const proxies = new Map<string, KubeProxy>()
  let charts: Charts<typeof kubeProxyMachine> | undefined
  let starts = 0
  return {
    start(process) {
      charts ??= createCharts(kubeProxyMachine, process.world, 'kube-proxy', (key) => proxies.get(key)?.sync())
      const config = configured(process)
      if (config === undefined) return
      const client = deps.connect(process, config.server)
      if (typeof client === 'string') {
        fail(process, client)
        return
      }
      const key = `${process.host}/${starts++}`
      const changed = () => charts?.send(key, { type: 'changed' })
      const { halted } = deps
      const proxy = new KubeProxy(deps.network, process, config, shared, () => {
        if (!halted?.is(process.host)) changed()
      })
      proxies.set(key, proxy)
      charts.start(key, { minSyncPeriodMs: config.minSyncPeriodMs })
      process.onEnd(() => {
        charts?.stop(key)
        proxies.delete(key)
      })
      if (halted) process.onEnd(halted.onResume(process.host, changed))
      proxy.start(client)
    },
  }
}

function configured(process: Process): KubeProxyConfig | undefined {
  const flag = process.argv.find((word) => word.startsWith('--config='))
  const config = readConfig(process.files, flag?.slice('--config='.length) ?? '')
  if (typeof config !== 'string') return config
  fail(process, config)
  return undefined
}

function fail(process: Process, error: string): void {
  process.log(`E${klogTime(process.world.clock.now())}       1 run.go:72] "command failed" err="${error}"`, 'stderr')
  process.exit(1)
}

/** kube-proxy on one node. */
class KubeProxy {
  readonly #network: Network
  readonly #process: Process
  readonly #config: KubeProxyConfig
  readonly #shared: SharedRules
  readonly #changed: () => void
  readonly #observed = new Observed()
  readonly #healthChecks: HealthCheckPorts
  /** A sync is due already: further changes need not say so. */
  #pending = false

  constructor(network: Network, process: Process, config: KubeProxyConfig, shared: SharedRules, changed: () => void) {
    this.#network = network
    this.#process = process
    this.#config = config
    this.#shared = shared
    this.#changed = changed
    this.#healthChecks = new HealthCheckPorts(network, process.host, process.ip)
  }

  start(client: Client): void {
    const process = this.#process
    const log = (what: string) => process.log(`I${klogTime(process.world.clock.now())}       1 ${what}`, 'stderr')
    log(`server_linux.go:63] "Using ${this.#config.mode} proxy"`)
    log('config.go:200] "Starting service config controller"')
    log('config.go:106] "Starting endpoint slice config controller"')
    const stops = [
      client.watch('Service', { labelSelector: NO_PROXY_NAME }, (event) => {
        this.#observed.service(event)
        this.#change()
      }),
      client.watch('EndpointSlice', { labelSelector: `${NO_HEADLESS},${NO_PROXY_NAME}` }, (event) => {
        this.#observed.slice(event)
        this.#change()
      }),
    ]
    for (const stop of stops) process.onEnd(stop)
    process.onEnd(() => this.#healthChecks.stop())
    process.listen(10_256, 'TCP', ({ path }) => ({
      status: path === '/healthz' || path === '/livez' ? 200 : 404,
      onStale: steady,
    }))
    process.listen(10_249, 'TCP', ({ path }) =>
      path === '/proxyMode' ? { status: 200, body: this.#config.mode } : { status: path === '/healthz' ? 200 : 404 },
    )
  }

  /** Source: pkg/proxy/iptables/proxier.go syncProxyRules */
  sync(): void {
    this.#pending = false
    const { mode, clusterCIDR } = this.#config
    const rules = this.#shared.of(this.#observed, mode, clusterCIDR)
    this.#network.setRules(this.#process.host, rules)
    this.#healthChecks.sync(rules.healthChecks ?? [])
  }

  /** Told to the chart after everything else of this instant: what comes together is synced together. */
  #change(): void {
    if (this.#pending) return
    this.#pending = true
    this.#process.world.clock.defer(this.#changed)
  }
}

/** Source: cmd/kube-proxy/app/server.go Run */
const NO_PROXY_NAME = '!service.kubernetes.io/service-proxy-name'
const NO_HEADLESS = '!service.kubernetes.io/headless'
