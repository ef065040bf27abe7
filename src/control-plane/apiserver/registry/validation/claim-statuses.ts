import { isDNS1123Label, isDNS1123Subdomain } from '../../../../api/names.ts'
import { parseQuantity } from '../../../../api/quantity.ts'
import type { PodSpec, PodStatus } from '../../../../api/types.ts'
import { duplicate, type Errors, invalid, invalidEach, required } from './field-error.ts'

/** What a pod's status says of resource claims. Source: pkg/apis/core/validation/validation.go. */
export function validateClaimStatuses(errors: Errors, status: PodStatus, spec: PodSpec): void {
  validateNamed(errors, 'status.resourceClaimStatuses', status, spec)
  validateExtended(errors, 'status.extendedResourceClaimStatus', status, spec)
  validateNodeAllocatable(errors, 'status.nodeAllocatableResourceClaimStatuses', status, spec)
}

function validateNamed(errors: Errors, field: string, { resourceClaimStatuses = [] }: PodStatus, spec: PodSpec): void {
  const seen = new Set<string>()
  for (const [i, { name, resourceClaimName }] of resourceClaimStatuses.entries()) {
    const path = `${field}[${i}]`
    if (!spec.resourceClaims?.some((claim) => claim.name === name)) {
      invalid(errors, `${path}.name`, name, 'must match the name of an entry in `spec.resourceClaims`')
    }
    if (seen.has(name)) duplicate(errors, `${path}.name`, name)
    seen.add(name)
    if (resourceClaimName === undefined) continue
    invalidEach(errors, `${path}.resourceClaimName`, resourceClaimName, isDNS1123Subdomain(resourceClaimName))
  }
}

const RESOURCE_RULE =
  'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests'
const CONTAINER_RULE = 'must match the name of an entry in spec.initContainers.name or spec.containers.name'

function validateExtended(
  errors: Errors,
  field: string,
  { extendedResourceClaimStatus: status }: PodStatus,
  spec: PodSpec,
) {
  if (!status) return
  const { requestMappings = [], resourceClaimName } = status
  const containers = new Map(
    [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((each) => [each.name, each]),
  )
  const seen = new Set<string>()
  if (requestMappings.length === 0)
    required(errors, `${field}.requestMappings`, 'at least one request mapping is required')
  for (const [i, { containerName, resourceName, requestName }] of requestMappings.entries()) {
    const path = `${field}.requestMappings[${i}]`
    const container = containers.get(containerName)
    if (!container) invalid(errors, `${path}.containerName`, containerName, CONTAINER_RULE)
    else if (container.resources?.requests?.[resourceName] === undefined) {
      invalid(errors, `${path}.resourceName`, resourceName, RESOURCE_RULE)
    }
    invalidEach(errors, `${field}.requestName`, requestName, isDNS1123Label(requestName))
    const key = [containerName, resourceName, requestName].join('\0')
    if (seen.has(key)) {
      duplicate(errors, `${path}.containerName`, containerName)
      duplicate(errors, `${path}.resourceName`, resourceName)
      duplicate(errors, `${path}.requestName`, requestName)
    }
    seen.add(key)
  }
  if (!resourceClaimName) required(errors, `${field}.resourceClaimName`)
  else invalidEach(errors, `${field}.resourceClaimName`, resourceClaimName, isDNS1123Subdomain(resourceClaimName))
}

interface NodeAllocatable {
  readonly resourceClaimName?: string
  readonly containers?: readonly string[]
  readonly resources?: Readonly<Record<string, string>>
}

/** Alpha in v1.36, so that the stable types do not have it. */
function validateNodeAllocatable(errors: Errors, field: string, status: PodStatus, spec: PodSpec): void {
  const { nodeAllocatableResourceClaimStatuses: statuses = [] } = status as {
    readonly nodeAllocatableResourceClaimStatuses?: readonly NodeAllocatable[]
  }
  const known = new Set(
    [...(spec.resourceClaims ?? []), ...(status.resourceClaimStatuses ?? [])].map((each) => each.resourceClaimName),
  )
  for (const [i, { resourceClaimName = '', containers = [], resources = {} }] of statuses.entries()) {
    const path = `${field}[${i}]`
    if (resourceClaimName === '') required(errors, `${path}.resourceClaimName`, 'must not be empty')
    if (!known.has(resourceClaimName)) {
      invalid(errors, `${path}.resourceClaimName`, resourceClaimName, 'no mapping found in pod reference')
    }
    if (containers.length === 0) required(errors, `${path}.containers`, 'must not be empty')
    if (Object.keys(resources).length === 0) required(errors, `${path}.resources`, 'must not be empty')
    for (const [name, quantity] of Object.entries(resources)) {
      const native = !name.includes('/') || name.includes('kubernetes.io/')
      if (!native) invalid(errors, `${path}.resources[${name}]`, name, 'must be a node allocatable resource name')
      const { nano, canonical } = parseQuantity(quantity)
      if (nano < 0n) invalid(errors, `${path}.resources[${name}]`, canonical, 'must be non-negative')
    }
  }
}
