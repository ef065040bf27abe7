import { isPodTerminal } from '../../api/conditions.ts'
import type { Pod, Service, ServicePort } from '../../api/types.ts'

/** What Endpoints and EndpointSlices have in common. */

/** A pod with an address that has not ended. Source: endpointslice/util/controller_utils.go ShouldPodBeInEndpoints */
export function isEndpoint(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod)) return false
  if ((pod.status?.podIP ?? '') === '' && (pod.status?.podIPs ?? []).length === 0) return false
  return includeTerminating || pod.metadata.deletionTimestamp === undefined
}

/** Source: ShouldSetHostname */
export function endpointHostname(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec
  return hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? hostname : undefined
}

/** Addresses of a pod of one family. */
export function addressesOf({ status }: Pod, family: 'IPv4' | 'IPv6'): string[] {
  const ips = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP])
  return ips.filter((ip) => isIPv6(ip) === (family === 'IPv6'))
}

export function isIPv6(ip: string): boolean {
  return ip.includes(':')
}

export function isServiceIPSet({ spec }: Service): boolean {
  return spec.clusterIP !== 'None' && spec.clusterIP !== undefined && spec.clusterIP !== ''
}

/** The port on the pod behind a Service port; undefined where the pod has none of that name. Source: endpointslice/utils.go FindPort */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const { targetPort = port.port, protocol = 'TCP' } = port
  if (typeof targetPort === 'number') return targetPort
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const container of [...pod.spec.containers, ...sidecars])
    for (const each of container.ports ?? [])
      if (each.name === targetPort && (each.protocol ?? 'TCP') === protocol) return each.containerPort
  return undefined
}
