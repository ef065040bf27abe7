import { parseIP } from '../../../../api/ip.ts'
import { isDNS1123Label, isDNS1123Subdomain, isLabelKey } from '../../../../api/names.ts'
import type { LoadBalancerStatus, Service, ServicePort, ServiceSpec } from '../../../../api/types.ts'
import { validateEndpointIP, validateLegacyCIDR, validateLegacyIP } from './addresses.ts'
import { protocols } from './containers.ts'
import { duplicate, type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { portNumber } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { validateLabels } from './labels.ts'
import { validatePortNumberOrName } from './probes.ts'
import { isHeadless, validateClusterIPs, validateServiceIPsUpdate } from './service-ips.ts'

const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const affinities = ['ClientIP', 'None']
const trafficPolicies = ['Cluster', 'Local']
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const MAX_AFFINITY_SECONDS = 86_400

/** All of a Service but its metadata. Source: pkg/apis/core/validation/validation.go validateService. */
export function validateService(service: Service, old?: Service): Errors {
  const errors: Errors = []
  const { spec } = service
  validateTopologyAnnotations(errors, service)
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName') required(errors, 'spec.ports')
  validateByType(errors, spec)
  const names = new Set<string>()
  for (const [i, port] of (spec.ports ?? []).entries()) {
    validatePort(errors, `spec.ports[${i}]`, port, spec.ports!.length > 1, names)
  }
  validateLabels(errors, 'spec.selector', spec.selector)
  validateAffinity(errors, spec)
  validateClusterIPs(errors, spec, old?.spec)
  validateExternalIPs(errors, spec, old?.spec)
  if (!spec.type) required(errors, 'spec.type')
  else if (!serviceTypes.includes(spec.type)) notSupported(errors, 'spec.type', spec.type, serviceTypes)
  validatePortNumbers(errors, spec)
  validateSourceRanges(errors, service, old)
  validateLoadBalancerFields(errors, spec)
  validateTrafficPolicies(errors, spec)
  return errors
}

/** Source: ValidateServiceUpdate. */
export function validateServiceUpdate(service: Service, old: Service): Errors {
  const errors: Errors = []
  validateServiceIPsUpdate(errors, service.spec, old.spec)
  validateLoadBalancerClassUpdate(errors, service.spec, old.spec)
  const bothNeed = needsHealthCheck(service.spec) && needsHealthCheck(old.spec)
  if (bothNeed && service.spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    forbidden(errors, 'spec.healthCheckNodePort', 'field is immutable')
  }
  errors.push(...validateService(service, old))
  return errors
}

function validateTopologyAnnotations(errors: Errors, { metadata: { annotations } }: Service): void {
  const mode = annotations?.[TOPOLOGY_MODE]
  const hints = annotations?.[TOPOLOGY_HINTS]
  if (mode === undefined || hints === undefined || mode === hints) return
  const detail = `must match annotations[${TOPOLOGY_HINTS}] when both are specified`
  invalid(errors, `metadata.annotations[${TOPOLOGY_MODE}]`, mode, detail)
}

function validateByType(errors: Errors, spec: ServiceSpec): void {
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    invalid(errors, 'spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)
  }
  if (spec.type !== 'ExternalName') return
  const detail = 'may not be set for ExternalName services'
  if (spec.clusterIPs?.length) forbidden(errors, 'spec.clusterIPs', detail)
  if (spec.ipFamilies?.length) forbidden(errors, 'spec.ipFamilies', detail)
  if (spec.ipFamilyPolicy !== undefined) forbidden(errors, 'spec.ipFamilyPolicy', detail)
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  if (name) invalidEach(errors, 'spec.externalName', name, isDNS1123Subdomain(name))
  else required(errors, 'spec.externalName')
}

function validatePort(errors: Errors, field: string, port: ServicePort, needsName: boolean, names: Set<string>): void {
  const { name, protocol, appProtocol } = port
  if (needsName && !name) required(errors, `${field}.name`)
  else if (name) {
    invalidEach(errors, `${field}.name`, name, isDNS1123Label(name))
    if (names.has(name)) duplicate(errors, `${field}.name`, name)
    names.add(name)
  }
  invalidEach(errors, `${field}.port`, port.port ?? 0, portNumber(port.port ?? 0))
  if (!protocol) required(errors, `${field}.protocol`)
  else if (!protocols.includes(protocol)) notSupported(errors, `${field}.protocol`, protocol, protocols)
  validatePortNumberOrName(errors, `${field}.targetPort`, port.targetPort)
  if (appProtocol !== undefined) invalidEach(errors, `${field}.appProtocol`, appProtocol, isLabelKey(appProtocol))
}

function validateAffinity(errors: Errors, { sessionAffinity = '', sessionAffinityConfig: config }: ServiceSpec): void {
  if (sessionAffinity === '') required(errors, 'spec.sessionAffinity')
  else if (!affinities.includes(sessionAffinity)) {
    notSupported(errors, 'spec.sessionAffinity', sessionAffinity, affinities)
  }
  const field = 'spec.sessionAffinityConfig'
  if (sessionAffinity === 'None' && config) forbidden(errors, field, 'must not be set when session affinity is None')
  if (sessionAffinity !== 'ClientIP') return
  const when = 'when session affinity type is ClientIP'
  const seconds = config?.clientIP?.timeoutSeconds
  if (!config) required(errors, field, when)
  else if (!config.clientIP) required(errors, `${field}.clientIP`, when)
  else if (seconds === undefined) required(errors, `${field}.clientIP.timeoutSeconds`, when)
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    const detail = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`
    invalid(errors, `${field}.clientIP.timeoutSeconds`, seconds, detail)
  }
}

function validateExternalIPs(errors: Errors, { externalIPs = [] }: ServiceSpec, old: ServiceSpec | undefined): void {
  for (const [i, ip] of externalIPs.entries()) {
    const field = `spec.externalIPs[${i}]`
    if (validateLegacyIP(errors, field, ip, old?.externalIPs)) validateEndpointIP(errors, field, ip)
  }
}

function validatePortNumbers(errors: Errors, { ports = [], type }: ServiceSpec): void {
  const detail = "may not be used when `type` is 'ClusterIP'"
  for (const [i, { nodePort }] of ports.entries()) {
    if (type === 'ClusterIP' && nodePort) forbidden(errors, `spec.ports[${i}].nodePort`, detail)
  }
  const nodePorts = new Set<string>()
  for (const [i, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue
    const key = `${protocol}/${nodePort}`
    if (nodePorts.has(key)) duplicate(errors, `spec.ports[${i}].nodePort`, nodePort)
    nodePorts.add(key)
  }
  const numbers = new Set<string>()
  for (const [i, { port, protocol }] of ports.entries()) {
    const key = `${protocol}/${port}`
    if (numbers.has(key)) duplicate(errors, `spec.ports[${i}]`, internalForm('ServicePort', { protocol, port }))
    numbers.add(key)
  }
}

function validateSourceRanges(errors: Errors, { metadata, spec }: Service, old: Service | undefined): void {
  const detail = "may only be used when `type` is 'LoadBalancer'"
  const ranges = spec.loadBalancerSourceRanges ?? []
  const text = metadata.annotations?.[SOURCE_RANGES]
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges'
    if (spec.type !== 'LoadBalancer') forbidden(errors, field, detail)
    const accepted = (old?.spec.loadBalancerSourceRanges ?? []).map((each) => each.trim())
    for (const [i, range] of ranges.entries()) validateLegacyCIDR(errors, `${field}[${i}]`, range.trim(), accepted)
  } else if (text !== undefined) {
    const field = `metadata.annotations[${SOURCE_RANGES}]`
    if (spec.type !== 'LoadBalancer') forbidden(errors, field, detail)
    if (old?.metadata.annotations?.[SOURCE_RANGES] === text || text.trim() === '') return
    for (const range of text.trim().split(',')) validateLegacyCIDR(errors, field, range.trim())
  }
}

function validateLoadBalancerFields(errors: Errors, spec: ServiceSpec): void {
  const allocate = spec.allocateLoadBalancerNodePorts
  const detail = "may only be used when `type` is 'LoadBalancer'"
  if (spec.type !== 'LoadBalancer') {
    if (allocate !== undefined) forbidden(errors, 'spec.allocateLoadBalancerNodePorts', detail)
  } else if (allocate === undefined) required(errors, 'allocateLoadBalancerNodePorts')
  validateLoadBalancerClass(errors, spec)
}

function validateLoadBalancerClass(errors: Errors, { type, loadBalancerClass }: ServiceSpec): void {
  if (loadBalancerClass === undefined) return
  const field = 'spec.loadBalancerClass'
  if (type === 'LoadBalancer') invalidEach(errors, field, loadBalancerClass, isLabelKey(loadBalancerClass))
  else forbidden(errors, field, "may only be used when `type` is 'LoadBalancer'")
}

function validateLoadBalancerClassUpdate(errors: Errors, spec: ServiceSpec, old: ServiceSpec): void {
  const both = spec.type === 'LoadBalancer' && old.type === 'LoadBalancer'
  if (both && spec.loadBalancerClass !== old.loadBalancerClass) {
    invalid(errors, 'spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set')
  }
  validateLoadBalancerClass(errors, spec)
}

/** Source: pkg/api/service/util.go ExternallyAccessible, NeedsHealthCheck. */
const externallyAccessible = ({ type, externalIPs = [] }: ServiceSpec): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0)

export const needsHealthCheck = (spec: ServiceSpec): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'

function validateTrafficPolicies(errors: Errors, spec: ServiceSpec): void {
  const { externalTrafficPolicy: external = '', internalTrafficPolicy: internal, trafficDistribution } = spec
  const field = 'spec.externalTrafficPolicy'
  if (!externallyAccessible(spec)) {
    if (external) invalid(errors, field, external, 'may only be set for externally-accessible services')
  } else if (!external) required(errors, field)
  else if (!trafficPolicies.includes(external)) notSupported(errors, field, external, trafficPolicies)
  validateHealthCheckPort(errors, spec)
  const inside = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || spec.type === 'ClusterIP'
  if (internal === undefined) {
    if (inside) required(errors, 'spec.internalTrafficPolicy')
  } else if (!trafficPolicies.includes(internal)) {
    notSupported(errors, 'spec.internalTrafficPolicy', internal, trafficPolicies)
  }
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    notSupported(errors, 'spec.trafficDistribution', trafficDistribution, distributions)
  }
}

function validateHealthCheckPort(errors: Errors, spec: ServiceSpec): void {
  const port = spec.healthCheckNodePort ?? 0
  const field = 'spec.healthCheckNodePort'
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    if (port !== 0) invalid(errors, field, port, detail)
  } else if (port === 0) required(errors, field)
  else invalidEach(errors, field, port, portNumber(port))
}

const ipModes = ['Proxy', 'VIP']

/** Source: ValidateLoadBalancerStatus. */
export function validateLoadBalancerStatus(
  errors: Errors,
  field: string,
  status: LoadBalancerStatus = {},
  old: LoadBalancerStatus | undefined,
  spec: ServiceSpec,
): void {
  const { ingress = [] } = status
  if (spec.type !== 'LoadBalancer' && ingress.length > 0) {
    forbidden(errors, `${field}.ingress`, "may only be used when `spec.type` is 'LoadBalancer'")
    return
  }
  const accepted = (old?.ingress ?? []).map((each) => each.ip ?? '').filter(Boolean)
  for (const [i, { ip, ipMode, hostname }] of ingress.entries()) {
    const path = `${field}.ingress[${i}]`
    if (ip) validateLegacyIP(errors, `${path}.ip`, ip, accepted)
    if (ipMode === undefined) {
      if (ip) required(errors, `${path}.ipMode`, 'must be specified when `ip` is set')
    } else if (!ip) forbidden(errors, `${path}.ipMode`, 'may not be specified when `ip` is not set')
    else if (!ipModes.includes(ipMode)) notSupported(errors, `${path}.ipMode`, ipMode, ipModes)
    if (!hostname) continue
    invalidEach(errors, `${path}.hostname`, hostname, isDNS1123Subdomain(hostname))
    if (parseIP(hostname)) invalid(errors, `${path}.hostname`, hostname, 'must be a DNS name, not an IP address')
  }
}

/** Source: ValidateServiceStatusUpdate. */
export function validateServiceStatusUpdate(service: Service, old: Service): Errors {
  const errors: Errors = []
  const { status, spec } = service
  validateLoadBalancerStatus(errors, 'status.loadBalancer', status?.loadBalancer, old.status?.loadBalancer, spec)
  return errors
}
