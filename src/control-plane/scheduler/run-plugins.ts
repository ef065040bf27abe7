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
    const { plugin, state } = filters[i]!
    const status = plugin.filter!(state, pod, node)
    if (status === undefined) continue
    if (status.code !== 'Error') return named(status, plugin.name)
    return { code: 'Error', reasons: [`running "${plugin.name}" filter plugin: ${statusMessage(status)}`] }
  }
  return undefined
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

/** With the pods in place that are to come there, and without. Source: RunFilterPluginsWithNominatedPods */
export function filterBeside(
  framework: Framework,
  pod: PodInfo,
  node: NodeInfo,
  filters: readonly ActiveFilter[],
  snapshot: Snapshot,
  nominated: readonly PodInfo[],
): Status | undefined {
  const crowded = withNominated(pod, node, nominated)
  if (crowded !== undefined) {
    const status = filterChanged(framework, pod, crowded, snapshot)
    if (status !== undefined) return status
  }
  return runFilters(pod, node, filters)
}

const priority = ({ pod }: PodInfo): number => pod.spec.priority ?? 0

/** Undefined: no pod is to come there that matters to this one. Source: addGENominatedPods */
export function withNominated(pod: PodInfo, node: NodeInfo, nominated: readonly PodInfo[]): NodeInfo | undefined {
  if (nominated.length === 0) return undefined
  const first = nominated.filter((other) => priority(other) >= priority(pod) && other.key !== pod.key)
  if (first.length === 0) return undefined
  const crowded = node.clone()
  for (const other of first) crowded.addPod(other)
  return crowded
}

/** Filters a node that is not as the snapshot has it. */
export function filterChanged(
  framework: Framework,
  pod: PodInfo,
  node: NodeInfo,
  snapshot: Snapshot,
): Status | undefined {
  const outcome = preFilter(framework, pod, new SnapshotWithNode(snapshot, node))
  return 'status' in outcome ? outcome.status : runFilters(pod, node, outcome.filters)
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
