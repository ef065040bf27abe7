import { keyOf } from '../../../api/meta.ts'
import type { Endpoint, EndpointSlice, Node, Service } from '../../../api/types.ts'
import type { AddressType } from './slices.ts'
import { type HintedSlices, isReadyEndpoint, mapEndpoints, withHints, withoutHints } from './traffic-distribution.ts'
import {
  type Allocation,
  add,
  allocationsFor,
  cpuRatios,
  exchanges,
  isOverloaded,
  type Ratios,
} from './zone-allocation.ts'

/** What is said of a Service: type, reason and message of an Event. */
export type TopologyEvent = readonly ['Normal' | 'Warning', string, string]

const MODE = 'service.kubernetes.io/topology-mode'
const DEPRECATED_MODE = 'service.kubernetes.io/topology-aware-hints'

/** Source: endpointslice/utils.go hintsEnabled */
export function hasTopologyMode({ metadata: { annotations = {} } }: Service): boolean {
  return /^[Aa]uto$/.test(annotations[DEPRECATED_MODE] ?? annotations[MODE] ?? '')
}

/**
 * Endpoints for the zones in proportion to the CPU of their nodes, for Services that ask for it, and what was given to whom.
 * Source: endpointslice/topologycache/topologycache.go TopologyCache
 */
export class Topology {
  readonly #nodes: () => readonly Node[]
  /** By Service, then address type: endpoints by zone. */
  readonly #given = new Map<string, Map<AddressType, ReadonlyMap<string, number>>>()

  constructor(nodes: () => readonly Node[]) {
    this.#nodes = nodes
  }

  get isUsed(): boolean {
    return this.#given.size > 0
  }

  /** Services of which a zone has too few endpoints for its nodes. Source: GetOverloadedServices */
  overloaded(): readonly string[] {
    const ratios = cpuRatios(this.#nodes())
    return [...this.#given].flatMap(([key, byType]) =>
      [...byType.values()].some((byZone) => isOverloaded(byZone, ratios)) ? [key] : [],
    )
  }

  /** Source: AddHints */
  hinted(
    slices: HintedSlices,
    service: Service,
    type: AddressType,
  ): readonly [HintedSlices, TopologyEvent | undefined] {
    const all = [...slices.create, ...slices.update, ...slices.unchanged]
    const count = all.flatMap(({ endpoints }) => endpoints ?? []).filter(isReadyEndpoint).length
    const ratios: Ratios = cpuRatios(this.#nodes())
    const allocations = allocationsFor(count, ratios)
    const refused = (why: string) => this.#refused(slices, service, type, why)
    if (typeof allocations === 'string') return refused(allocations)
    const { kept, changing, allocated } = keepHinted(slices, allocations)
    const { create } = slices
    const open = [...create, ...changing]
    if (open.some((slice) => slice.endpoints?.some((each) => isReadyEndpoint(each) && !each.zone)))
      return refused('One or more endpoints do not have a zone specified')
    for (const { endpoints } of open)
      for (const endpoint of endpoints ?? []) if (isReadyEndpoint(endpoint)) add(allocated, endpoint.zone!, 1)
    const { giving, receiving } = exchanges(allocations, allocated)
    const zoneFor = (endpoint: Endpoint) => handOver(endpoint.zone!, giving, receiving, allocated)
    const hint = (slice: EndpointSlice) =>
      mapEndpoints(slice, (endpoint) =>
        isReadyEndpoint(endpoint) ? withHints(endpoint, { forZones: [{ name: zoneFor(endpoint) }] }) : endpoint,
      )
    const result = { create: create.map(hint), update: changing.map(hint), unchanged: kept }
    if (allocated.size === 0) return refused('No hints allocated for zones')
    return [result, this.#give(service, type, allocated)]
  }

  #give(service: Service, type: AddressType, byZone: ReadonlyMap<string, number>): TopologyEvent | undefined {
    const key = keyOf(service)
    const known = this.#given.get(key)
    this.#given.set(key, new Map([...(known ?? []), [type, byZone]]))
    if (known !== undefined) return undefined
    return ['Normal', 'TopologyAwareHintsEnabled', `Topology Aware Hints has been enabled, addressType: ${type}`]
  }

  #refused(slices: HintedSlices, service: Service, type: AddressType, why: string) {
    this.#forget(keyOf(service), type)
    const event = ['Warning', 'TopologyAwareHintsDisabled', `${why}, addressType: ${type}`] as const
    return [withoutHints(slices), event] as const
  }

  /** The Service asks no more. Source: reconciler.go reconcileByAddressType, RemoveHints */
  stopped(service: Service, type: AddressType): TopologyEvent | undefined {
    if (!this.#forget(keyOf(service), type)) return undefined
    const message = `Topology Aware Hints has been disabled, addressType: ${type}`
    return ['Warning', 'TopologyAwareHintsDisabled', message]
  }

  #forget(key: string, type: AddressType): boolean {
    const byType = this.#given.get(key)
    if (byType === undefined) return false
    byType.delete(type)
    if (byType.size === 0) this.#given.delete(key)
    return true
  }
}

interface Kept {
  readonly kept: EndpointSlice[]
  readonly changing: EndpointSlice[]
  /** Endpoints of what stays, by the zone they are for. */
  readonly allocated: Map<string, number>
}

/** Source: sliceinfo.go getAllocatedHintsByZone */
function keepHinted({ update, unchanged }: HintedSlices, allocations: ReadonlyMap<string, Allocation>): Kept {
  const all: Kept = { kept: [], changing: [...update], allocated: new Map() }
  for (const slice of unchanged) {
    const zones = (slice.endpoints ?? []).filter(isReadyEndpoint).map(({ hints }) => hints?.forZones ?? [])
    const byZone = new Map<string, number>()
    for (const { name } of zones.flat()) add(byZone, name, 1)
    const fits = [...byZone].every(
      ([zone, count]) => count + (all.allocated.get(zone) ?? 0) <= (allocations.get(zone)?.maximum ?? -1),
    )
    if (zones.some((each) => each.length === 0) || !fits) all.changing.push(slice)
    else {
      all.kept.push(slice)
      for (const [zone, count] of byZone) add(all.allocated, zone, count)
    }
  }
  return all
}

/** The zone an endpoint is for: its own, unless that has too many. Source: utils.go redistributeHints */
function handOver(
  zone: string,
  giving: Map<string, number>,
  receiving: Map<string, number>,
  allocated: Map<string, number>,
): string {
  const [to] = [...receiving].find(([, count]) => count > 0) ?? []
  if (to === undefined || (giving.get(zone) ?? 0) <= 0) return zone
  add(giving, zone, -1)
  add(receiving, to, -1)
  add(allocated, zone, -1)
  add(allocated, to, 1)
  return to
}
