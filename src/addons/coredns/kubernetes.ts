import { parseGoDuration } from '../../api/duration.ts'
import { CorefileError, type Directive } from './corefile.ts'
import type { Records } from './records.ts'

/** The kubernetes plugin as configured. Source: coredns plugin/kubernetes/setup.go ParseStanza */
export interface KubernetesPlugin {
  /** `cluster.local`, `in-addr.arpa`, … */
  readonly zones: readonly string[]
  readonly pods: 'disabled' | 'insecure' | 'verified'
  readonly ttlSeconds: number
  /** Zones whose unknown names go to the next plugin; undefined: none. */
  readonly fallthrough: readonly string[] | undefined
  readonly namespaces: readonly string[]
}

const PROPERTIES = new Set(
  `endpoint_pod_names pods namespaces endpoint tls labels namespace_labels fallthrough ttl transfer kubeconfig multicluster
  ignore noendpoints apiserver_qps apiserver_burst apiserver_max_inflight startup_timeout`.split(/\s+/),
)

/** @throws CorefileError */
export function kubernetesPlugin(directive: Directive, serverZones: readonly string[], file: string): KubernetesPlugin {
  const wrong = (line: number, what: string) =>
    new CorefileError(`plugin/kubernetes: ${file}:${line} - Error during parsing: ${what}`)
  let pods: KubernetesPlugin['pods'] = 'disabled'
  let ttlSeconds = 5
  let fallthrough: readonly string[] | undefined
  const namespaces: string[] = []
  for (const { name, args, line } of directive.block) {
    if (!PROPERTIES.has(name)) throw wrong(line, `unknown property '${name}'`)
    if (name === 'pods') {
      const mode = args[0]
      if (mode !== 'disabled' && mode !== 'insecure' && mode !== 'verified')
        throw wrong(line, `wrong value for pods: ${mode ?? ''},  must be one of: disabled, verified, insecure`)
      pods = mode
    } else if (name === 'ttl') {
      ttlSeconds = Number(args[0])
      if (!(ttlSeconds >= 0 && ttlSeconds <= 3600))
        throw wrong(line, `ttl must be in range [0, 3600]: ${args[0] ?? ''}`)
    } else if (name === 'fallthrough') fallthrough = args.length === 0 ? ['.'] : args
    else if (name === 'namespaces') namespaces.push(...args)
  }
  const zones = directive.args.length === 0 ? serverZones : directive.args.map((zone) => zone.replace(/\.$/, ''))
  return { zones, pods, ttlSeconds, fallthrough, namespaces }
}

/** How long `health` stays in lameduck. */
export function lameduckOf(health: Directive | undefined): number {
  const value = health?.block.find(({ name }) => name === 'lameduck')?.args[0]
  return parseGoDuration(value ?? '0s') ?? 0
}

export type KubernetesAnswer =
  | { readonly addresses: readonly string[] }
  /** The name exists and has no address. */
  | { readonly addresses: readonly []; readonly nodata: true }
  | { readonly alias: string }
  | 'unknown'

/**
 * Answers a name below a zone. Source: coredns plugin/kubernetes/kubernetes.go Records, findServices, findPods
 *
 * @param name without the final dot, lower case
 */
export function answerKubernetes(
  plugin: KubernetesPlugin,
  records: Records,
  name: string,
  zone: string,
): KubernetesAnswer {
  const inside = name === zone ? '' : name.slice(0, -(zone.length + 1))
  if (zone.endsWith('.arpa')) return 'unknown'
  const labels = inside === '' ? [] : inside.split('.')
  const kind = labels.pop()
  if (kind === undefined) return { addresses: [], nodata: true }
  if (kind !== 'svc' && kind !== 'pod')
    return kind === 'dns-version' && labels.length === 0 ? { addresses: [], nodata: true } : 'unknown'
  const namespace = labels.pop()
  if (namespace === undefined) return { addresses: [], nodata: true }
  if (plugin.namespaces.length > 0 && !plugin.namespaces.includes(namespace)) return 'unknown'
  const last = labels.pop()
  if (last === undefined) return records.hasNamespace(namespace) ? { addresses: [], nodata: true } : 'unknown'
  if (kind === 'pod') return labels.length > 0 ? 'unknown' : answerPod(plugin, records, last, namespace)
  return answerService(records, last, namespace, labels)
}

function answerPod(plugin: KubernetesPlugin, records: Records, name: string, namespace: string): KubernetesAnswer {
  if (plugin.pods === 'disabled') return 'unknown'
  const ip = name.replaceAll('-', '.')
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(ip)) return 'unknown'
  if (plugin.pods === 'verified' && !records.isPod(ip, namespace)) return 'unknown'
  return { addresses: [ip] }
}

/** @param before labels left of the Service's: an endpoint's host name, or `_port._protocol` */
function answerService(records: Records, name: string, namespace: string, before: readonly string[]): KubernetesAnswer {
  const service = records.service(name, namespace)
  if (service === undefined) return 'unknown'
  const { type, externalName, clusterIP } = service.spec ?? {}
  if (type === 'ExternalName') return before.length > 0 ? 'unknown' : { alias: externalName ?? '' }
  const isPort = before.length === 2 && before.every((label) => label.startsWith('_'))
  if (before.length > 0 && !isPort) return answerEndpoint(records, name, namespace, before)
  if (
    isPort &&
    !(service.spec?.ports ?? []).some(
      (port) => `_${port.name}` === before[0] && `_${(port.protocol ?? 'TCP').toLowerCase()}` === before[1],
    )
  )
    return 'unknown'
  if (clusterIP !== 'None') return { addresses: clusterIP ? [clusterIP] : [] }
  const addresses = records.addresses(name, namespace).map(({ ip }) => ip)
  return addresses.length === 0 ? 'unknown' : { addresses }
}

function answerEndpoint(
  records: Records,
  name: string,
  namespace: string,
  before: readonly string[],
): KubernetesAnswer {
  if (before.length !== 1) return 'unknown'
  const wanted = before[0]!
  const found = records
    .addresses(name, namespace)
    .filter(({ ip, hostname }) => (hostname ?? ip.replaceAll('.', '-')) === wanted)
  return found.length === 0 ? 'unknown' : { addresses: found.map(({ ip }) => ip) }
}
