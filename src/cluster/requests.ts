import type { Client } from '../client/contract.ts'
import type { Network } from '../network/contract.ts'
import { type HttpOutcome, httpRequest } from '../network/http.ts'
import { GATEWAY } from '../network/index.ts'
import { lookup, parseResolvConf, type Source } from '../network/resolver.ts'
import type { Mount } from '../node/host/mounts.ts'
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
    const { name, ip, files } = machine.host
    return asker(name, ip, (path) => files.read(path))
  }
  if ('outside' in from)
    return { host: 'gateway', ip: from.outside, resolver: { nameservers: [GATEWAY], searches: [], ndots: 1 } }
  // What runs on the machines asks, whether an API server tells of it or not.
  for (const { host } of machines.values())
    for (const { id, ready, ip, config } of host.runtime?.sandboxes() ?? []) {
      const { name, namespace } = config.pod.metadata
      if (!ready || name !== from.pod || namespace !== from.namespace) continue
      const container = host.runtime?.containersOf(id).find(({ state }) => state === 'running')
      if (container === undefined) return `no container of the pod ${namespace}/${name} is running`
      return asker(host.name, ip, (path) => mountedFile(container.config.mounts, path))
    }
  return `the pod ${from.namespace}/${from.pod} is not running`
}

function asker(host: string, ip: string, read: (path: string) => string | undefined): Source {
  return { host, ip, resolver: parseResolvConf(read('/etc/resolv.conf') ?? ''), hosts: read('/etc/hosts') ?? '' }
}

/** A file that the kubelet, or a volume, has put into a container by itself. */
function mountedFile(mounts: readonly Mount[], path: string): string | undefined {
  const mount = mounts.find((each) => each.path === path)
  const files = typeof mount?.files === 'function' ? mount.files() : mount?.files
  return files?.read(mount?.from ?? '/')
}
