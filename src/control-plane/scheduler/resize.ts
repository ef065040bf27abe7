import { findCondition } from '../../api/conditions.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { Container, ContainerStatus, Pod } from '../../api/types.ts'
import type { ResourceList } from './resources.ts'

/** By container name: what containers count with whose size is being changed in place. */
export type ResizedRequests = ReadonlyMap<string, ResourceList>

/**
 * A container that is being resized counts with the most of what it asks for, was promised and has; when it cannot be
 * resized, with what it has. Undefined when that is what the specs say anyway.
 * Source: component-helpers/resource/helpers.go determineEffectiveRequests
 */
export function resizedRequests(pod: Pod): ResizedRequests | undefined {
  const { containerStatuses, initContainerStatuses } = pod.status ?? {}
  if (containerStatuses === undefined && initContainerStatuses === undefined) return undefined
  let resized: Map<string, ResourceList> | undefined
  const look = (containers: readonly Container[] | undefined, statuses: readonly ContainerStatus[] | undefined) => {
    for (const { name, resources: actual, allocatedResources } of statuses ?? []) {
      if (actual === undefined) continue
      const spec = containers?.find((container) => container.name === name)?.resources?.requests
      const [used, allocated] = [actual.requests, allocatedResources ?? actual.requests]
      if (same(spec, used) && same(spec, allocated)) continue
      const infeasible = findCondition(pod.status?.conditions, 'PodResizePending')?.reason === 'Infeasible'
      resized ??= new Map()
      resized.set(name, most(infeasible ? [used, allocated] : [spec, used, allocated]))
    }
  }
  look(pod.spec.containers, containerStatuses)
  const sidecars = pod.spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always')
  if (sidecars !== undefined && sidecars.length > 0)
    look(
      sidecars,
      initContainerStatuses?.filter(({ name }) => sidecars.some((each) => each.name === name)),
    )
  return resized
}

function same(a: ResourceList | undefined, b: ResourceList | undefined): boolean {
  if (a === b) return true
  const [left, right] = [Object.entries(a ?? {}), b ?? {}]
  if (left.length !== Object.keys(right).length) return false
  return left.every(
    ([name, amount]) =>
      right[name] === amount || (right[name] !== undefined && compareQuantities(amount, right[name]) === 0),
  )
}

function most(lists: readonly (ResourceList | undefined)[]): ResourceList {
  const largest: Record<string, string | number> = {}
  for (const list of lists)
    for (const [name, amount] of Object.entries(list ?? {}))
      if (largest[name] === undefined || compareQuantities(amount, largest[name]) > 0) largest[name] = amount
  return largest
}
