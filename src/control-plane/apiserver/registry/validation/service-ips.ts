import type { ServiceSpec } from '../../../../api/types.ts'
import { isDualStack, isIPv6, validateLegacyIP } from './addresses.ts'
import { duplicate, type Errors, invalid, notSupported, required } from './field-error.ts'

/** Cluster IPs and their families. Source: pkg/apis/core/validation/validation.go. */

export const isHeadless = ({ clusterIPs = [] }: ServiceSpec): boolean =>
  clusterIPs.length === 1 && clusterIPs[0] === 'None'

const families = ['IPv4', 'IPv6']
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** Source: ValidateServiceClusterIPsRelatedFields. */
export function validateClusterIPs(errors: Errors, spec: ServiceSpec, old: ServiceSpec | undefined): void {
  if (spec.type === 'ExternalName') return
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec
  if (!clusterIP) {
    const detail = 'must be empty when `clusterIP` is not specified'
    if (clusterIPs.length > 0) invalid(errors, 'spec.clusterIPs', clusterIPs, detail)
  } else if (clusterIPs.length === 0) required(errors, 'spec.clusterIPs')
  else if (clusterIPs[0] !== clusterIP)
    invalid(errors, 'spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')
  for (const [i, family] of ipFamilies.entries()) {
    if (!families.includes(family)) notSupported(errors, `spec.ipFamilies[${i}]`, family, families)
    if (ipFamilies.indexOf(family) < i) duplicate(errors, `spec.ipFamilies[${i}]`, family)
  }
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy)) {
    notSupported(errors, 'spec.ipFamilyPolicy', ipFamilyPolicy, policies)
  }
  if (!validateEachIP(errors, clusterIPs, old)) return
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) {
    invalid(errors, 'spec.clusterIPs', clusterIPs, 'may specify no more than one IP for each IP family')
  }
  if (!isHeadless(spec)) validateFamilies(errors, clusterIPs, ipFamilies)
}

/** Answers whether every one is an IP, or the only one `None`. */
function validateEachIP(errors: Errors, ips: readonly string[], old: ServiceSpec | undefined): boolean {
  let good = true
  for (const [i, ip] of ips.entries()) {
    if (i === 0 && ip === 'None') {
      if (ips.length === 1) continue
      good = false
      invalid(errors, 'spec.clusterIPs', ips, "'None' must be the first and only value")
    } else good = validateLegacyIP(errors, `spec.clusterIPs[${i}]`, ip, old?.clusterIPs) && good
  }
  if (ips.length > 2) invalid(errors, 'spec.clusterIPs', ips, 'may only hold up to 2 values')
  return good
}

function validateFamilies(errors: Errors, ips: readonly string[], ipFamilies: readonly string[]): void {
  for (const [i, family] of ipFamilies.slice(0, ips.length).entries()) {
    const ip = ips[i]!
    const wrong = (family === 'IPv4' && isIPv6(ip)) || (family === 'IPv6' && !isIPv6(ip))
    if (wrong)
      invalid(errors, `spec.clusterIPs[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)
  }
}

/** Primary IPs and families stay, secondary ones come and go with the policy. */
export function validateServiceIPsUpdate(errors: Errors, spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return
  if (!isHeadless(spec) || !isHeadless(old)) validateClusterIPsUpdate(errors, spec, old)
  if (!isHeadless(spec) && !isHeadless(old)) validateFamiliesUpdate(errors, spec, old)
}

const CHANGED = 'may not change once set'

function validateReleased(errors: Errors, spec: ServiceSpec, what: string): void {
  if (spec.ipFamilyPolicy === 'SingleStack') return
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`
  invalid(errors, 'spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail)
}

/** Source: validateUpgradeDowngradeClusterIPs. */
function validateClusterIPsUpdate(errors: Errors, spec: ServiceSpec, old: ServiceSpec): void {
  const ips = spec.clusterIPs ?? []
  const before = old.clusterIPs ?? []
  if (ips.length === before.length) {
    for (const [i, ip] of before.entries()) if (ip !== ips[i]) invalid(errors, `spec.clusterIPs[${i}]`, ips, CHANGED)
    return
  }
  if (ips.length === 0) invalid(errors, 'spec.clusterIPs[0]', spec.clusterIPs, 'primary clusterIP can not be unset')
  if (before.length > 0 && ips.length > 0 && ips[0] !== before[0]) invalid(errors, 'spec.clusterIPs[0]', ips, CHANGED)
  if (before.length > ips.length && ips.length === 1) validateReleased(errors, spec, 'clusterIP')
}

/** Source: validateUpgradeDowngradeIPFamilies; what it prints as the value is upstream's choice. */
function validateFamiliesUpdate(errors: Errors, spec: ServiceSpec, old: ServiceSpec): void {
  const now = spec.ipFamilies ?? []
  const before = old.ipFamilies ?? []
  const field = 'spec.ipFamilies[0]'
  if (now.length === before.length) {
    for (const [i, family] of before.entries()) if (family !== now[i]) invalid(errors, field, now, CHANGED)
    return
  }
  const shorter = before.length > now.length
  if (shorter && !spec.clusterIPs?.length) invalid(errors, field, spec.ipFamilies, 'primary ipFamily can not be unset')
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) invalid(errors, field, spec.clusterIPs, CHANGED)
  if (shorter && now.length === 1) validateReleased(errors, spec, 'ipFamily')
}
