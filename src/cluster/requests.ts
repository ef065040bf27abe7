import type { Pod } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { Network } from '../network/contract.ts'
import { type HttpOutcome, httpRequest } from '../network/http.ts'
import { GATEWAY } from '../network/index.ts'
import { lookup, parseResolvConf, type Source } from '../network/resolver.ts'
import type { RequestOutcome, RequestSource } from './contract.ts'
import type { Machine } from './machines.ts'

type From = RequestSource

/** Where names of pods and hosts are found. */
export interface Directory {
  readonly admin: Client
  readonly machines: ReadonlyMap<string, Machine>
}

/** A request as curl in a pod (or on a host) would make it. */
export function requestFrom(
  network: Network,
  directory: Directory,
  from: From,
  url: string,
  choose: (n: number) => number,
): RequestOutcome {
  const found = askFrom(network, directory.machines, from, url, choose)
  if (typeof found === 'string') return { outcome: 'refused', because: found, hops: [] }
  if (found.outcome === 'answered') {
    const { status, body, ip, hops } = found
    const headers = Object.fromEntries(
      Object.entries(found.headers).map(([name, value]) => [name.toLowerCase(), value]),
    )
    const [pod] = directory.admin.list('Pod', { fieldSelector: `status.podIP=${ip}` })
    return { outcome: 'answered', status, body, headers, hops, ...(pod ? { pod: pod.metadata.name } : {}) }
  }
  const outcome = found.outcome === 'unreachable' ? 'timeout' : found.outcome
  return { outcome, because: found.because, hops: found.hops }
}

/** The same, without looking who answered. @returns a text says why nothing can be asked from there */
export function askFrom(
  network: Network,
  machines: Directory['machines'],
  from: From,
  url: string,
  choose: (n: number) => number,
): HttpOutcome | string {
  const source = sourceOf(machines, from)
  return typeof source === 'string' ? source : httpRequest(network, source, url, choose)
}

export function resolveFrom(network: Network, directory: Directory, from: From, name: string): readonly string[] {
  const source = sourceOf(directory.machines, from)
  return typeof source === 'string' ? [] : (lookup(network, source, name, () => 0).addresses ?? [])
}

/** The asker on the network, or why it cannot ask. */
function sourceOf(machines: Directory['machines'], from: From): Source | string {
  if ('host' in from) {
    const machine = machines.get(from.host)
    if (machine === undefined) return `there is no host "${from.host}"`
    const { host } = machine
    return { host: host.name, ip: host.ip, resolver: parseResolvConf(host.files.read('/etc/resolv.conf') ?? '') }
  }
  if ('outside' in from)
    return { host: 'gateway', ip: from.outside, resolver: { nameservers: [GATEWAY], searches: [], ndots: 1 } }
  // What runs on the machines asks, whether an API server tells of it or not.
  for (const machine of machines.values())
    for (const { ready, ip, config } of machine.host.runtime?.sandboxes() ?? [])
      if (ready && config.pod.metadata.name === from.pod && config.pod.metadata.namespace === from.namespace)
        return { host: machine.host.name, ip, resolver: resolverOf(config.pod, machine) }
  return `the pod ${from.namespace}/${from.pod} is not running`
}

/** Source: pkg/kubelet/network/dns/dns.go */
function resolverOf({ spec, metadata }: Pod, { host }: Machine) {
  const policy = spec.dnsPolicy ?? 'ClusterFirst'
  const ofHost = policy === 'Default' || (policy === 'ClusterFirst' && spec.hostNetwork)
  if (ofHost) return parseResolvConf(host.files.read('/etc/resolv.conf') ?? '')
  const dns = /clusterDNS:\s*\n- (\S+)/.exec(host.files.read('/var/lib/kubelet/config.yaml') ?? '')?.[1]
  const searches = [`${metadata.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local']
  return { nameservers: dns === undefined ? [] : [dns], searches, ndots: 5 }
}
