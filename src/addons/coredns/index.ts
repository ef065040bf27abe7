import type { Client } from '../../client/contract.ts'
import type { Network, NetworkAnswer } from '../../network/contract.ts'
import { parseResolvConf } from '../../network/resolver.ts'
import { steady } from '../../network/steady.ts'
import type { Process, Program } from '../../node/contract.ts'
import { type Chart, startChart } from '../../sim/chart.ts'
import { AnswerCache } from './cache.ts'
import { CorefileError } from './corefile.ts'
import { type CorednsEffect, corednsMachine } from './machine.ts'
import { Records } from './records.ts'
import { type Configuration, isBelow, readConfiguration, resolveName, type Server } from './server.ts'

export interface CorednsDeps {
  readonly network: Network
  /**
   * The client a pod has through its service account.
   *
   * @param server address of the API server as the pod's environment has it: `https://10.96.0.1:443`
   * @returns a text says why there is none
   */
  connect(process: Process, server: string): Client | string
}

/** The `coredns` binary. Source: coredns/coredns */
export function corednsProgram(deps: CorednsDeps): Program {
  return { start: (process) => startCoredns(deps, process) }
}

function startCoredns(deps: CorednsDeps, process: Process): void {
  const at = process.argv.indexOf('-conf')
  const path = at < 0 ? 'Corefile' : (process.argv[at + 1] ?? '')
  const configuration = read(process, path)
  if (configuration instanceof CorefileError) {
    process.log(configuration.message)
    process.exit(1)
    return
  }
  if (loops(configuration, process)) {
    process.log(
      `[FATAL] plugin/loop: Loop (127.0.0.1:${40000 + process.random.int(20000)} -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ${process.random.next32()}${process.random.next32()}.${process.random.next32()}${process.random.next32()}."`,
    )
    process.exit(1)
    return
  }
  const env = process.env
  const client = deps.connect(process, `https://${env.KUBERNETES_SERVICE_HOST}:${env.KUBERNETES_SERVICE_PORT ?? 443}`)
  if (typeof client === 'string') {
    process.log(`plugin/kubernetes: ${client}`)
    process.exit(1)
    return
  }
  new Coredns(deps, process, path, configuration).start(client)
}

function read(process: Process, path: string): Configuration | CorefileError {
  const text = process.files.read(path)
  if (text === undefined)
    return new CorefileError(`loading Caddyfile via flag: open ${path}: no such file or directory`)
  try {
    return readConfiguration(text, path, process.files.read('/etc/resolv.conf') ?? '')
  } catch (error) {
    if (error instanceof CorefileError) return error
    throw error
  }
}

/** Its own resolv.conf sends queries back to itself. Source: coredns plugin/loop */
function loops({ servers }: Configuration, process: Process): boolean {
  const own = parseResolvConf(process.files.read('/etc/resolv.conf') ?? '').nameservers
  return servers.some(({ upstreams }) =>
    upstreams?.some((ip) => ip.startsWith('127.') || (ip === process.ip && own.includes(ip))),
  )
}

class Coredns {
  readonly #deps: CorednsDeps
  readonly #process: Process
  readonly #path: string
  readonly #records = new Records()
  readonly #cache: AnswerCache
  readonly #chart: Chart<typeof corednsMachine>
  #configuration: Configuration
  #synced = false

  constructor(deps: CorednsDeps, process: Process, path: string, configuration: Configuration) {
    this.#deps = deps
    this.#process = process
    this.#path = path
    this.#configuration = configuration
    this.#cache = new AnswerCache(process.world.clock)
    this.#chart = startChart(
      corednsMachine,
      process.world,
      `coredns/${process.pod?.metadata.name ?? process.host}`,
      configuration,
      (effect) => this.#perform(effect),
    )
    process.onEnd(() => this.#chart.stop())
  }

  start(client: Client): void {
    const process = this.#process
    const { clock } = process.world
    const verified = this.#configuration.servers.some(({ kubernetes }) => kubernetes?.pods === 'verified')
    process.onEnd(this.#records.watch(client, verified, () => this.#sync()))
    if (client.reachable()) clock.defer(() => this.#sync())
    process.onEnd(process.files.onChange(this.#path, () => this.#send('corefile.changed')))
    process.onSignal((signal) => {
      if (signal !== 'SIGHUP') this.#send('sigterm')
    })
    this.#listenHttp()
  }

  #sync(): void {
    if (this.#synced) return
    this.#synced = true
    this.#send('synced')
  }

  #send(type: 'synced' | 'corefile.changed' | 'sigterm'): void {
    if (this.#chart.getSnapshot().status === 'active') this.#chart.send({ type })
  }

  #perform({ type }: CorednsEffect): void {
    const process = this.#process
    if (type === 'serve') this.#serve()
    else if (type === 'reload') this.#reload()
    else if (type === 'exit') process.exit(0)
    else if (type === 'waiting')
      process.log('[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server')
    else if (type === 'unsynced')
      process.log('[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API')
    else {
      process.log('[INFO] SIGTERM: Shutting down servers then terminating')
      const seconds = this.#configuration.lameduckMs / 1000
      if (seconds > 0) process.log(`[INFO] plugin/health: Going into lameduck mode for ${seconds}s`)
    }
  }

  #serve(): void {
    const process = this.#process
    for (const { zone, port } of this.#configuration.servers) process.log(`${zone}:${port}`)
    process.log(`[INFO] plugin/reload: Running configuration SHA512 = ${digest(process.files.read(this.#path) ?? '')}`)
    process.log('CoreDNS-1.13.1')
    process.log('linux/amd64, go1.25.2, 1db4568')
    for (const port of new Set(this.#configuration.servers.map((server) => server.port)))
      for (const protocol of ['UDP', 'TCP'] as const)
        process.listen(port, protocol, (request) => this.#answer(port, request.question ?? '', request.from))
  }

  #reload(): void {
    const process = this.#process
    const configuration = read(process, this.#path)
    process.log('[INFO] Reloading')
    if (configuration instanceof CorefileError) {
      process.log(`[ERROR] Restart failed: ${configuration.message}`)
      process.log(`[ERROR] plugin/reload: Corefile changed but reload failed: ${configuration.message}`)
      return
    }
    this.#configuration = configuration
    this.#cache.clear()
    process.log(`[INFO] plugin/reload: Running configuration SHA512 = ${digest(process.files.read(this.#path) ?? '')}`)
    process.log('[INFO] Reloading complete')
  }

  #answer(port: number, question: string, from: string): NetworkAnswer {
    const name = question.replace(/\.$/, '').toLowerCase()
    const server = this.#configuration.servers
      .filter((candidate) => candidate.port === port && isBelow(name, candidate.zone))
      .sort((a, b) => b.zone.length - a.zone.length)[0]
    if (server === undefined) return { rcode: 'SERVFAIL' }
    const answer = this.#cache.through(server, name, () => this.#resolve(server, name))
    if (server.logs) this.#process.log(`[INFO] ${from} - "A IN ${name}. udp" ${answer.rcode ?? 'NOERROR'}`)
    return answer
  }

  #resolve(server: Server, name: string): NetworkAnswer {
    const { random, host, ip } = this.#process
    const choose = (n: number) => random.int(n)
    const context = {
      records: this.#records,
      network: this.#deps.network,
      synced: this.#synced,
      from: { host, ip },
      choose,
    }
    return resolveName(server, context, name)
  }

  #listenHttp(): void {
    const process = this.#process
    const { health, ready, metrics } = this.#configuration
    const serving = () => this.#chart.matches('serving')
    if (health !== undefined) process.listen(health, 'TCP', () => ({ status: 200, body: 'OK', onStale: steady }))
    if (ready !== undefined)
      process.listen(ready, 'TCP', () =>
        serving() && this.#synced ? { status: 200, body: 'OK', onStale: steady } : { status: 503, body: 'kubernetes' },
      )
    if (metrics !== undefined)
      process.listen(metrics, 'TCP', ({ path }) =>
        path === '/metrics'
          ? { status: 200, body: 'coredns_build_info{goversion="go1.25.2",version="1.13.1"} 1\n' }
          : { status: 404 },
      )
  }
}

/** A digest of the configuration that changes with it; not SHA-512, whose value nobody compares. */
function digest(text: string): string {
  let out = ''
  for (let part = 0; part < 16; part++) {
    let hash = 0x811c9dc5 ^ Math.imul(part, 0x9e3779b9)
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    out += ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, '0')
  }
  return out
}
