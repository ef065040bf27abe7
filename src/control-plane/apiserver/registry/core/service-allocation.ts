import { findCondition } from '../../../../api/conditions.ts'
import { formatIP, type IPNetwork, maskedValue, parseCIDR, parseIP } from '../../../../api/ip.ts'
import type { Service, ServiceCIDR, ServicePort, ServiceSpec } from '../../../../api/types.ts'
import type { FieldError, StrategyContext } from '../contract.ts'
import { type Errors, invalid } from '../validation/field-error.ts'
import { needsHealthCheck } from '../validation/service.ts'

/**
 * Cluster IPs and node ports. What is taken is what other Services have: there is no second book to fall out of step.
 * Source: pkg/registry/core/service/storage/alloc.go, ipallocator and portallocator.
 */

/** --service-node-port-range */
const NODE_PORTS = { first: 30_000, size: 2768 }

const servicesBut = (service: Service, context: StrategyContext): readonly Service[] =>
  (context.list('Service') as readonly Service[]).filter(
    ({ metadata }) => metadata.name !== service.metadata.name || metadata.namespace !== service.metadata.namespace,
  )

const isHeadless = ({ clusterIP }: ServiceSpec): boolean => clusterIP === 'None'
const needsNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'

/** The low part of a range is for people who choose themselves. Source: calculateRangeOffset of both allocators. */
const staticBand = (size: number, step: number, most: number): number =>
  size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / step)), most)

/** A free number: at random from the upper part, from the lower one when that is full; undefined when the range is. */
function pick(
  size: number,
  band: number,
  isTaken: (offset: number) => boolean,
  context: StrategyContext,
): number | undefined {
  for (const [from, count] of [
    [band, size - band],
    [0, band],
  ] as const) {
    if (count <= 0) continue
    const start = context.random(count)
    for (let i = 0; i < count; i++) {
      const offset = from + ((start + i) % count)
      if (!isTaken(offset)) return offset
    }
  }
  return undefined
}

/** The largest range that is walked; upstream cuts IPv6 ranges in the same way. */
const MOST_ADDRESSES = 2 ** 16

function usable(network: IPNetwork): { readonly first: bigint; readonly size: number } {
  const width = network.address.family === 4 ? 32 : 128
  const size = Math.min(2 ** (width - network.bits), 2 ** 30)
  // Neither the network address nor, for IPv4, the broadcast address.
  return { first: maskedValue(network) + 1n, size: Math.max(0, size - (network.address.family === 4 ? 2 : 1)) }
}

/**
 * The server's own range, then those of further ServiceCIDRs that are ready and stay, of its family.
 * Source: ipallocator/cidrallocator.go MetaAllocator
 */
function serviceRanges(context: StrategyContext): readonly IPNetwork[] {
  const own = parseCIDR(context.serviceCIDR)!
  const further = (context.list('ServiceCIDR') as readonly ServiceCIDR[])
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ status }) => findCondition(status?.conditions, 'Ready')?.status === 'True')
    .flatMap(({ spec }) => spec?.cidrs ?? [])
  const networks = further.flatMap((text) => (text === context.serviceCIDR ? [] : (parseCIDR(text) ?? [])))
  return [own, ...networks.filter(({ address }) => address.family === own.address.family)]
}

function freeClusterIP(taken: ReadonlySet<string>, context: StrategyContext): string | undefined {
  for (const network of serviceRanges(context)) {
    const ip = freeIPOf(network, taken, context)
    if (ip !== undefined) return ip
  }
  return undefined
}

function freeIPOf(network: IPNetwork, taken: ReadonlySet<string>, context: StrategyContext): string | undefined {
  const { first, size } = usable(network)
  const { family } = network.address
  const band = staticBand(size + 2, 16, 256)
  const ipAt = (offset: number) => formatIP({ family, value: first + BigInt(offset) })
  const walked = Math.min(size, Math.max(MOST_ADDRESSES, taken.size + band + 1))
  const offset = pick(walked, Math.min(band, walked), (each) => taken.has(ipAt(each)), context)
  return offset === undefined ? undefined : ipAt(offset)
}

const familyOf = (cidr: string): 'IPv4' | 'IPv6' => (parseCIDR(cidr)!.address.family === 4 ? 'IPv4' : 'IPv6')

/** Fills in family, policy, cluster IP and ports that the caller left open. What was asked for stays, to be judged by {@link allocationErrors}. */
export function allocate(service: Service, context: StrategyContext): Service {
  const { spec } = service
  if (spec.type === 'ExternalName') return service
  const others = servicesBut(service, context)
  const withIPs = { ...spec, ...familyFields(spec, context), ...clusterIPFields(spec, others, context) }
  return { ...service, spec: withPorts(withIPs, others, context) }
}

/** Source: initIPFamilyFields, on a cluster with one family. */
function familyFields(spec: ServiceSpec, context: StrategyContext): Pick<ServiceSpec, 'ipFamilies' | 'ipFamilyPolicy'> {
  const selectorless = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0
  const ipFamilyPolicy = spec.ipFamilyPolicy ?? (selectorless ? 'RequireDualStack' : 'SingleStack')
  const given = spec.ipFamilies?.length ? spec.ipFamilies : familiesOfIPs(spec)
  const families = given.length > 0 ? given : [familyOf(context.serviceCIDR)]
  if (!selectorless || ipFamilyPolicy === 'SingleStack' || families.length > 1) {
    return { ipFamilyPolicy, ipFamilies: families }
  }
  return { ipFamilyPolicy, ipFamilies: [families[0]!, families[0] === 'IPv4' ? 'IPv6' : 'IPv4'] }
}

const familiesOfIPs = ({ clusterIPs = [] }: ServiceSpec): readonly string[] =>
  clusterIPs.flatMap((ip) => {
    const family = parseIP(ip)?.family
    return family === undefined ? [] : [`IPv${family}`]
  })

function clusterIPFields(
  spec: ServiceSpec,
  others: readonly Service[],
  context: StrategyContext,
): Partial<ServiceSpec> {
  const { clusterIP, clusterIPs = [] } = spec
  if (clusterIP) return { clusterIPs: clusterIPs.length > 0 ? clusterIPs : [clusterIP] }
  if (clusterIPs.length > 0) return {}
  const taken = new Set(others.flatMap((other) => other.spec.clusterIPs ?? []))
  const ip = freeClusterIP(taken, context)
  return ip === undefined ? {} : { clusterIP: ip, clusterIPs: [ip] }
}

/** Node ports that belong to other Services, health check ports included. */
const portsOf = (services: readonly Service[]): Set<number> =>
  new Set(
    services
      .flatMap(({ spec }) => [...(spec.ports ?? []).map((port) => port.nodePort ?? 0), spec.healthCheckNodePort ?? 0])
      .filter((port) => port !== 0),
  )

function freeNodePort(taken: Set<number>, context: StrategyContext): number | undefined {
  const { first, size } = NODE_PORTS
  const offset = pick(size, staticBand(size, 32, 128), (each) => taken.has(first + each), context)
  if (offset !== undefined) taken.add(first + offset)
  return offset === undefined ? undefined : first + offset
}

function withPorts(spec: ServiceSpec, others: readonly Service[], context: StrategyContext): ServiceSpec {
  if (!needsNodePorts(spec) || !spec.ports) return spec
  const taken = portsOf(others)
  for (const { nodePort } of spec.ports) if (nodePort) taken.add(nodePort)
  const allocates = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false
  const ports = allocates ? withNodePorts(spec.ports, taken, context) : spec.ports
  if (!needsHealthCheck(spec) || spec.healthCheckNodePort) return { ...spec, ports }
  const healthCheckNodePort = freeNodePort(taken, context)
  return { ...spec, ports, ...(healthCheckNodePort !== undefined && { healthCheckNodePort }) }
}

/** Ports of the same number (TCP and UDP 53) share a node port. Source: initNodePorts. */
function withNodePorts(
  ports: readonly ServicePort[],
  taken: Set<number>,
  context: StrategyContext,
): readonly ServicePort[] {
  const chosen = new Map(ports.filter((each) => each.nodePort).map((each) => [each.port, each.nodePort]))
  return ports.map((each) => {
    if (each.nodePort) return each
    const nodePort = chosen.get(each.port) ?? freeNodePort(taken, context)
    chosen.set(each.port, nodePort)
    return nodePort === undefined ? each : { ...each, nodePort }
  })
}

/** What was asked for and cannot be had. */
export function allocationErrors(
  service: Service,
  old: Service | undefined,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = []
  if (service.spec.type === 'ExternalName') return errors
  familyErrors(errors, service.spec, context)
  if (errors.length > 0) return errors
  const others = servicesBut(service, context)
  clusterIPErrors(errors, service.spec, old, others, context)
  if (errors.length === 0 && needsNodePorts(service.spec)) nodePortErrors(errors, service.spec, old, others)
  return errors
}

function familyErrors(errors: Errors, spec: ServiceSpec, context: StrategyContext): void {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy, selector = {} } = spec
  if (isHeadless(spec) && Object.keys(selector).length === 0) return
  const configured = familyOf(context.serviceCIDR)
  const policy = 'spec.ipFamilyPolicy'
  if (ipFamilyPolicy === 'SingleStack') {
    const either = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
    if (clusterIPs.length === 2) invalid(errors, policy, ipFamilyPolicy, `${either} cluster IPs are specified`)
    if (ipFamilies.length === 2) invalid(errors, policy, ipFamilyPolicy, `${either} IP families are specified`)
  }
  if (ipFamilyPolicy === 'RequireDualStack') {
    invalid(errors, policy, ipFamilyPolicy, 'this cluster is not configured for dual-stack services')
  }
  for (const [i, family] of ipFamilies.entries()) {
    if (family !== configured && (family === 'IPv4' || family === 'IPv6')) {
      invalid(errors, `spec.ipFamilies[${i}]`, family, 'not configured on this cluster')
    }
  }
}

function clusterIPErrors(
  errors: Errors,
  { clusterIPs = [] }: ServiceSpec,
  old: Service | undefined,
  others: readonly Service[],
  context: StrategyContext,
): void {
  if (clusterIPs.length === 0) {
    invalid(errors, 'spec.clusterIPs', null, 'failed to allocate IP: range is full')
    return
  }
  const kept = new Set(old?.spec.type === 'ExternalName' ? [] : old?.spec.clusterIPs)
  const ranges = serviceRanges(context)
  for (const ip of clusterIPs) {
    const address = parseIP(ip)
    if (ip === 'None' || kept.has(ip) || !address) continue
    const inside = ranges.some((network) => {
      const { first, size } = usable(network)
      const offset = address.value - first
      return address.family === network.address.family && offset >= 0n && offset < BigInt(size)
    })
    const taken = others.some((other) => other.spec.clusterIPs?.includes(ip))
    const why = !inside
      ? 'the provided network does not match the current range'
      : taken
        ? 'provided IP is already allocated'
        : undefined
    if (why) invalid(errors, 'spec.clusterIPs', clusterIPs, `failed to allocate IP ${ip}: ${why}`)
  }
}

function nodePortErrors(
  errors: Errors,
  { ports = [] }: ServiceSpec,
  old: Service | undefined,
  others: readonly Service[],
): void {
  const kept = portsOf(old ? [old] : [])
  const taken = portsOf(others)
  const { first, size } = NODE_PORTS
  for (const [i, { nodePort }] of ports.entries()) {
    if (!nodePort || kept.has(nodePort)) continue
    const outside = nodePort < first || nodePort >= first + size
    const range = `The range of valid ports is ${first}-${first + size - 1}`
    const why = outside
      ? `provided port is not in the valid range. ${range}`
      : taken.has(nodePort)
        ? 'provided port is already allocated'
        : undefined
    if (why) invalid(errors, `spec.ports[${i}].nodePort`, nodePort, why)
  }
}
