import { isDNS1123Label, isLabelKey } from '../../../../api/names.ts'
import { canonicalQuantity, compareQuantities, parseQuantity, quantityError } from '../../../../api/quantity.ts'
import type { ResourceRequirements } from '../../../../api/types.ts'
import {
  duplicate,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  required,
} from './field-error.ts'
import { IS_NEGATIVE } from './formats.ts'
import type { PodOptions } from './pod-options.ts'

/** Source: pkg/apis/core/helper/helpers.go and pkg/apis/core/validation/validation.go. */

const standard = new Set([
  ...['cpu', 'memory', 'ephemeral-storage', 'storage'],
  ...['requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'requests.storage'],
  ...['limits.cpu', 'limits.memory', 'limits.ephemeral-storage'],
  ...[
    'pods',
    'resourcequotas',
    'services',
    'replicationcontrollers',
    'secrets',
    'configmaps',
    'persistentvolumeclaims',
  ],
  ...['services.nodeports', 'services.loadbalancers'],
])

/** Source: helpers.go IsStandardQuotaResourceName. */
export const isStandardForQuota = (name: string): boolean =>
  (standard.has(name) && name !== 'storage') || isQuotaHugePages(name)

const countedInWholes = new Set([
  ...[
    'pods',
    'resourcequotas',
    'services',
    'replicationcontrollers',
    'secrets',
    'configmaps',
    'persistentvolumeclaims',
  ],
  ...['services.nodeports', 'services.loadbalancers'],
])

const standardForContainers = new Set(['cpu', 'memory', 'ephemeral-storage'])

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-')
export const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-')
export const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')
export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePages(name)

const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && isLabelKey(`requests.${name}`).length === 0

const isInteger = (name: string): boolean => countedInWholes.has(name) || isExtended(name)

/** A negative quantity, and a fraction of something counted in wholes. Source: ValidateResourceQuantityValue. */
export function validateResourceQuantity(errors: Errors, field: string, name: string, quantity: string): void {
  if (quantityError(quantity) !== undefined) {
    invalid(errors, field, quantity, quantityError(quantity)!)
    return
  }
  const { nano, milli, canonical } = parseQuantity(quantity)
  if (nano < 0n) invalid(errors, field, canonical, IS_NEGATIVE)
  if (isInteger(name) && milli % 1000 !== 0) invalid(errors, field, canonical, 'must be an integer')
}

/** Answers whether the name is good so far. */
export function validateResourceName(errors: Errors, field: string, name: string): boolean {
  const wrong = isLabelKey(name)
  invalidEach(errors, field, name, wrong)
  if (wrong.length > 0) return false
  if (name.includes('/') || standard.has(name) || isQuotaHugePages(name)) return true
  invalid(errors, field, name, 'must be a standard resource type or fully qualified')
  return false
}

type NameCheck = (errors: Errors, field: string, name: string) => void

export const containerResourceName: NameCheck = (errors, field, name) => {
  validateResourceName(errors, field, name)
  if (!name.includes('/')) {
    if (!standardForContainers.has(name) && !isHugePages(name)) {
      invalid(errors, field, name, 'must be a standard resource for containers')
    }
  } else if (!isNative(name) && !isExtended(name)) {
    invalid(errors, field, name, "doesn't follow extended resource name standard")
  }
}

const podResourceName: NameCheck = (errors, field, name) => {
  if (!validateResourceName(errors, field, name)) return
  if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) {
    notSupported(errors, field, name, ['cpu', 'hugepages-', 'memory'])
  }
}

export function validateContainerResources(
  errors: Errors,
  field: string,
  requirements: ResourceRequirements | undefined,
  claims: ReadonlySet<string>,
  options: PodOptions,
): void {
  if (requirements) validateRequirements(errors, field, requirements, containerResourceName, claims, options)
}

/** Source: validatePodResourceRequirements. */
export function validatePodLevelResources(
  errors: Errors,
  field: string,
  requirements: ResourceRequirements,
  claims: ReadonlySet<string>,
  options: PodOptions,
): void {
  validateRequirements(errors, field, requirements, podResourceName, claims, options)
}

function validateRequirements(
  errors: Errors,
  field: string,
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  checkName: NameCheck,
  podClaims: ReadonlySet<string>,
  options: PodOptions,
): void {
  for (const [name, quantity] of Object.entries(limits)) {
    const path = `${field}.limits[${name}]`
    checkName(errors, path, name)
    validateResourceQuantity(errors, path, name, quantity)
    validateHugePages(errors, path, name, quantity, options)
  }
  for (const [name, quantity] of Object.entries(requests)) {
    const path = `${field}.requests[${name}]`
    checkName(errors, path, name)
    validateResourceQuantity(errors, path, name, quantity)
    validateAgainstLimit(errors, field, name, quantity, limits[name])
    validateHugePages(errors, path, name, quantity, options)
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    forbidden(errors, field, 'HugePages require cpu or memory')
  }
  if (claims.length > 0) validateClaims(errors, `${field}.claims`, claims, podClaims)
}

function validateAgainstLimit(
  errors: Errors,
  field: string,
  name: string,
  quantity: string,
  limit: string | undefined,
): void {
  if (quantityError(quantity) !== undefined || (limit !== undefined && quantityError(limit) !== undefined)) return
  if (limit === undefined) {
    if (!isOvercommitAllowed(name))
      required(errors, `${field}.limits`, 'Limit must be set for non overcommitable resources')
    return
  }
  const order = compareQuantities(quantity, limit)
  const rule = order !== 0 && !isOvercommitAllowed(name) ? 'equal to' : order > 0 ? 'less than or equal to' : undefined
  if (!rule) return
  const detail = `must be ${rule} ${name} limit of ${canonicalQuantity(limit)}`
  invalid(errors, `${field}.requests`, canonicalQuantity(quantity), detail)
}

function validateHugePages(errors: Errors, field: string, name: string, quantity: string, options: PodOptions): void {
  if (!isHugePages(name) || options.allowIndivisibleHugePagesValues || quantityError(quantity) !== undefined) return
  const size = name.slice('hugepages-'.length)
  const page = quantityError(size) === undefined ? parseQuantity(size) : undefined
  const { value, canonical } = parseQuantity(quantity)
  if (page && page.nano > 0n && page.milli % 1000 === 0 && value % page.value === 0) return
  invalid(errors, field, canonical, `${canonical} is not positive integer multiple of ${name}`)
}

interface Claim {
  readonly name: string
  readonly request?: string
}

/** Source: validateResourceClaimNames. */
function validateClaims(errors: Errors, field: string, claims: readonly Claim[], podClaims: ReadonlySet<string>): void {
  const seen = new Set<string>()
  for (const [i, { name, request }] of claims.entries()) {
    const path = `${field}[${i}]`
    if (!name) {
      required(errors, path)
      continue
    }
    validateClaimReference(errors, path, name, request, seen)
    if (podClaims.has(name)) continue
    const known = podClaims.size === 0 ? ' which is empty' : `: ${[...podClaims].sort().join(', ')}`
    notFound(errors, path, name, `must be one of the names in pod.spec.resourceClaims${known}`)
  }
}

function validateClaimReference(
  errors: Errors,
  path: string,
  name: string,
  request: string | undefined,
  seen: Set<string>,
): void {
  if (seen.has(name)) {
    duplicate(errors, path, name)
    return
  }
  if (request) invalidEach(errors, `${path}.request`, request, isDNS1123Label(request))
  const key = request ? `${name}/${request}` : name
  if (seen.has(key)) duplicate(errors, path, key)
  else if (!request) {
    for (const other of seen) if (other.startsWith(`${name}/`)) duplicate(errors, path, name)
  }
  seen.add(key)
}
