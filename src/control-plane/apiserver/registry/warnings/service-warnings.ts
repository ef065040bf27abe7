import type { Service } from '../../../../api/types.ts'

/** Source: pkg/api/service/warnings.go GetWarningsForService, without the remarks on ways to write an address, which validation refuses. */
export function serviceWarnings({ metadata, spec }: Service): readonly string[] {
  const { type, clusterIP, externalIPs = [], externalName, loadBalancerIP, sessionAffinity, trafficDistribution } = spec
  const headless = type === 'ClusterIP' && clusterIP === 'None'
  const isName = type === 'ExternalName'
  const warnings: string[] = []
  const hints = 'service.kubernetes.io/topology-aware-hints'
  if (metadata.annotations?.[hints] !== undefined) {
    warnings.push(`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`)
  }
  if (headless && loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services')
  if (externalIPs.length > 0) {
    if (headless) warnings.push('spec.externalIPs is ignored for headless services')
    else if (isName) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
    else warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  }
  if (headless && sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services')
  if (!isName && externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  }
  return warnings
}
