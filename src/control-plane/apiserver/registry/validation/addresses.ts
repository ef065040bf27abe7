import { formatIP, type IPAddress, maskedValue, parseCIDR, parseIP } from '../../../../api/ip.ts'
import { quote } from '../../../../api/names.ts'
import { type Errors, invalid } from './field-error.ts'

/** Source: apimachinery/pkg/util/validation/ip.go with StrictIPCIDRValidation, which v1.36 has on. */

/** @param accepted values of the old object, which may stay whatever they are. */
export function validateLegacyIP(
  errors: Errors,
  field: string,
  value: string,
  accepted: readonly string[] = [],
): boolean {
  if (accepted.includes(value)) return true
  const ip = parseIP(value)
  if (!ip) invalid(errors, field, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
  else if (ip.leadingZeros) invalid(errors, field, value, 'must not have leading 0s')
  else if (ip.mapped) invalid(errors, field, value, 'must not be an IPv4-mapped IPv6 address')
  else return true
  return false
}

/** IsValidIP: also canonical. */
export function validateIP(errors: Errors, field: string, value: string): boolean {
  if (!validateLegacyIP(errors, field, value)) return false
  const canonical = formatIP(parseIP(value)!)
  if (canonical === value) return true
  invalid(errors, field, value, `must be in canonical form (${quote(canonical)})`)
  return false
}

export function validateLegacyCIDR(
  errors: Errors,
  field: string,
  value: string,
  accepted: readonly string[] = [],
): void {
  if (accepted.includes(value)) return
  const network = parseCIDR(value)
  if (!network) invalid(errors, field, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
  else if (network.leadingZeros) invalid(errors, field, value, 'must not have leading 0s in IP or prefix length')
  else if (network.address.mapped) invalid(errors, field, value, 'must not have an IPv4-mapped IPv6 address')
  else if (maskedValue(network) !== network.address.value) {
    invalid(errors, field, value, 'must not have bits set beyond the prefix length')
  }
}

const inNetwork = (ip: IPAddress, cidr: string): boolean => {
  const network = parseCIDR(cidr)!
  return ip.family === network.address.family && maskedValue({ ...network, address: ip }) === maskedValue(network)
}

const inAny = (ip: IPAddress, ...cidrs: readonly string[]): boolean => cidrs.some((cidr) => inNetwork(ip, cidr))

/** Endpoints and external IPs. Source: pkg/apis/core/validation/validation.go ValidateEndpointIP. */
export function validateEndpointIP(errors: Errors, field: string, value: string): void {
  const ip = parseIP(value)
  if (!ip) {
    invalid(errors, field, value, 'must be a valid IP address')
    return
  }
  if (ip.value === 0n) invalid(errors, field, value, `may not be unspecified (${value})`)
  if (inAny(ip, '127.0.0.0/8', '::1/128')) {
    invalid(errors, field, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  }
  if (inAny(ip, '169.254.0.0/16', 'fe80::/10')) {
    invalid(errors, field, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  }
  if (inAny(ip, '224.0.0.0/24') || (ip.family === 6 && ip.value >> 112n === 0xff02n)) {
    invalid(errors, field, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  }
}

/** One IPv4 and one IPv6 at least. Source: k8s.io/utils/net IsDualStackIPStrings. */
export function isDualStack(values: readonly string[]): boolean {
  const families = new Set(values.map((value) => (parseIP(value) ?? parseCIDR(value)?.address)?.family))
  return families.has(4) && families.has(6)
}

export const isIPv6 = (value: string): boolean => parseIP(value)?.family === 6
export const isIPv4 = (value: string): boolean => parseIP(value)?.family === 4
