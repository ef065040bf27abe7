import type { Network, NetworkAnswer, Serve } from '../../network/contract.ts'
import { parseResolvConf } from '../../network/resolver.ts'
import { CorefileError, type Directive, parseCorefile, type ServerBlock } from './corefile.ts'
import { answerKubernetes, type KubernetesPlugin, kubernetesPlugin, lameduckOf } from './kubernetes.ts'
import type { Records } from './records.ts'

/** A Corefile understood: what to serve where. */
export interface Configuration {
  readonly servers: readonly Server[]
  readonly lameduckMs: number
  /** 0 without the reload plugin. */
  readonly reloadMs: number
  /** Ports of `health`, `ready` and `prometheus`; undefined without the plugin. */
  readonly health: number | undefined
  readonly ready: number | undefined
  readonly metrics: number | undefined
}

export interface Server {
  readonly port: number
  readonly zone: string
  readonly kubernetes: KubernetesPlugin | undefined
  readonly hosts: ReadonlyMap<string, readonly string[]>
  readonly rewrites: readonly { readonly from: string; readonly to: string }[]
  readonly upstreams: readonly string[] | undefined
  readonly cacheSeconds: number
  /** Zones whose answers are not cached. */
  readonly uncached: readonly string[]
  readonly logs: boolean
}

/** @throws CorefileError as CoreDNS words it */
export function readConfiguration(text: string, file: string, resolvConf: string): Configuration {
  const blocks = parseCorefile(text, file)
  const plugins = blocks.flatMap((block) => block.plugins)
  const one = (name: string) => plugins.find((plugin) => plugin.name === name)
  return {
    servers: blocks.flatMap((block) =>
      block.zones.map(({ zone, port }) => server(block, zone, port, file, resolvConf)),
    ),
    lameduckMs: lameduckOf(one('health')),
    reloadMs: one('reload') === undefined ? 0 : 30_000,
    health: one('health') && portOf(one('health')?.args[0], 8080),
    ready: one('ready') && portOf(one('ready')?.args[0], 8181),
    metrics: one('prometheus') && portOf(one('prometheus')?.args[0], 9153),
  }
}

function server(block: ServerBlock, zone: string, port: number, file: string, resolvConf: string): Server {
  const one = (name: string) => block.plugins.find((plugin) => plugin.name === name)
  const zones = block.zones.map((entry) => entry.zone)
  const kubernetes = one('kubernetes')
  const cache = one('cache')
  const forward = one('forward')
  return {
    port,
    zone,
    kubernetes: kubernetes && kubernetesPlugin(kubernetes, zones, file),
    hosts: hostsOf(one('hosts')),
    rewrites: block.plugins.filter(({ name }) => name === 'rewrite').flatMap((plugin) => rewritesOf(plugin, file)),
    upstreams: forward && upstreamsOf(forward, file, resolvConf),
    cacheSeconds: cache === undefined ? 0 : Number(cache.args[0] ?? 3600),
    uncached: (cache?.block ?? []).filter(({ name }) => name === 'disable').flatMap(({ args }) => args.slice(1)),
    logs: one('log') !== undefined,
  }
}

function hostsOf(directive: Directive | undefined): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, readonly string[]>()
  for (const { name, args } of directive?.block ?? [])
    if (/^\d/.test(name)) for (const host of args) hosts.set(host, [...(hosts.get(host) ?? []), name])
  return hosts
}

/** `rewrite name [exact] A B`; other rules are not simulated and say so. */
function rewritesOf({ args, line }: Directive, file: string): Server['rewrites'] {
  const [field, ...rest] = args
  const words = rest[0] === 'exact' ? rest.slice(1) : rest
  if (field !== 'name' || words.length !== 2)
    throw new CorefileError(`plugin/rewrite: ${file}:${line} - only 'rewrite name [exact] FROM TO' is simulated`)
  return [{ from: words[0]!.replace(/\.$/, ''), to: words[1]!.replace(/\.$/, '') }]
}

/** Source: coredns plugin/forward/setup.go parseStanza, plugin/pkg/parse/host.go HostPortOrFile */
function upstreamsOf({ args, line }: Directive, file: string, resolvConf: string): readonly string[] {
  const wrong = (what: string) => new CorefileError(`plugin/forward: ${file}:${line} - Error during parsing: ${what}`)
  const to = args.slice(1)
  if (to.length === 0) throw wrong(`Wrong argument count or unexpected line ending after '${args.at(-1) ?? 'forward'}'`)
  const servers = to.flatMap((upstream) => {
    if (upstream === '/etc/resolv.conf') return parseResolvConf(resolvConf).nameservers
    const address = upstream.replace(/^(dns|tls):\/\//, '').replace(/:\d+$/, '')
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) throw wrong(`not an IP address or file: "${upstream}"`)
    return [address]
  })
  if (servers.length === 0) throw wrong('no nameservers found')
  return servers
}

function portOf(address: string | undefined, fallback: number): number {
  return Number(/:(\d+)$/.exec(address ?? '')?.[1] ?? fallback)
}

export interface AnswerContext {
  readonly records: Records
  readonly network: Network
  /** Whether the API's data has arrived. */
  readonly synced: boolean
  readonly from: { readonly host: string; readonly ip: string }
  choose(n: number): number
}

type DnsAnswer = Pick<NetworkAnswer, 'addresses' | 'rcode'>

const NXDOMAIN: DnsAnswer = { rcode: 'NXDOMAIN' }
const SERVFAIL: DnsAnswer = { rcode: 'SERVFAIL' }
const MAX_ALIASES = 8

/** What a server answers, without its cache. */
export function resolveName(server: Server, context: AnswerContext, question: string, depth = 0): DnsAnswer {
  const rewritten = server.rewrites.find(({ from }) => from === question)
  const name = rewritten?.to ?? question
  const hosts = server.hosts.get(name)
  if (hosts !== undefined) return { addresses: hosts, rcode: 'NOERROR' }
  const { kubernetes } = server
  const zone = kubernetes?.zones.filter((candidate) => isBelow(name, candidate)).sort((a, b) => b.length - a.length)[0]
  if (kubernetes !== undefined && zone !== undefined) {
    if (!context.synced) return SERVFAIL
    const found = answerKubernetes(kubernetes, context.records, name, zone)
    if (typeof found === 'object' && 'alias' in found)
      return depth >= MAX_ALIASES ? SERVFAIL : resolveName(server, context, found.alias.replace(/\.$/, ''), depth + 1)
    if (typeof found === 'object') return { addresses: found.addresses, rcode: 'NOERROR' }
    if (!kubernetes.fallthrough?.some((candidate) => isBelow(name, candidate))) return NXDOMAIN
  }
  return server.upstreams === undefined ? SERVFAIL : forward(server.upstreams, context, name)
}

/** Asks one of the upstream servers; out there, past the network's gateway, no name exists. */
function forward(upstreams: readonly string[], context: AnswerContext, question: string): DnsAnswer {
  const upstream = upstreams[context.choose(upstreams.length)]!
  const to = { ip: upstream, port: 53, protocol: 'UDP' } as const
  const connection = context.network.connect<Serve>(context.from, to, context.choose)
  if (connection.outcome !== 'connected') return SERVFAIL
  return connection.serve({ protocol: 'DNS', from: context.from.ip, question })
}

export function isBelow(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`)
}
