import { isNodeReady } from '../../../api/conditions.ts'
import { quantityMilliValue } from '../../../api/quantity.ts'
import type { Node } from '../../../api/types.ts'

/** How many endpoints each zone gets, by the CPU of its nodes: pure. Source: endpointslice/topologycache/topologycache.go */

/** A zone gets at most this much more than its share to do. */
const OVERLOAD = 0.2

export interface Allocation {
  readonly minimum: number
  readonly maximum: number
  readonly desired: number
}

/** Zone to share of CPU; undefined where nodes do not say enough. */
export type Ratios = ReadonlyMap<string, number> | undefined

const ZONE = 'topology.kubernetes.io/zone'
const NOT_COUNTED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** Source: SetNodes */
export function cpuRatios(nodes: readonly Node[]): Ratios {
  const byZone = new Map<string, number>()
  let total = 0
  for (const node of nodes) {
    const { labels = {} } = node.metadata
    if (NOT_COUNTED.some((label) => label in labels) || !isNodeReady(node)) continue
    const zone = labels[ZONE] ?? ''
    const cpu = quantityMilliValue(node.status?.allocatable?.cpu ?? '0')
    if (zone === '' || cpu === 0) return undefined
    byZone.set(zone, (byZone.get(zone) ?? 0) + cpu)
    total += cpu
  }
  if (byZone.size < 2) return undefined
  return new Map([...byZone].map(([zone, cpu]) => [zone, cpu / total]))
}

/** Answers why there are none. Source: getAllocations */
export function allocationsFor(endpoints: number, ratios: Ratios): ReadonlyMap<string, Allocation> | string {
  if (ratios === undefined)
    return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
  const counts = `(${endpoints} endpoints, ${ratios.size} zones)`
  if (ratios.size > endpoints) return `Insufficient number of endpoints ${counts}`
  const least = new Map([...ratios].map(([zone, ratio]) => [zone, minimumOf(ratio * endpoints)]))
  const spare = [...least.values()].reduce((left, minimum) => left - minimum, endpoints)
  if (spare < 0)
    return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`
  return new Map(
    [...ratios].map(([zone, ratio]) => {
      const minimum = least.get(zone)!
      return [zone, { minimum, maximum: minimum + spare, desired: Math.max(ratio * endpoints, minimum) }]
    }),
  )
}

const minimumOf = (desired: number): number => Math.ceil(desired * (1 / (1 + OVERLOAD)))

/** A zone has too few endpoints for its share. Source: utils.go serviceOverloaded */
export function isOverloaded(byZone: ReadonlyMap<string, number>, ratios: Ratios): boolean {
  if (byZone.size === 0) return false
  if (ratios === undefined) return true
  const total = [...byZone.values()].reduce((sum, count) => sum + count, 0)
  return [...ratios].some(([zone, ratio]) => (byZone.get(zone) ?? -1) < minimumOf(total * ratio))
}

/** Which zones have endpoints to give, which want some, and how many. Source: utils.go getGivingAndReceivingZones */
export function exchanges(
  allocations: ReadonlyMap<string, Allocation>,
  allocated: ReadonlyMap<string, number>,
): { readonly giving: Map<string, number>; readonly receiving: Map<string, number> } {
  const surplus = new Map<string, number>()
  const want = new Map<string, number>()
  for (const [zone, { desired }] of allocations) {
    const has = allocated.get(zone) ?? 0
    if (has > desired) surplus.set(zone, has - desired)
    else if (has < desired) want.set(zone, desired - has)
  }
  const giving = new Map<string, number>()
  const receiving = new Map<string, number>()
  for (;;) {
    const [from, gives] = most(surplus)
    const [to, takes] = most(want)
    if (from === undefined || to === undefined || (gives < 1 && takes < 1) || gives < 0.5 || takes < 0.5) break
    add(giving, from, 1)
    add(surplus, from, -1)
    add(receiving, to, 1)
    add(want, to, -1)
  }
  return { giving, receiving }
}

export function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function most(zones: ReadonlyMap<string, number>): readonly [string | undefined, number] {
  let found: readonly [string | undefined, number] = [undefined, 0]
  for (const [zone, count] of zones) if (count > found[1]) found = [zone, count]
  return found
}
