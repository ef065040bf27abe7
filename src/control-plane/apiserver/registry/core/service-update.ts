import type { Service, ServiceSpec } from '../../../../api/types.ts'
import type { StrategyContext } from '../contract.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { needsHealthCheck } from '../validation/service.ts'
import { allocate } from './service-allocation.ts'
import { externallyAccessible } from './service-defaults.ts'

/** Members set to undefined go. */
function without<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}

const needsClusterIP = ({ type }: ServiceSpec): boolean => type !== 'ExternalName'
const needsNodePort = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'

/** Source: pkg/registry/core/service/storage/storage.go beginUpdate and strategy.go PrepareForUpdate. */
export function prepareServiceUpdate(service: Service, old: Service, context: StrategyContext): Service {
  const patched = patchAllocated(service.spec, old.spec)
  const normalized = normalizeClusterIPs(patched, old.spec)
  const spec = dropByType(normalized, old.spec)
  const next = { ...service, spec, status: statusOf(spec, old) } as Service
  return allocate(next, context)
}

/** A load balancer's status goes with the load balancer. */
function statusOf(spec: ServiceSpec, { status }: Service): Service['status'] {
  if (spec.type === 'LoadBalancer' || !status?.loadBalancer?.ingress) return status
  return { ...status, loadBalancer: {} }
}

/** Gives back what a client that knows only part of the Service left out. Source: patchAllocatedValues. */
function patchAllocated(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const keepsIP = needsClusterIP(old) && needsClusterIP(spec)
  const keepsHealthPort = needsHealthCheck(old) && needsHealthCheck(spec)
  return without({
    ...spec,
    clusterIP: keepsIP ? spec.clusterIP || old.clusterIP : spec.clusterIP,
    clusterIPs: keepsIP && !spec.clusterIPs?.length ? old.clusterIPs : spec.clusterIPs,
    ports: needsNodePort(old) && needsNodePort(spec) ? patchNodePorts(spec, old) : spec.ports,
    healthCheckNodePort: keepsHealthPort
      ? spec.healthCheckNodePort || old.healthCheckNodePort
      : spec.healthCheckNodePort,
  }) as ServiceSpec
}

function patchNodePorts(spec: ServiceSpec, old: ServiceSpec): ServiceSpec['ports'] {
  const used = new Set((spec.ports ?? []).map((port) => port.nodePort).filter(Boolean))
  const byName = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort]))
  return spec.ports?.map((port) => {
    const known = byName.get(port.name ?? '')
    return port.nodePort || !known || used.has(known) ? port : { ...port, nodePort: known }
  })
}

/** `clusterIP` is what old clients know, `clusterIPs[0]` what new ones know. Source: normalizeClusterIPs. */
function normalizeClusterIPs(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  if (spec.clusterIP === old.clusterIP || !semanticallyEqual(spec.clusterIPs, old.clusterIPs)) return spec
  return without({ ...spec, clusterIPs: spec.clusterIP ? [spec.clusterIP] : undefined }) as ServiceSpec
}

/** Fields that the new type has no use for go, unless the caller changed them too. Source: strategy.go dropTypeDependentFields. */
function dropByType(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const dropIf = <K extends keyof ServiceSpec>(field: K, unneeded: boolean): ServiceSpec[K] | undefined =>
    unneeded && semanticallyEqual(spec[field], old[field]) ? undefined : spec[field]
  const toExternalName = needsClusterIP(old) && !needsClusterIP(spec)
  const noBalancer = old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer'
  const sameIPs = spec.clusterIP === old.clusterIP && semanticallyEqual(spec.clusterIPs, old.clusterIPs)
  const hidden = externallyAccessible(old) && !externallyAccessible(spec)
  return without({
    ...spec,
    clusterIP: toExternalName && sameIPs ? undefined : spec.clusterIP,
    clusterIPs: toExternalName && sameIPs ? undefined : spec.clusterIPs,
    ipFamilies: dropIf('ipFamilies', toExternalName),
    ipFamilyPolicy: dropIf('ipFamilyPolicy', toExternalName),
    ports: needsNodePort(old) && !needsNodePort(spec) ? withoutNodePorts(spec, old) : spec.ports,
    healthCheckNodePort: dropIf('healthCheckNodePort', needsHealthCheck(old) && !needsHealthCheck(spec)),
    allocateLoadBalancerNodePorts: dropIf('allocateLoadBalancerNodePorts', noBalancer),
    loadBalancerClass: dropIf('loadBalancerClass', noBalancer),
    externalTrafficPolicy: dropIf('externalTrafficPolicy', hidden),
  }) as ServiceSpec
}

function withoutNodePorts({ ports = [] }: ServiceSpec, old: ServiceSpec): ServiceSpec['ports'] {
  const known = new Set((old.ports ?? []).map((port) => port.nodePort))
  const unchanged = ports.every((port) => !port.nodePort || known.has(port.nodePort))
  return unchanged ? ports.map(({ nodePort: _released, ...port }) => port) : ports
}
