import type { Endpoint, EndpointSlice, EndpointSlicePort, Service } from '../../../api/types.ts'
import { sameLabels } from '../service-index.ts'
import { type AddressType, endpointKey, newSlice, sameEndpoint, sliceLabels } from './slices.ts'

export interface SliceChanges {
  readonly create: EndpointSlice[]
  readonly update: EndpointSlice[]
  readonly remove: EndpointSlice[]
}

/** Endpoints with the same ports, and the slices that hold them now. */
export interface PortGroup {
  readonly ports: readonly EndpointSlicePort[]
  readonly desired: readonly Endpoint[]
  readonly existing: readonly EndpointSlice[]
}

/**
 * Brings the slices of one set of ports up to date with as few writes as can be: what is gone leaves its slice, what is
 * new goes into slices that change anyway, then into one unchanged slice if all of it fits, then into new ones.
 * Source: staging/src/k8s.io/endpointslice/reconciler.go reconcileByPortMapping
 */
export function packSlices(
  service: Service,
  addressType: AddressType,
  { ports, desired, existing }: PortGroup,
  maxEndpoints: number,
): SliceChanges {
  const wanted = new Map(desired.map((endpoint) => [endpointKey(endpoint), endpoint]))
  const labels = sliceLabels(service)
  const unchanged: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  const remove: EndpointSlice[] = []
  for (const slice of existing) {
    const kept = keepWanted(slice, wanted)
    const relabelled = !sameLabels(slice.metadata.labels, labels)
    if (kept === slice.endpoints && !relabelled) unchanged.push(slice)
    else if (kept.length === 0 && kept !== slice.endpoints) remove.push(slice)
    else update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints: kept })
  }
  const left = [...wanted.values()]
  fillUpdated(update, left, maxEndpoints)
  const create: EndpointSlice[] = []
  while (left.length > 0) {
    const roomy = left.length < maxEndpoints ? sliceToFill(unchanged, left.length, maxEndpoints) : undefined
    const added = left.splice(0, maxEndpoints - (roomy?.endpoints?.length ?? 0))
    if (roomy === undefined) create.push(newSlice(service, addressType, ports, added))
    else {
      unchanged.splice(unchanged.indexOf(roomy), 1)
      update.push({ ...roomy, endpoints: [...(roomy.endpoints ?? []), ...added] })
    }
  }
  return { create, update, remove }
}

const NONE: readonly Endpoint[] = []

/** Takes the slice's endpoints out of `wanted`; answers its own list when nothing in it changes. */
function keepWanted(slice: EndpointSlice, wanted: Map<string, Endpoint>): readonly Endpoint[] {
  const endpoints = slice.endpoints ?? NONE
  let changed = false
  const kept: Endpoint[] = []
  for (const endpoint of endpoints) {
    const key = endpointKey(endpoint)
    const now = wanted.get(key)
    wanted.delete(key)
    if (now !== undefined && sameEndpoint(now, endpoint)) kept.push(endpoint)
    else {
      changed = true
      if (now !== undefined) kept.push(now)
    }
  }
  return changed ? kept : (slice.endpoints ?? NONE)
}

function fillUpdated(update: EndpointSlice[], left: Endpoint[], maxEndpoints: number): void {
  if (left.length === 0) return
  update.sort((a, b) => (b.endpoints?.length ?? 0) - (a.endpoints?.length ?? 0))
  for (const [at, slice] of update.entries()) {
    const endpoints = slice.endpoints ?? []
    const added = left.splice(0, Math.max(0, maxEndpoints - endpoints.length))
    if (added.length > 0) update[at] = { ...slice, endpoints: [...endpoints, ...added] }
  }
}

/** The slice that all of it would fill best. Source: utils.go getSliceToFill */
function sliceToFill(slices: readonly EndpointSlice[], count: number, maxEndpoints: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined
  let bestRoom = maxEndpoints
  for (const slice of slices) {
    const room = maxEndpoints - count - (slice.endpoints?.length ?? 0)
    if (room < 0 || room >= bestRoom) continue
    best = slice
    bestRoom = room
  }
  return best
}
