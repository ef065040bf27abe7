import { addQuantities, canonicalQuantity, compareQuantities, quantityError } from '../../../../api/quantity.ts'
import type { Container, PodSpec } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid } from './field-error.ts'
import type { PodOptions } from './pod-options.ts'
import { isHugePages, validatePodLevelResources } from './resources.ts'

/** Source: pkg/apis/core/validation/validation.go validatePodResources. */
export function validatePodResources(
  errors: Errors,
  path: string,
  spec: PodSpec,
  claims: ReadonlySet<string>,
  options: PodOptions,
): void {
  if (!spec.resources) return
  const field = `${path}.resources`
  if (spec.os?.name === 'windows') {
    forbidden(errors, field, 'may not be set for a windows pod')
    return
  }
  if (spec.resources.claims) forbidden(errors, `${field}.claims`, 'claims may not be set for Resources at pod-level')
  validatePodLevelResources(errors, field, spec.resources, claims, options)
  validateConsistency(errors, field, spec)
}

type List = Map<string, string>
type Kind = 'requests' | 'limits'

function add(list: List, container: Container, kind: Kind): void {
  for (const [name, quantity] of Object.entries(container.resources?.[kind] ?? {})) {
    if (quantityError(quantity) !== undefined) continue
    const sum = list.get(name)
    list.set(name, sum === undefined ? quantity : addQuantities(sum, quantity))
  }
}

/**
 * What the containers of a pod need together: regular ones and sidecars summed, or more where an init container beside the
 * sidecars before it needs more. Source: component-helpers/resource AggregateContainerRequests, AggregateContainerLimits.
 */
export function aggregateContainers(spec: PodSpec, kind: Kind): ReadonlyMap<string, string> {
  const total: List = new Map()
  for (const container of spec.containers ?? []) add(total, container, kind)
  const sidecars: List = new Map()
  const most: List = new Map()
  for (const container of spec.initContainers ?? []) {
    const together = container.restartPolicy === 'Always' ? sidecars : new Map(sidecars)
    if (container.restartPolicy === 'Always') add(total, container, kind)
    add(together, container, kind)
    raise(most, together)
  }
  raise(total, most)
  return total
}

function raise(list: List, other: ReadonlyMap<string, string>): void {
  for (const [name, quantity] of other) {
    const known = list.get(name)
    if (known === undefined || compareQuantities(quantity, known) > 0) list.set(name, quantity)
  }
}

/** Source: validatePodResourceConsistency. */
function validateConsistency(errors: Errors, field: string, spec: PodSpec): void {
  const { requests = {}, limits = {} } = spec.resources!
  for (const [name, sum] of aggregateContainers(spec, 'requests')) {
    const pod = requests[name]
    if (pod === undefined || compareQuantities(sum, pod) <= 0) continue
    const detail = `must be greater than or equal to aggregate container requests of ${canonicalQuantity(sum)}`
    invalid(errors, `${field}.requests[${name}]`, canonicalQuantity(pod), detail)
  }
  for (const [name, sum] of aggregateContainers(spec, 'limits')) {
    const pod = limits[name]
    if (!isHugePages(name) || pod === undefined || compareQuantities(sum, pod) <= 0) continue
    const detail = `must be greater than or equal to aggregate container limits of ${canonicalQuantity(sum)}`
    invalid(errors, `${field}.limits[${name}]`, canonicalQuantity(pod), detail)
  }
  for (const [i, container] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const pod = limits[name]
      if (pod === undefined || compareQuantities(limit, pod) <= 0) continue
      const detail = `must be less than or equal to pod limits of ${canonicalQuantity(pod)}`
      invalid(errors, `${field}.containers[${i}][${name}].limits`, canonicalQuantity(limit), detail)
    }
  }
}
