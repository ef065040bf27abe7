import { parseGoDuration } from '../../api/duration.ts'
import type { Client } from '../../client/contract.ts'
import type { Network, Serve } from '../../network/contract.ts'
import type { Process, Program } from '../../node/contract.ts'
import { answerMetrics } from './api.ts'
import { parseSamples, Storage } from './storage.ts'

export interface MetricsServerDeps {
  readonly network: Network
  /** The client a pod has through its service account. @returns a text says why there is none */
  connect(process: Process, server: string): Client | string
}

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** The `metrics-server` binary: asks every kubelet at its --metric-resolution and serves metrics.k8s.io. Source: kubernetes-sigs/metrics-server */
export function metricsServerProgram(deps: MetricsServerDeps): Program {
  return {
    start(process) {
      const { env } = process
      const client = deps.connect(
        process,
        `https://${env.KUBERNETES_SERVICE_HOST}:${env.KUBERNETES_SERVICE_PORT ?? 443}`,
      )
      if (typeof client === 'string') {
        process.log(`panic: ${client}`, 'stderr')
        return process.exit(2)
      }
      new MetricsServer(deps.network, process, client).start()
    },
  }
}

class MetricsServer {
  readonly #network: Network
  readonly #process: Process
  readonly #client: Client
  readonly #storage = new Storage()
  readonly #resolution: number
  #hasScraped = false

  constructor(network: Network, process: Process, client: Client) {
    this.#network = network
    this.#process = process
    this.#client = client
    this.#resolution = parseGoDuration(flag(process, 'metric-resolution') ?? '') ?? 60_000
  }

  start(): void {
    const port = Number(flag(this.#process, 'secure-port') ?? 443)
    this.#process.onSignal(() => this.#process.exit(0))
    this.#process.log(`I secure_serving.go:213] "Serving securely on [::]:${port}"`, 'stderr')
    this.#process.listen(port, 'TCP', (request) => {
      const path = (request.path ?? '/').replace(/\?.*$/, '')
      if (path === '/livez' || path === '/healthz') return { status: 200, body: 'ok' }
      if (path === '/readyz') return this.#hasScraped ? { status: 200, body: 'ok' } : NOT_READY
      return answerMetrics(this.#client, this.#storage, request)
    })
    this.#again()
  }

  #again(): void {
    this.#scrape()
    const { clock } = this.#process.world
    const timer = clock.setTimeout(() => this.#again(), this.#resolution)
    this.#process.onEnd(() => clock.clearTimeout(timer))
  }

  #scrape(): void {
    const now = this.#process.world.clock.now()
    let answered = 0
    const nodes = this.#client.list('Node')
    for (const { metadata, status } of nodes) {
      const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
      const text = address === undefined ? undefined : this.#ask(metadata.name, address)
      if (text === undefined) continue
      answered++
      this.#storage.store(metadata.name, parseSamples(text), now)
    }
    this.#storage.forget(now - 3 * this.#resolution)
    this.#hasScraped ||= answered > 0
  }

  #ask(node: string, ip: string): string | undefined {
    const { host, ip: own, random, files } = this.#process
    const connection = this.#network.connect<Serve>({ host, ip: own }, { ip, port: 10_250 }, (n) => random.int(n))
    const url = `https://${ip}:10250/metrics/resource`
    if (connection.outcome !== 'connected') {
      const why = connection.outcome === 'refused' ? 'connect: connection refused' : 'i/o timeout'
      this.#complain(node, `Get \\"${url}\\": dial tcp ${ip}:10250: ${why}`)
      return undefined
    }
    const headers = { authorization: `Bearer ${files.read(TOKEN) ?? ''}` }
    const answer = connection.serve({ protocol: 'HTTP', from: own, method: 'GET', path: '/metrics/resource', headers })
    if (answer.status === 200) return answer.body
    this.#complain(node, `request failed, status: \\"${answer.status}\\"`)
    return undefined
  }

  #complain(node: string, error: string): void {
    this.#process.log(`E scraper.go:149] "Failed to scrape node" err="${error}" node="${node}"`, 'stderr')
  }
}

const NOT_READY = { status: 500, body: '[-]metric-storage-ready failed: reason withheld\nreadyz check failed\n' }

function flag({ argv }: Process, name: string): string | undefined {
  return argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
}
