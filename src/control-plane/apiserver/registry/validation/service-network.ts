import { formatIP, maskedValue, parseCIDR } from '../../../../api/ip.ts'
import { isDNS1123Subdomain, isPathSegmentName, quote } from '../../../../api/names.ts'
import type { IPAddress, ServiceCIDR } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateIP, validateLegacyCIDR } from './addresses.ts'
import { type Errors, invalid, invalidEach, required } from './field-error.ts'
import { IMMUTABLE } from './formats.ts'
import { internalForm } from './internal-form.ts'

/** Source: pkg/apis/networking/validation/validation.go ValidateIPAddressName, ValidateIPAddress. */
export function validateIPAddressName(name: string): readonly string[] {
  const errors: Errors = []
  validateIP(errors, '', name)
  return errors.map(({ message }) => message.slice(message.indexOf(': ', 'Invalid value: '.length + name.length) + 2))
}

export function validateIPAddress({ spec }: IPAddress): Errors {
  const errors: Errors = []
  const parent = spec?.parentRef
  if (!parent) {
    required(errors, 'spec.parentRef')
    return errors
  }
  const { group, namespace } = parent
  if (group) invalidEach(errors, 'spec.parentRef.group', group, isDNS1123Subdomain(group))
  for (const member of ['resource', 'name'] as const) {
    const value = parent[member]
    if (!value) required(errors, `spec.parentRef.${member}`)
    else invalidEach(errors, `spec.parentRef.${member}`, value, isPathSegmentName(value))
  }
  if (namespace) invalidEach(errors, 'spec.parentRef.namespace', namespace, isPathSegmentName(namespace))
  return errors
}

export function validateIPAddressUpdate(address: IPAddress, old: IPAddress): Errors {
  const errors = validateIPAddress(address)
  const [now, before] = [address.spec?.parentRef, old.spec?.parentRef]
  if (!semanticallyEqual(now, before)) {
    invalid(errors, 'spec.parentRef', now ? internalForm('ParentReference', { ...now }) : null, IMMUTABLE)
  }
  return errors
}

export function validateServiceCIDR({ spec }: ServiceCIDR): Errors {
  const errors: Errors = []
  const field = 'spec.cidrs'
  const cidrs = spec?.cidrs ?? []
  if (cidrs.length === 0) required(errors, field, 'at least one CIDR required')
  else if (cidrs.length > 2) invalid(errors, field, { CIDRs: cidrs }, 'may only hold up to 2 values')
  else {
    for (const [i, cidr] of cidrs.entries()) validateCanonicalCIDR(errors, `${field}[${i}]`, cidr)
    const [first, second] = cidrs.map((cidr) => parseCIDR(cidr)?.address.family)
    if (cidrs.length === 2 && first !== undefined && first === second) {
      const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
      invalid(errors, field, cidrs, detail)
    }
  }
  return errors
}

/** Source: apimachinery/pkg/util/validation/ip.go IsValidCIDR. */
function validateCanonicalCIDR(errors: Errors, field: string, value: string): void {
  const before = errors.length
  validateLegacyCIDR(errors, field, value)
  const network = parseCIDR(value)
  if (errors.length > before || !network) return
  const address = { family: network.address.family, value: maskedValue(network) }
  const canonical = `${formatIP(address)}/${network.bits}`
  if (canonical !== value) invalid(errors, field, value, `must be in canonical form (${quote(canonical)})`)
}

export function validateServiceCIDRUpdate(cidr: ServiceCIDR, old: ServiceCIDR): Errors {
  const errors: Errors = []
  const [now, before] = [cidr.spec?.cidrs ?? [], old.spec?.cidrs ?? []]
  const keep = (i: number) => {
    if (now[i] !== before[i]) invalid(errors, `spec.cidrs[${i}]`, now[i] ?? '', IMMUTABLE)
  }
  if (now.length === before.length) for (const i of before.keys()) keep(i)
  else if (before.length === 1 && now.length === 2) {
    keep(0)
    return [...errors, ...validateServiceCIDR(cidr)]
  } else invalid(errors, 'spec.cidrs', cidr.spec?.cidrs ?? null, IMMUTABLE)
  return errors
}
