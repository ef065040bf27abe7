import type { Random } from '../../sim/random.ts'
import { newDiagnosis, statusMessage } from './fit-error.ts'
import type { Diagnosis, Snapshot, Status } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { NodeVerdicts } from './node-verdicts.ts'
import type { PodInfo } from './pod-info.ts'
import type { Framework } from './profile.ts'
import {
  type ActiveFilter,
  filterBeside,
  isLocal,
  type PodStates,
  type PreFilterPassed,
  preFilter,
  scoreNodes,
} from './run-plugins.ts'

/** Source: pkg/scheduler/schedule_one.go */
const MIN_FEASIBLE_NODES_TO_FIND = 100
const MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND = 5

/** Pods that preemption made room for, by node: others must leave that room. */
export type NominatedPods = (node: NodeInfo) => readonly PodInfo[]

export type ScheduleResult = { readonly node: NodeInfo; readonly states: PodStates } | NotPlaced

export type NotPlaced =
  | { readonly node: undefined; readonly diagnosis: Diagnosis }
  /** It went wrong: no nodes at all, or a pod that a plugin cannot read. */
  | { readonly node: undefined; readonly diagnosis: undefined; readonly error: string; readonly rejected: boolean }

/**
 * Finds a node for one pod: filters as many nodes as it takes, scores those that passed, takes the best.
 * Source: pkg/scheduler/schedule_one.go schedulePod
 */
export class Algorithm {
  readonly #random: Random
  /** Of the configuration; 0: as many as the size of the cluster suggests. */
  readonly #percentageOfNodesToScore: number
  #nextStartNodeIndex = 0
  readonly #verdicts = new NodeVerdicts()
  readonly #feasible: NodeInfo[] = []
  readonly #total: number[] = []
  readonly #scores: number[] = []

  constructor(random: Random, percentageOfNodesToScore = 0) {
    this.#random = random
    this.#percentageOfNodesToScore = percentageOfNodesToScore
  }

  schedule(framework: Framework, pod: PodInfo, snapshot: Snapshot, nominated: NominatedPods): ScheduleResult {
    if (snapshot.nodes.length === 0) return NO_NODES
    const diagnosis = newDiagnosis()
    const outcome = preFilter(framework, pod, snapshot)
    if ('status' in outcome) return refusedBefore(outcome.status, diagnosis)
    const feasible = this.#findNodesThatFit(framework, pod, outcome, snapshot, nominated, diagnosis)
    if (typeof feasible === 'string') return failed(feasible)
    if (feasible.length === 0) return { node: undefined, diagnosis }
    const { states } = outcome
    if (feasible.length === 1) return { node: feasible[0]!, states }
    const best = this.#best(framework, pod, snapshot, feasible, states)
    return typeof best === 'string' ? failed(best) : { node: best, states }
  }

  /** Source: schedule_one.go findNodesThatFitPod */
  #findNodesThatFit(
    framework: Framework,
    pod: PodInfo,
    { filters, nodeNames, pluginsWithNodes }: PreFilterPassed,
    snapshot: Snapshot,
    nominated: NominatedPods,
    diagnosis: Diagnosis,
  ): readonly NodeInfo[] | string {
    for (const name of pluginsWithNodes) diagnosis.unschedulablePlugins.add(name)
    const passes = this.#passing(framework, pod, filters, snapshot, nominated)
    const nominatedNode = pod.pod.status?.nominatedNodeName
    if (nominatedNode) {
      const node = snapshot.get(nominatedNode)
      if (node !== undefined && passes(node) === undefined) return [node]
    }
    const nodes = nodeNames === undefined ? snapshot.nodes : known(nodeNames, snapshot)
    if (nodeNames !== undefined) diagnosis.absentNodesStatus = unsatisfied(pluginsWithNodes)
    const error = this.#filterNodes(framework, nodes, passes, diagnosis)
    const processed = this.#feasible.length + diagnosis.nodeToStatus.size
    this.#nextStartNodeIndex = (this.#nextStartNodeIndex + processed) % snapshot.nodes.length
    return error ?? this.#feasible
  }

  /** Asks the filters, where it has to be. */
  #passing(
    framework: Framework,
    pod: PodInfo,
    filters: readonly ActiveFilter[],
    snapshot: Snapshot,
    nominated: NominatedPods,
  ): (node: NodeInfo) => Status | undefined {
    if (!isLocal(filters)) return (node) => filterBeside(pod, node, filters, snapshot, nominated(node))
    const verdicts = this.#verdicts
    verdicts.begin(framework, pod.pod)
    return (node) => {
      const expected = nominated(node)
      // A pod that is to come there itself is not in its own way, as it is in that of others.
      const own = expected.length > 0 && expected.some(({ key }) => key === pod.key)
      if (!own && verdicts.knows(node, expected)) return verdicts.get(node)
      const verdict = filterBeside(pod, node, filters, snapshot, expected)
      if (!own) verdicts.set(node, expected, verdict)
      return verdict
    }
  }

  /**
   * From where the last pod's search ended, until there are enough.
   *
   * @returns what a plugin failed with
   * Source: schedule_one.go findNodesThatPassFilters
   */
  #filterNodes(
    framework: Framework,
    nodes: readonly NodeInfo[],
    passes: (node: NodeInfo) => Status | undefined,
    diagnosis: Diagnosis,
  ): string | undefined {
    const percentage = framework.percentageOfNodesToScore ?? this.#percentageOfNodesToScore
    // Without scores any node is as good as the others.
    const enough = framework.score.length === 0 ? 1 : numFeasibleNodesToFind(nodes.length, percentage)
    const feasible = this.#feasible
    feasible.length = 0
    let last: Status | undefined
    for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
      const node = nodes[(this.#nextStartNodeIndex + i) % nodes.length]!
      const status = passes(node)
      if (status === undefined) feasible.push(node)
      else if (status.code === 'Error') return statusMessage(status)
      else {
        diagnosis.nodeToStatus.add(node, status)
        if (status !== last && status.plugin !== undefined) diagnosis.unschedulablePlugins.add(status.plugin)
        last = status
      }
    }
    return undefined
  }

  /** Source: prioritizeNodes, selectHost: ties are broken by chance. */
  #best(
    framework: Framework,
    pod: PodInfo,
    snapshot: Snapshot,
    nodes: readonly NodeInfo[],
    states: PodStates,
  ): NodeInfo | string {
    const total = this.#total
    total.length = nodes.length
    total.fill(0)
    const scores = this.#scores
    const error = scoreNodes(framework, pod, snapshot, nodes, states, scores, ({ weight }) => {
      for (let i = 0; i < nodes.length; i++) total[i]! += scores[i]! * weight
    })
    return error ?? nodes[this.#pickBest(total)]!
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
}

/** Source: schedule_one.go ErrNoNodesAvailable */
const NO_NODES: ScheduleResult = {
  node: undefined,
  diagnosis: undefined,
  error: 'no nodes available to schedule pods',
  rejected: true,
}

/** A plugin said no before any node was looked at. */
function refusedBefore(status: Status, diagnosis: Diagnosis): ScheduleResult {
  if (status.code === 'Error') return failed(`running PreFilter plugin "${status.plugin}": ${statusMessage(status)}`)
  diagnosis.absentNodesStatus = status
  diagnosis.preFilterMessage = statusMessage(status)
  if (status.plugin !== undefined) diagnosis.unschedulablePlugins.add(status.plugin)
  return { node: undefined, diagnosis }
}

const failed = (error: string): ScheduleResult => ({ node: undefined, diagnosis: undefined, error, rejected: false })

/** 50 % of the nodes less 1 % for each 125, at least 5 %, at least 100 nodes. Source: numFeasibleNodesToFind */
export function numFeasibleNodesToFind(allNodes: number, percentageOfNodesToScore = 0): number {
  if (allNodes < MIN_FEASIBLE_NODES_TO_FIND) return allNodes
  const adaptive = Math.max(50 - Math.trunc(allNodes / 125), MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND)
  const percentage = percentageOfNodesToScore === 0 ? adaptive : percentageOfNodesToScore
  return Math.max(Math.trunc((allNodes * percentage) / 100), MIN_FEASIBLE_NODES_TO_FIND)
}

function known(names: ReadonlySet<string>, snapshot: Snapshot): NodeInfo[] {
  return [...names].map((name) => snapshot.get(name)).filter((node) => node !== undefined)
}

const unsatisfied = (plugins: readonly string[]): Status => ({
  code: 'UnschedulableAndUnresolvable',
  reasons: [`node(s) didn't satisfy plugin(s) [${[...plugins].sort().join(' ')}]`],
})
