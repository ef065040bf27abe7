/** Asking the plugins of a profile, one after the other. Source: pkg/scheduler/framework/runtime/framework.go */
import { statusMessage } from './fit-error.ts'
import type { Plugin, Snapshot, Status, WeightedPlugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { Framework } from './profile.ts'
import { SnapshotWithNode } from './snapshot-with-node.ts'

/** A plugin that has something to say about this pod, with what it computed for it. */
export interface ActiveFilter {
  readonly plugin: Plugin
  readonly state: unknown
  /** Its last refusal, and the same with its name: most nodes get the same one. */
  refusal?: Status
  namedRefusal?: Status
}

/** What the plugins computed for the pod, for those that have more to do with it. */
export type PodStates = readonly ActiveFilter[]

export interface PreFilterPassed {
  readonly filters: readonly ActiveFilter[]
  readonly states: PodStates
  readonly nodeNames?: ReadonlySet<string>
  readonly pluginsWithNodes: readonly string[]
}

/** What a plugin's `preFilter` left; undefined when it had nothing to do. */
export function stateOf(states: PodStates, plugin: Plugin): unknown {
  for (let i = 0; i < states.length; i++) if (states[i]!.plugin === plugin) return states[i]!.state
  return undefined
}

/** Filters that look at nothing but the pod and the node. */
const LOCAL_FILTERS: ReadonlySet<string> = new Set([
  ...['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit'],
])

/** Whether what goes for one pod on a node goes for every pod like it, until the node changes. */
export const isLocal = (filters: readonly ActiveFilter[]): boolean =>
  filters.every(({ plugin }) => LOCAL_FILTERS.has(plugin.name))

/** Source: RunPreFilterPlugins */
export function preFilter(
  framework: Framework,
  pod: PodInfo,
  snapshot: Snapshot,
): PreFilterPassed | { readonly status: Status } {
  const states: ActiveFilter[] = []
  const skipped = new Set<Plugin>()
  let nodeNames: ReadonlySet<string> | undefined
  const pluginsWithNodes: string[] = []
  let refused: Status | undefined
  for (const plugin of framework.preFilter) {
    const outcome = plugin.preFilter!(pod, snapshot)
    if (outcome.code === 'Skip') {
      skipped.add(plugin)
      continue
    }
    if (outcome.code === 'Success') {
      const { state, nodeNames: names } = outcome as { state: unknown; nodeNames?: ReadonlySet<string> }
      states.push({ plugin, state })
      if (names === undefined) continue
      pluginsWithNodes.push(plugin.name)
      nodeNames = nodeNames === undefined ? names : intersection(nodeNames, names)
      if (nodeNames.size === 0) return { status: noNodesLeft(pluginsWithNodes) }
      continue
    }
    refused = { ...(outcome as Status), plugin: plugin.name }
    // Nothing can be done about it, so there is no need to ask the others.
    if (outcome.code !== 'Unschedulable') return { status: refused }
  }
  if (refused !== undefined) return { status: refused }
  const filters: ActiveFilter[] = []
  for (const plugin of framework.filter)
    if (!skipped.has(plugin)) filters.push({ plugin, state: stateOf(states, plugin) })
  return { filters, states, pluginsWithNodes, ...(nodeNames && { nodeNames }) }
}

/** Source: RunFilterPlugins */
export function runFilters(pod: PodInfo, node: NodeInfo, filters: readonly ActiveFilter[]): Status | undefined {
  for (let i = 0; i < filters.length; i++) {
    const filter = filters[i]!
    const status = filter.plugin.filter!(filter.state, pod, node)
    if (status !== undefined) return refusalOf(filter, status)
  }
  return undefined
}

function refusalOf(filter: ActiveFilter, status: Status): Status {
  const { name } = filter.plugin
  if (status.code === 'Error')
    return { code: 'Error', reasons: [`running "${name}" filter plugin: ${statusMessage(status)}`] }
  if (filter.refusal !== status) {
    filter.refusal = status
    filter.namedRefusal = named(status, name)
  }
  return filter.namedRefusal!
}

const namedStatuses = new WeakMap<Status, Status>()

/** Most refusals are constants of the plugin, so the same object with the plugin's name serves for all nodes. */
function named(status: Status, plugin: string): Status {
  let known = namedStatuses.get(status)
  if (known === undefined) {
    known = { ...status, plugin }
    namedStatuses.set(status, known)
  }
  return known
}

/**
 * With the pods in place that are to come there, and without.
 *
 * @param changed whether the node is not as the snapshot has it
 * Source: RunFilterPluginsWithNominatedPods
 */
export function filterBeside(
  pod: PodInfo,
  node: NodeInfo,
  filters: readonly ActiveFilter[],
  snapshot: Snapshot,
  nominated: readonly PodInfo[],
  changed = false,
): Status | undefined {
  const crowded = withNominated(pod, node, nominated)
  const status = crowded && filterChanged(pod, crowded, filters, snapshot)
  return status ?? (changed ? filterChanged(pod, node, filters, snapshot) : runFilters(pod, node, filters))
}

const priority = ({ pod }: PodInfo): number => pod.spec.priority ?? 0

/** Undefined: no pod is to come there that matters to this one. Source: addGENominatedPods */
function withNominated(pod: PodInfo, node: NodeInfo, nominated: readonly PodInfo[]): NodeInfo | undefined {
  if (nominated.length === 0) return undefined
  const least = priority(pod)
  let matter = 0
  for (const other of nominated) if (priority(other) >= least && other.key !== pod.key) matter++
  if (matter === 0) return undefined
  if (node.id < 0 || matter < nominated.length) {
    const first = nominated.filter((other) => priority(other) >= least && other.key !== pod.key)
    return crowd(node, first, -1)
  }
  let known = crowdedNodes.get(nominated)
  if (known?.node !== node || known.generation !== node.generation) {
    known = { node, generation: node.generation, crowded: crowd(node, nominated, node.id + 1) }
    crowdedNodes.set(nominated, known)
  }
  return known.crowded
}

/** Nodes with all the pods that are nominated to them, until one of both changes. */
const crowdedNodes = new WeakMap<
  readonly PodInfo[],
  { readonly node: NodeInfo; readonly generation: number; readonly crowded: NodeInfo }
>()

let crowds = 0

/** No two of one id are of the same generation: what is remembered of one is not true of the next. */
function crowd(node: NodeInfo, first: readonly PodInfo[], id: number): NodeInfo {
  const crowded = node.clone(id)
  for (const other of first) crowded.addPod(other)
  crowded.generation = ++crowds
  return crowded
}

/**
 * Filters a node that is not as the snapshot has it. A `preFilter` that takes the snapshot is asked again; one that skipped
 * the pod goes on skipping it. Source: RunPreFilterExtensionAddPod, RunPreFilterExtensionRemovePod
 */
export function filterChanged(
  pod: PodInfo,
  node: NodeInfo,
  filters: readonly ActiveFilter[],
  snapshot: Snapshot,
): Status | undefined {
  let changed: Snapshot | undefined
  for (let i = 0; i < filters.length; i++) {
    const filter = filters[i]!
    const { plugin } = filter
    let { state } = filter
    if (plugin.preFilter !== undefined && plugin.preFilter.length > 1) {
      changed ??= new SnapshotWithNode(snapshot, node)
      const outcome = plugin.preFilter(pod, changed)
      if (outcome.code === 'Skip') continue
      if (outcome.code !== 'Success') return named(outcome as Status, plugin.name)
      state = (outcome as { state: unknown }).state
    }
    const status = plugin.filter!(state, pod, node)
    if (status !== undefined) return refusalOf(filter, status)
  }
  return undefined
}

/**
 * Scores nodes plugin by plugin; `each` finds the scores of one plugin, brought into 0..100, in `scores`.
 *
 * @param onRaw sees them before that
 * @returns what a plugin failed with
 * Source: RunPreScorePlugins, RunScorePlugins
 */
export function scoreNodes(
  framework: Framework,
  pod: PodInfo,
  snapshot: Snapshot,
  nodes: readonly NodeInfo[],
  states: PodStates,
  scores: number[],
  each: (plugin: WeightedPlugin) => void,
  onRaw?: (plugin: WeightedPlugin) => void,
): string | undefined {
  scores.length = nodes.length
  for (const weighted of framework.score) {
    const { plugin } = weighted
    let state: unknown
    if (plugin.preScore !== undefined && framework.preScore.includes(plugin)) {
      const outcome = plugin.preScore(pod, snapshot, nodes, stateOf(states, plugin))
      if (outcome.code === 'Skip') continue
      if (outcome.code !== 'Success')
        return `running PreScore plugin "${plugin.name}": ${statusMessage(outcome as Status)}`
      state = (outcome as { state: unknown }).state
    }
    for (let i = 0; i < nodes.length; i++) scores[i] = plugin.score!(state, pod, nodes[i]!)
    onRaw?.(weighted)
    plugin.normalizeScore?.(state, scores, nodes)
    each(weighted)
  }
  return undefined
}

const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((name) => b.has(name)))

function noNodesLeft(plugins: readonly string[]): Status {
  const names = [...plugins].sort()
  const which = names.length === 1 ? `plugin ${names[0]}` : `plugin(s) [${names.join(' ')}] simultaneously`
  return { code: 'UnschedulableAndUnresolvable', reasons: [`node(s) didn't satisfy ${which}`] }
}
