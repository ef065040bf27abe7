import { parseNodeSelector } from '../../../api/node-selector.ts'
import { parseQuantity } from '../../../api/quantity.ts'
import type { NodeSelector, ResourceSlice } from '../../../api/types.ts'
import type { NodeInfo } from '../node-info.ts'
import type { Pool } from './device-types.ts'

/** Source: structured/internal/incubating/pools_incubating.go NodeMatches */
export function nodeMatches(
  node: NodeInfo,
  target: { readonly nodeName?: string; readonly allNodes?: boolean; readonly nodeSelector?: NodeSelector },
): boolean {
  if (target.nodeName) return node.name === target.nodeName
  if (target.allNodes) return true
  return target.nodeSelector !== undefined && parseNodeSelector(target.nodeSelector).matches(node)
}

const poolKey = ({ spec }: ResourceSlice): string => `${spec.driver}/${spec.pool.name}`
const counters = ({ spec }: ResourceSlice) => spec.sharedCounters ?? []
const devices = ({ spec }: ResourceSlice) => spec.devices ?? []
const byName = (a: ResourceSlice, b: ResourceSlice): number => (a.metadata.name < b.metadata.name ? -1 : 1)

/** Slices with counters go for every node of their pool. */
function isRelevant(slice: ResourceSlice, node: NodeInfo): boolean {
  const { spec } = slice
  if (counters(slice).length > 0) return true
  if (spec.nodeName || spec.allNodes || spec.nodeSelector !== undefined) return nodeMatches(node, spec)
  return spec.perDeviceNodeSelection === true && devices(slice).some((device) => nodeMatches(node, device))
}

/**
 * Pools with devices that a node reaches, in the order in which devices are tried: those with binding conditions last.
 *
 * @param slices those that may concern the node
 * @param all every slice there is
 * Source: pools_incubating.go GatherPools
 */
export function gatherPools(
  slices: Iterable<ResourceSlice>,
  node: NodeInfo,
  all: Iterable<ResourceSlice>,
): readonly Pool[] {
  const newest = new Map<string, ResourceSlice[]>()
  for (const slice of slices) if (isRelevant(slice, node)) addSlice(newest, slice)
  const pools = [...newest.values()].flatMap((own) => poolOf(own, all) ?? [])
  const order = (a: Pool, b: Pool): number =>
    a.driver !== b.driver ? (a.driver < b.driver ? -1 : 1) : a.name < b.name ? -1 : 1
  const bindingLast = (wanted: boolean) => pools.filter((pool) => hasBindingConditions(pool) === wanted).sort(order)
  return [...bindingLast(false), ...bindingLast(true)]
}

/** Only the newest generation counts. */
function addSlice(pools: Map<string, ResourceSlice[]>, slice: ResourceSlice): void {
  const key = poolKey(slice)
  const known = pools.get(key) ?? []
  const newest = known[0]?.spec.pool.generation ?? -1
  const { generation } = slice.spec.pool
  if (generation > newest) pools.set(key, [slice])
  else if (generation === newest) known.push(slice)
}

/** Undefined: a newer generation of the pool has nothing for the node. */
function poolOf(own: readonly ResourceSlice[], all: Iterable<ResourceSlice>): Pool | undefined {
  const [{ spec }] = own as readonly [ResourceSlice]
  const { generation, resourceSliceCount } = spec.pool
  if (own.length === resourceSliceCount) return buildPool(own, own)
  const every: ResourceSlice[] = []
  for (const slice of all) {
    if (poolKey(slice) !== poolKey(own[0]!)) continue
    if (slice.spec.pool.generation > generation) return undefined
    if (slice.spec.pool.generation === generation) every.push(slice)
  }
  return every.length === resourceSliceCount ? buildPool(own, every) : emptyPool(own[0]!, 'incomplete')
}

const emptyPool = ({ spec }: ResourceSlice, state: Pool['state']): Pool => ({
  driver: spec.driver,
  name: spec.pool.name,
  state,
  slices: [],
  otherSlices: [],
  counterSets: new Map(),
})

/** Source: buildPool */
function buildPool(own: readonly ResourceSlice[], every: readonly ResourceSlice[]): Pool {
  const sorted = [...own].sort(byName)
  const slices = sorted.filter((slice) => counters(slice).length === 0)
  const names = slices.flatMap((slice) => devices(slice).map(({ name }) => name))
  const sets = sorted.flatMap(counters)
  const counterSets = new Map(
    sets.map((set) => [
      set.name,
      new Map(Object.entries(set.counters).map(([name, { value }]) => [name, parseQuantity(value).nano])),
    ]),
  )
  const otherSlices = every.filter((slice) => !own.includes(slice))
  const isValid =
    new Set(names).size === names.length &&
    counterSets.size === sets.length &&
    [...sorted, ...otherSlices].every((slice) => consumesKnownCounters(slice, counterSets))
  if (!isValid) return emptyPool(own[0]!, 'invalid')
  return { ...emptyPool(own[0]!, 'complete'), slices, otherSlices, counterSets }
}

function consumesKnownCounters(slice: ResourceSlice, sets: Pool['counterSets']): boolean {
  return devices(slice).every(({ consumesCounters = [] }) =>
    consumesCounters.every(({ counterSet, counters: wanted }) => {
      const set = sets.get(counterSet)
      return set !== undefined && Object.keys(wanted).every((name) => set.has(name))
    }),
  )
}

const hasBindingConditions = ({ slices }: Pool): boolean =>
  slices.some((slice) => devices(slice).some(({ bindingConditions }) => bindingConditions !== undefined))
