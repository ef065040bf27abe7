import type { Service, ServicePort, ServiceSpec, SessionAffinityConfig } from '../../../../api/types.ts'

/** Source: api/core/v1 DefaultClientIPServiceAffinitySeconds. */
const AFFINITY_SECONDS = 10_800

function portDefaults(port: ServicePort): ServicePort {
  const targetPort = port.targetPort || port.port
  if (port.protocol && targetPort === port.targetPort) return port
  return { ...port, protocol: port.protocol || 'TCP', targetPort }
}

function affinityConfig(spec: ServiceSpec, affinity: string): SessionAffinityConfig | undefined {
  if (affinity === 'None') return undefined
  if (affinity !== 'ClientIP' || spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) {
    return spec.sessionAffinityConfig
  }
  return { clientIP: { timeoutSeconds: AFFINITY_SECONDS } }
}

/** Reachable from outside the cluster. Source: pkg/api/service/util.go ExternallyAccessible. */
export const externallyAccessible = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0)

/** Drops members that are undefined, so that absent stays absent. */
function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Service. */
export function serviceDefaults(service: Service): Service {
  const spec = service.spec ?? {}
  const type = spec.type || 'ClusterIP'
  const sessionAffinity = spec.sessionAffinity || 'None'
  const internal = type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer'
  const outside = externallyAccessible({ ...spec, type })
  const next = defined<ServiceSpec>({
    ...spec,
    type,
    sessionAffinity,
    sessionAffinityConfig: affinityConfig(spec, sessionAffinity),
    ports: spec.ports?.map(portDefaults),
    externalTrafficPolicy: spec.externalTrafficPolicy || (outside ? 'Cluster' : undefined),
    internalTrafficPolicy: spec.internalTrafficPolicy ?? (internal ? 'Cluster' : undefined),
    allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? (type === 'LoadBalancer' ? true : undefined),
  })
  return withLoadBalancerDefaults({ ...service, spec: next }, type)
}

function withLoadBalancerDefaults(service: Service, type: string): Service {
  const ingress = service.status?.loadBalancer?.ingress
  if (type !== 'LoadBalancer' || !ingress?.some((each) => each.ip && !each.ipMode)) return service
  const withMode = ingress.map((each) => (each.ip && !each.ipMode ? { ...each, ipMode: 'VIP' } : each))
  return { ...service, status: { ...service.status, loadBalancer: { ingress: withMode } } }
}
