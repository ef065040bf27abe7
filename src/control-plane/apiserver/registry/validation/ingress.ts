import { parseIP } from '../../../../api/ip.ts'
import { isDNS1123Label, isDNS1123Subdomain, isPathSegmentName, regexError } from '../../../../api/names.ts'
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressSpec,
  IngressTLS,
  TypedLocalObjectReference,
} from '../../../../api/types.ts'
import { validateLegacyIP } from './addresses.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { portName, portNumber } from './formats.ts'

/** Source: pkg/apis/networking/validation/validation.go. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

interface Options {
  readonly allowInvalidSecretName: boolean
  readonly allowInvalidWildcardHostRule: boolean
}

const strict: Options = { allowInvalidSecretName: false, allowInvalidWildcardHostRule: false }

export function validateIngress({ metadata, spec = {} }: Ingress): Errors {
  const errors = specErrors(spec, strict)
  const annotation = metadata.annotations?.[CLASS_ANNOTATION]
  const name = spec.ingressClassName
  if (annotation !== undefined && name !== undefined && annotation !== name) {
    const detail = 'must match `ingressClassName` when both are specified'
    invalid(errors, `annotations.${CLASS_ANNOTATION}`, annotation, detail)
  }
  return errors
}

/** What was wrong before may stay so. */
export function validateIngressUpdate({ spec = {} }: Ingress, old: Ingress): Errors {
  const { tls = [], rules = [] } = old.spec ?? {}
  const faults: Errors = []
  for (const rule of rules) if (rule.host?.includes('*')) validateRuleValue(faults, '', rule)
  return specErrors(spec, {
    allowInvalidSecretName: tls.some(({ secretName }) => secretName && isDNS1123Subdomain(secretName).length > 0),
    allowInvalidWildcardHostRule: faults.length > 0,
  })
}

function specErrors(spec: IngressSpec, options: Options): Errors {
  const errors: Errors = []
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec
  if (rules.length === 0 && !defaultBackend) {
    invalid(errors, 'spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified')
  }
  if (defaultBackend) validateBackend(errors, 'spec.defaultBackend', defaultBackend)
  for (const [i, rule] of rules.entries()) validateRule(errors, `spec.rules[${i}]`, rule, options)
  for (const [i, each] of tls.entries()) validateTLS(errors, `spec.tls[${i}]`, each, options)
  if (ingressClassName !== undefined) {
    invalidEach(errors, 'spec.ingressClassName', ingressClassName, isDNS1123Subdomain(ingressClassName))
  }
  return errors
}

const WILDCARD = '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'
const wildcardPattern = new RegExp(`^${WILDCARD}$`)

/** Source: apimachinery/pkg/util/validation/validation.go IsWildcardDNS1123Subdomain. */
function isWildcard(host: string): readonly string[] {
  const rule =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
  return [
    ...(host.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(wildcardPattern.test(host) ? [] : [regexError(rule, WILDCARD, '*.example.com')]),
  ]
}

const hostFaults = (host: string): readonly string[] =>
  host.includes('*') ? isWildcard(host) : isDNS1123Subdomain(host)

function validateTLS(errors: Errors, path: string, { hosts = [], secretName }: IngressTLS, options: Options): void {
  for (const [i, host] of hosts.entries()) invalidEach(errors, `${path}.hosts[${i}]`, host, hostFaults(host))
  if (!secretName || options.allowInvalidSecretName) return
  invalidEach(errors, `${path}.secretName`, secretName, isDNS1123Subdomain(secretName))
}

function validateRule(errors: Errors, path: string, rule: IngressRule, options: Options): void {
  const { host = '' } = rule
  if (host !== '') {
    if (parseIP(host)) invalid(errors, `${path}.host`, host, 'must be a DNS name, not an IP address')
    invalidEach(errors, `${path}.host`, host, hostFaults(host))
  }
  if (!host.includes('*') || !options.allowInvalidWildcardHostRule) validateRuleValue(errors, path, rule)
}

function validateRuleValue(errors: Errors, path: string, { http }: IngressRule): void {
  if (!http) return
  const paths = http.paths ?? []
  if (paths.length === 0) required(errors, `${path}.http.paths`)
  for (const [i, each] of paths.entries()) validatePath(errors, `${path}.http.paths[${i}]`, each)
}

const forbiddenParts = ['//', '/./', '/../', '%2f', '%2F']
const forbiddenEnds = ['/..', '/.']
const ABSOLUTE = 'must be an absolute path'

function validatePath(errors: Errors, path: string, { path: text = '', pathType, backend }: HTTPIngressPath): void {
  const field = `${path}.path`
  if (pathType === undefined) {
    required(errors, `${path}.pathType`, 'pathType must be specified')
    return
  }
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!text.startsWith('/')) invalid(errors, field, text, ABSOLUTE)
    for (const part of forbiddenParts) {
      if (text.includes(part)) invalid(errors, field, text, `must not contain '${part}'`)
    }
    for (const end of forbiddenEnds) if (text.endsWith(end)) invalid(errors, field, text, `cannot end with '${end}'`)
  } else if (pathType === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) invalid(errors, field, text, ABSOLUTE)
  } else notSupported(errors, `${path}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix'])
  validateBackend(errors, `${path}.backend`, backend ?? {})
}

function validateBackend(errors: Errors, path: string, { resource, service }: IngressBackend): void {
  if (resource && service) invalid(errors, path, '', 'cannot set both resource and service backends')
  else if (resource) validateTypedReference(errors, `${path}.resource`, resource)
  else if (service) {
    const { name, port = {} } = service
    if (!name) required(errors, `${path}.service.name`)
    else invalidEach(errors, `${path}.service.name`, name, isDNS1123Label(name))
    if (port.name && port.number) invalid(errors, path, '', 'cannot set both port name & port number')
    else if (port.name) invalidEach(errors, `${path}.service.port.name`, port.name, portName(port.name))
    else if (port.number) invalidEach(errors, `${path}.service.port.number`, port.number, portNumber(port.number))
    else required(errors, path, 'port name or number is required')
  } else invalid(errors, path, '', 'resource or service backend is required')
}

/** Source: validateIngressTypedLocalObjectReference. */
export function validateTypedReference(errors: Errors, path: string, reference: TypedLocalObjectReference): void {
  const { apiGroup } = reference
  if (apiGroup !== undefined && apiGroup !== null) {
    invalidEach(errors, `${path}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup))
  }
  for (const member of ['kind', 'name'] as const) {
    const value = reference[member]
    if (!value) required(errors, `${path}.${member}`)
    else invalidEach(errors, `${path}.${member}`, value, isPathSegmentName(value))
  }
}

export function validateIngressStatusUpdate({ status }: Ingress, old: Ingress): Errors {
  const errors: Errors = []
  const accepted = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []))
  for (const [i, { ip, hostname }] of (status?.loadBalancer?.ingress ?? []).entries()) {
    const path = `status.loadBalancer.ingress[${i}]`
    if (ip) validateLegacyIP(errors, `${path}.ip`, ip, accepted)
    if (!hostname) continue
    invalidEach(errors, `${path}.hostname`, hostname, isDNS1123Subdomain(hostname))
    if (parseIP(hostname)) invalid(errors, `${path}.hostname`, hostname, 'must be a DNS name, not an IP address')
  }
  return errors
}
