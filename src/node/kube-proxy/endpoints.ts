import type { EndpointSlice, Service, ServicePort } from '../../api/types.ts'
import type { Endpoint, HealthCheckPort, ServiceRule } from '../../network/contract.ts'

/** Endpoints behind one port, sorted by what a Service may do with them. */
interface PortEndpoints {
  readonly ready: readonly Endpoint[]
  /** Serving while they terminate. */
  readonly terminating: readonly Endpoint[]
}

const NONE: PortEndpoints = { ready: [], terminating: [] }

/** Slice -> port name and protocol -> endpoints; a slice is read once, however many nodes look at it. */
const bySlice = new WeakMap<EndpointSlice, ReadonlyMap<string, PortEndpoints>>()

/** The last rules made of a Service: made again only when the Service or one of its slices is another object. */
const byService = new WeakMap<
  Service,
  { readonly slices: readonly EndpointSlice[]; readonly rules: readonly ServiceRule[] }
>()

/**
 * What a node does with packets to a Service. Source: pkg/proxy/serviceport.go newBaseServiceInfo,
 * pkg/proxy/topology.go CategorizeEndpoints
 */
export function rulesOf(service: Service, slices: readonly EndpointSlice[]): readonly ServiceRule[] {
  const last = byService.get(service)
  if (last !== undefined && sameSlices(last.slices, slices)) return last.rules
  const rules = isProxied(service) ? (service.spec?.ports ?? []).map((port) => ruleOf(service, port, slices)) : []
  byService.set(service, { slices, rules })
  return rules
}

/** Source: pkg/proxy/util/utils.go ShouldSkipService */
function isProxied({ spec }: Service): boolean {
  return !!spec?.clusterIP && spec.clusterIP !== 'None' && spec.type !== 'ExternalName'
}

function sameSlices(a: readonly EndpointSlice[], b: readonly EndpointSlice[]): boolean {
  return a.length === b.length && a.every((slice, index) => slice === b[index])
}

function ruleOf(service: Service, port: ServicePort, slices: readonly EndpointSlice[]): ServiceRule {
  const { metadata, spec = {} as NonNullable<Service['spec']> } = service
  const protocol = (port.protocol ?? 'TCP') as ServiceRule['protocol']
  const { ready, terminating } = endpointsOf(slices, `${port.name ?? ''}/${protocol}`)
  const ingress = balancerAddresses(service)
  const ranges = spec.loadBalancerSourceRanges ?? []
  const externalIPs = [...(spec.externalIPs ?? []), ...ingress]
  const name = `${metadata.namespace}/${metadata.name}`
  return {
    name: port.name ? `${name}:${port.name}` : name,
    clusterIP: spec.clusterIP!,
    port: port.port,
    protocol,
    ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    endpoints: ready.length > 0 ? ready : terminating,
    ...(terminating.length > 0 && { terminating }),
    ...(externalIPs.length > 0 && { externalIPs }),
    ...(ingress.length > 0 && { balancerIPs: ingress }),
    ...(ingress.length > 0 && ranges.length > 0 && { sourceRanges: ranges }),
    ...(spec.internalTrafficPolicy === 'Local' && { internalTrafficPolicy: 'Local' }),
    ...(spec.externalTrafficPolicy === 'Local' && { externalTrafficPolicy: 'Local' }),
    ...(spec.sessionAffinity === 'ClientIP' && { sessionAffinity: 'ClientIP' }),
  }
}

/** A balancer that is a proxy of its own is gone through; all others are short-cut. Source: pkg/proxy/serviceport.go newBaseServiceInfo (LoadBalancerIPMode) */
function balancerAddresses({ status }: Service): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode = 'VIP' }) =>
    ip !== undefined && ipMode === 'VIP' ? [ip] : [],
  )
}

/** What a node answers at the health check port of a Service, if it has one. Source: pkg/proxy/endpointschangetracker.go */
export function healthCheckOf(service: Service, slices: readonly EndpointSlice[]): HealthCheckPort | undefined {
  const { metadata, spec } = service
  if (!spec?.healthCheckNodePort || spec.externalTrafficPolicy !== 'Local') return undefined
  const ips = new Map<string, Set<string>>()
  for (const { addresses, conditions, nodeName } of slices.flatMap(({ endpoints }) => endpoints ?? [])) {
    if (nodeName === undefined || conditions?.ready === false) continue
    ips.set(nodeName, (ips.get(nodeName) ?? new Set()).add(addresses[0]!))
  }
  const ready = new Map([...ips].map(([node, addresses]) => [node, addresses.size]))
  return { namespace: metadata.namespace!, name: metadata.name, port: spec.healthCheckNodePort, ready }
}

function endpointsOf(slices: readonly EndpointSlice[], port: string): PortEndpoints {
  if (slices.length === 0) return NONE
  const parts = slices.map((slice) => read(slice).get(port) ?? NONE)
  if (parts.length === 1) return parts[0]!
  return { ready: parts.flatMap((part) => part.ready), terminating: parts.flatMap((part) => part.terminating) }
}

function read(slice: EndpointSlice): ReadonlyMap<string, PortEndpoints> {
  let ports = bySlice.get(slice)
  if (ports === undefined) {
    ports = new Map(
      (slice.ports ?? []).flatMap(({ name, protocol, port }) =>
        port === undefined ? [] : [[`${name ?? ''}/${protocol ?? 'TCP'}`, portEndpoints(slice, port)]],
      ),
    )
    bySlice.set(slice, ports)
  }
  return ports
}

function portEndpoints(slice: EndpointSlice, port: number): PortEndpoints {
  const ready: Endpoint[] = []
  const terminating: Endpoint[] = []
  for (const { addresses, conditions, nodeName } of slice.endpoints ?? []) {
    const endpoint = { ip: addresses[0]!, port, ...(nodeName !== undefined && { node: nodeName }) }
    const isReady = conditions?.ready !== false
    if (isReady) ready.push(endpoint)
    else if (conditions?.terminating && conditions.serving !== false) terminating.push(endpoint)
  }
  return { ready, terminating }
}
