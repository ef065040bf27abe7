import type { Network, Serve } from './contract.ts'

/** /etc/resolv.conf. Source: resolv.conf(5) */
export interface ResolverConfig {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly ndots: number
}

/** Who asks: an address on a host, with its resolver and its /etc/hosts. */
export interface Source {
  readonly host: string
  readonly ip: string
  readonly resolver?: ResolverConfig
  /** Text of /etc/hosts. */
  readonly hosts?: string
}

export type Lookup = {
  readonly hops: readonly string[]
  /** Virtual time it took. */
  readonly tookMs: number
  /** The server that was asked last. */
  readonly server?: string
} & (
  | { readonly addresses: readonly string[]; readonly name: string }
  | { readonly addresses?: undefined; readonly because: string; readonly rcode?: 'NXDOMAIN' | 'SERVFAIL' }
)

/** RES_TIMEOUT and RES_DFLRETRY of resolv.h: 5 s, asked twice. */
const QUERY_TIMEOUT_MS = 5000
const ATTEMPTS = 2

export function parseResolvConf(text: string): ResolverConfig {
  const nameservers: string[] = []
  let searches: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [key, ...values] = line.trim().split(/\s+/)
    if (key === 'nameserver' && values[0] !== undefined) nameservers.push(values[0])
    else if (key === 'search') searches = values
    else if (key === 'options')
      for (const option of values) if (option.startsWith('ndots:')) ndots = Number(option.slice('ndots:'.length))
  }
  return { nameservers, searches, ndots }
}

/** Names to ask for, in order: with fewer dots than ndots the search domains come first. Source: resolver(3) res_search */
export function candidates(name: string, { searches, ndots }: ResolverConfig): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = searches.map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name]
}

/** Address of a name as /etc/hosts has it. */
export function inHosts(hosts: string | undefined, name: string): string | undefined {
  for (const line of (hosts ?? '').split('\n')) {
    const [ip, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (ip !== undefined && names.includes(name) && !ip.includes(':')) return ip
  }
  return undefined
}

/** Resolves a name as libc does: an address is itself, then /etc/hosts, then the name servers with the search domains. */
export function lookup(network: Network, from: Source, name: string, choose: (n: number) => number): Lookup {
  if (isAddress(name)) return { addresses: [name], name, hops: [], tookMs: 0 }
  const known = inHosts(from.hosts, name)
  if (known !== undefined) return { addresses: [known], name, hops: [`${name} is ${known} in /etc/hosts`], tookMs: 0 }
  const resolver = from.resolver ?? NO_RESOLVER
  if (resolver.nameservers.length === 0) return { because: 'no name server is configured', hops: [], tookMs: 0 }
  const hops: string[] = []
  let tookMs = 0
  let last: Query | undefined
  for (const candidate of candidates(name, resolver)) {
    last = ask(network, from, candidate, resolver, choose)
    tookMs += last.tookMs
    hops.push(...last.hops)
    if (last.addresses !== undefined)
      return { addresses: last.addresses, name: candidate, server: last.server, hops, tookMs }
    if (last.rcode !== 'NXDOMAIN') break
  }
  const because = last?.rcode === 'NXDOMAIN' ? `${name} does not exist (NXDOMAIN)` : (last?.because ?? 'no answer')
  return { because, hops, tookMs, ...(last?.rcode && { rcode: last.rcode }), ...(last && { server: last.server }) }
}

const NO_RESOLVER: ResolverConfig = { nameservers: [], searches: [], ndots: 1 }

interface Query {
  readonly addresses?: readonly string[]
  readonly rcode?: 'NXDOMAIN' | 'SERVFAIL'
  readonly because?: string
  readonly server: string
  readonly hops: readonly string[]
  readonly tookMs: number
}

/** One question to the first server that answers. */
function ask(
  network: Network,
  from: Source,
  question: string,
  resolver: ResolverConfig,
  choose: (n: number) => number,
): Query {
  let tookMs = 0
  let failed: Query | undefined
  for (const server of resolver.nameservers) {
    const connection = network.connect<Serve>(from, { ip: server, port: 53, protocol: 'UDP' }, choose)
    if (connection.outcome !== 'connected') {
      tookMs += connection.outcome === 'timeout' ? QUERY_TIMEOUT_MS * ATTEMPTS : 0
      const because = `name server ${server} does not answer: ${connection.because}`
      failed = { because, server, hops: connection.hops, tookMs }
      continue
    }
    const answer = connection.serve({ protocol: 'DNS', from: from.ip, question })
    tookMs += answer.afterMs ?? 0
    const hops = [...connection.hops, `${question} is ${answer.addresses?.join(', ') || (answer.rcode ?? 'empty')}`]
    const found = answer.addresses !== undefined && answer.addresses.length > 0
    if (found) return { addresses: answer.addresses, server, hops, tookMs }
    if (answer.rcode !== 'SERVFAIL') return { rcode: 'NXDOMAIN', server, hops, tookMs }
    failed = { rcode: 'SERVFAIL', because: `name server ${server} answers SERVFAIL`, server, hops, tookMs }
  }
  return { ...failed!, tookMs }
}

export function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name)
}
