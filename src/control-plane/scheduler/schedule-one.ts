import type { Random } from '../../sim/random.ts'
import { newDiagnosis, statusMessage } from './fit-error.ts'
import type { Diagnosis, Plugin, Snapshot, Status, WeightedPlugin } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import { SnapshotWithNode } from './snapshot-with-node.ts'

/** Source: pkg/scheduler/schedule_one.go */
const MIN_FEASIBLE_NODES_TO_FIND = 100
const MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND = 5

/** A plugin that has something to say about this pod, with what it computed for it. */
export interface ActiveFilter {
  readonly plugin: Plugin
  readonly state: unknown
}

/** Pods that preemption made room for, by node: others must leave that room. */
export type NominatedPods = (node: string) => readonly PodInfo[]

export type ScheduleResult =
  | { readonly node: NodeInfo }
  | { readonly node: undefined; readonly diagnosis: Diagnosis }
  /** It went wrong: no nodes at all, or a pod that a plugin cannot read. */
  | { readonly node: undefined; readonly diagnosis: undefined; readonly error: string; readonly rejected: boolean }

export type PreFilterOutcome =
  | {
      readonly filters: readonly ActiveFilter[]
      readonly nodeNames?: ReadonlySet<string>
      readonly pluginsWithNodes: readonly string[]
    }
  | { readonly status: Status }

/**
 * Finds a node for one pod: filters as many nodes as it takes, scores those that passed, takes the best.
 * Source: pkg/scheduler/schedule_one.go schedulePod
 */
export class Algorithm {
  readonly #plugins: readonly WeightedPlugin[]
  readonly #random: Random
  #nextStartNodeIndex = 0
  readonly #feasible: NodeInfo[] = []
  readonly #total: number[] = []
  readonly #scores: number[] = []

  constructor(plugins: readonly WeightedPlugin[], random: Random) {
    this.#plugins = plugins
    this.#random = random
  }

  schedule(pod: PodInfo, snapshot: Snapshot, nominated: NominatedPods): ScheduleResult {
    if (snapshot.nodes.length === 0) return NO_NODES
    const diagnosis = newDiagnosis()
    const feasible = this.#findNodesThatFit(pod, snapshot, nominated, diagnosis)
    if (typeof feasible === 'string') return failed(feasible)
    if (feasible.length === 0) return { node: undefined, diagnosis }
    return { node: feasible.length === 1 ? feasible[0]! : this.#best(pod, snapshot, feasible) }
  }

  /** Source: frameworkImpl.RunPreFilterPlugins */
  preFilter(pod: PodInfo, snapshot: Snapshot): PreFilterOutcome {
    const filters: ActiveFilter[] = []
    let nodeNames: ReadonlySet<string> | undefined
    const pluginsWithNodes: string[] = []
    let refused: Status | undefined
    for (const { plugin } of this.#plugins) {
      if (plugin.filter === undefined) continue
      const outcome = plugin.preFilter?.(pod, snapshot)
      if (outcome?.code === 'Skip') continue
      if (outcome === undefined || outcome.code === 'Success') {
        filters.push({ plugin, state: outcome?.state })
        if (outcome?.nodeNames === undefined) continue
        pluginsWithNodes.push(plugin.name)
        nodeNames = nodeNames === undefined ? outcome.nodeNames : intersection(nodeNames, outcome.nodeNames)
        if (nodeNames.size === 0) return { status: noNodesLeft(pluginsWithNodes) }
        continue
      }
      refused = { ...(outcome as Status), plugin: plugin.name }
      // Nothing can be done about it, so there is no need to ask the others.
      if (outcome.code !== 'Unschedulable') return { status: refused }
    }
    if (refused !== undefined) return { status: refused }
    return { filters, pluginsWithNodes, ...(nodeNames && { nodeNames }) }
  }

  /** Source: schedule_one.go findNodesThatFitPod */
  #findNodesThatFit(
    pod: PodInfo,
    snapshot: Snapshot,
    nominated: NominatedPods,
    diagnosis: Diagnosis,
  ): readonly NodeInfo[] | string {
    const outcome = this.preFilter(pod, snapshot)
    if ('status' in outcome) {
      const { status } = outcome
      if (status.code === 'Error') return `running PreFilter plugin "${status.plugin}": ${statusMessage(status)}`
      diagnosis.absentNodesStatus = status
      diagnosis.preFilterMessage = statusMessage(status)
      if (status.plugin !== undefined) diagnosis.unschedulablePlugins.add(status.plugin)
      return []
    }
    const { filters, nodeNames, pluginsWithNodes } = outcome
    for (const name of pluginsWithNodes) diagnosis.unschedulablePlugins.add(name)
    const passes = (node: NodeInfo) => this.#runFilters(pod, node, filters, snapshot, nominated(node.name))
    const nominatedNode = pod.pod.status?.nominatedNodeName
    if (nominatedNode) {
      const node = snapshot.get(nominatedNode)
      if (node !== undefined && passes(node) === undefined) return [node]
    }
    const nodes = nodeNames === undefined ? snapshot.nodes : known(nodeNames, snapshot)
    if (nodeNames !== undefined) diagnosis.absentNodesStatus = unsatisfied(pluginsWithNodes)
    const feasible = this.#filterNodes(nodes, passes, diagnosis)
    const processed = feasible.length + diagnosis.nodeToStatus.size
    this.#nextStartNodeIndex = (this.#nextStartNodeIndex + processed) % snapshot.nodes.length
    return feasible
  }

  /** Goes round from where the last pod stopped, until there are enough. Source: findNodesThatPassFilters */
  #filterNodes(
    nodes: readonly NodeInfo[],
    passes: (node: NodeInfo) => Status | undefined,
    diagnosis: Diagnosis,
  ): readonly NodeInfo[] {
    const enough = numFeasibleNodesToFind(nodes.length)
    const feasible = this.#feasible
    feasible.length = 0
    for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
      const node = nodes[(this.#nextStartNodeIndex + i) % nodes.length]!
      const status = passes(node)
      if (status === undefined) feasible.push(node)
      else {
        diagnosis.nodeToStatus.set(node.name, status)
        if (status.plugin !== undefined) diagnosis.unschedulablePlugins.add(status.plugin)
      }
    }
    return feasible
  }

  /** With the pods in place that are to come there, and without. Source: RunFilterPluginsWithNominatedPods */
  #runFilters(
    pod: PodInfo,
    node: NodeInfo,
    filters: readonly ActiveFilter[],
    snapshot: Snapshot,
    nominated: readonly PodInfo[],
  ): Status | undefined {
    if (nominated.length === 0) return runFilters(pod, node, filters)
    const first = nominated.filter((other) => priority(other) >= priority(pod) && other.key !== pod.key)
    if (first.length > 0) {
      const crowded = node.clone()
      for (const other of first) crowded.addPod(other)
      const status = this.filterWith(pod, crowded, snapshot)
      if (status !== undefined) return status
    }
    return runFilters(pod, node, filters)
  }

  /** Filters a node that is not as the snapshot has it. */
  filterWith(pod: PodInfo, node: NodeInfo, snapshot: Snapshot): Status | undefined {
    const outcome = this.preFilter(pod, new SnapshotWithNode(snapshot, node))
    return 'status' in outcome ? outcome.status : runFilters(pod, node, outcome.filters)
  }

  /** Source: prioritizeNodes, selectHost: ties are broken by chance. */
  #best(pod: PodInfo, snapshot: Snapshot, nodes: readonly NodeInfo[]): NodeInfo {
    const total = this.#total
    total.length = nodes.length
    total.fill(0)
    for (const { plugin, weight } of this.#plugins) this.#addScores(plugin, weight, pod, snapshot, nodes)
    return nodes[this.#pickBest(total)]!
  }

  #pickBest(total: readonly number[]): number {
    let best = Number.NEGATIVE_INFINITY
    let ties = 0
    for (let i = 0; i < total.length; i++) {
      const score = total[i]!
      if (score > best) {
        best = score
        ties = 1
      } else if (score === best) ties++
    }
    let chosen = ties === 1 ? 0 : this.#random.int(ties)
    for (let i = 0; ; i++) if (total[i] === best && chosen-- === 0) return i
  }

  #addScores(plugin: Plugin, weight: number, pod: PodInfo, snapshot: Snapshot, nodes: readonly NodeInfo[]): void {
    if (plugin.score === undefined) return
    const outcome = plugin.preScore?.(pod, snapshot, nodes)
    if (outcome !== undefined && outcome.code !== 'Success') return
    const { state } = outcome ?? { state: undefined }
    const scores = this.#scores
    scores.length = nodes.length
    for (let i = 0; i < nodes.length; i++) scores[i] = plugin.score(state, pod, nodes[i]!)
    plugin.normalizeScore?.(state, scores, nodes)
    for (let i = 0; i < nodes.length; i++) this.#total[i]! += scores[i]! * weight
  }
}

/** Source: schedule_one.go ErrNoNodesAvailable */
const NO_NODES: ScheduleResult = {
  node: undefined,
  diagnosis: undefined,
  error: 'no nodes available to schedule pods',
  rejected: true,
}

const failed = (error: string): ScheduleResult => ({ node: undefined, diagnosis: undefined, error, rejected: false })

const priority = ({ pod }: PodInfo): number => pod.spec.priority ?? 0

function runFilters(pod: PodInfo, node: NodeInfo, filters: readonly ActiveFilter[]): Status | undefined {
  for (let i = 0; i < filters.length; i++) {
    const { plugin, state } = filters[i]!
    const status = plugin.filter!(state, pod, node)
    if (status !== undefined) return named(status, plugin.name)
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

/** 50 % of the nodes less 1 % for each 125, at least 5 %, at least 100 nodes. Source: numFeasibleNodesToFind */
export function numFeasibleNodesToFind(allNodes: number): number {
  if (allNodes < MIN_FEASIBLE_NODES_TO_FIND) return allNodes
  const percentage = Math.max(50 - Math.trunc(allNodes / 125), MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND)
  return Math.max(Math.trunc((allNodes * percentage) / 100), MIN_FEASIBLE_NODES_TO_FIND)
}

const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((name) => b.has(name)))

function known(names: ReadonlySet<string>, snapshot: Snapshot): NodeInfo[] {
  return [...names].map((name) => snapshot.get(name)).filter((node) => node !== undefined)
}

function noNodesLeft(plugins: readonly string[]): Status {
  const names = [...plugins].sort()
  const which = names.length === 1 ? `plugin ${names[0]}` : `plugin(s) [${names.join(' ')}] simultaneously`
  return { code: 'UnschedulableAndUnresolvable', reasons: [`node(s) didn't satisfy ${which}`] }
}

const unsatisfied = (plugins: readonly string[]): Status => ({
  code: 'UnschedulableAndUnresolvable',
  reasons: [`node(s) didn't satisfy plugin(s) [${[...plugins].sort().join(' ')}]`],
})
