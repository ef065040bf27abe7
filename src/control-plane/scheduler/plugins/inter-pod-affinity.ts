import type { Node, Pod } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import type { Plugin, Snapshot, Status } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import {
  type AffinityTerm,
  type PodInfo,
  podInfoOf,
  selectsEveryNamespace,
  termMatches,
  type WeightedAffinityTerm,
} from '../pod-info.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'

/** Source: apis/config InterPodAffinityArgs */
export interface InterPodAffinityArgs {
  /** What a required affinity of a pod that is there adds to the score of nodes near it. */
  readonly hardPodAffinityWeight?: number
  readonly ignorePreferredTermsOfExistingPods?: boolean
}

/** Topology key, then value: a number. */
type TopologyCounts = Map<string, Map<string, number>>

interface FilterState {
  readonly existingAntiAffinity: TopologyCounts
  readonly affinity: TopologyCounts
  readonly antiAffinity: TopologyCounts
  readonly affinityTerms: readonly AffinityTerm[]
  readonly antiAffinityTerms: readonly AffinityTerm[]
}

const AFFINITY: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match pod affinity rules"],
}
const ANTI_AFFINITY: Status = { code: 'Unschedulable', reasons: ["node(s) didn't match pod anti-affinity rules"] }
const EXISTING_ANTI_AFFINITY: Status = {
  code: 'Unschedulable',
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
}

/** Affinity and anti-affinity to other pods. Source: plugins/interpodaffinity */
export function interPodAffinity(args: InterPodAffinityArgs = {}): Plugin<FilterState, TopologyCounts> {
  const hardWeight = args.hardPodAffinityWeight ?? 1
  return {
    name: 'InterPodAffinity',
    events: new Set([
      'Node/Add',
      'Node/UpdateNodeLabel',
      'AssignedPod/Add',
      'AssignedPod/UpdatePodLabel',
      'AssignedPod/Delete',
      'UnscheduledPod/UpdatePodLabel',
    ]),
    preFilter,
    filter,
    preScore(info, snapshot) {
      const { preferredAffinity, preferredAntiAffinity, error } = info.terms
      const preferred = preferredAffinity.length > 0 || preferredAntiAffinity.length > 0
      if (args.ignorePreferredTermsOfExistingPods === true && !preferred) return { code: 'Skip' }
      if (error !== undefined) return { code: 'Error', reasons: [`failed to parse pod: ${error}`] }
      const scores = topologyScores(info, snapshot, preferred, hardWeight)
      return scores.size === 0 ? { code: 'Skip' } : { code: 'Success', state: scores }
    },
    score(scores, _pod, node) {
      let sum = 0
      for (const [key, values] of scores) {
        const value = node.labels[key]
        if (value !== undefined) sum += values.get(value) ?? 0
      }
      return sum
    },
    normalizeScore,
    isSchedulableAfter(event, pod) {
      const { terms } = podInfoOf(pod)
      if (event.resource === 'Node')
        return nodeMayHelp(event.old, event.new, terms.requiredAffinity, terms.requiredAntiAffinity)
      return (
        isPodEvent(event) && podMayHelp(event.old, event.new, pod, terms.requiredAffinity, terms.requiredAntiAffinity)
      )
    },
  }
}

/** Source: filtering.go PreFilter */
function preFilter({ pod, terms }: PodInfo, snapshot: Snapshot) {
  if (terms.error !== undefined)
    return { code: 'UnschedulableAndUnresolvable' as const, reasons: [`parsing pod: ${terms.error}`] }
  const namespaceLabels = snapshot.namespaceLabels(pod.metadata.namespace ?? '')
  const existingAntiAffinity: TopologyCounts = new Map()
  for (const node of snapshot.havePodsWithRequiredAntiAffinity) {
    for (const other of node.podsWithRequiredAntiAffinity)
      for (const term of other.terms.requiredAntiAffinity)
        if (termMatches(term, pod, namespaceLabels)) add(existingAntiAffinity, node, term.topologyKey, 1)
  }
  const affinityTerms = withNamespaces(terms.requiredAffinity, snapshot)
  const antiAffinityTerms = withNamespaces(terms.requiredAntiAffinity, snapshot)
  if (existingAntiAffinity.size === 0 && affinityTerms.length === 0 && antiAffinityTerms.length === 0)
    return { code: 'Skip' as const }
  const affinity: TopologyCounts = new Map()
  const antiAffinity: TopologyCounts = new Map()
  if (affinityTerms.length > 0 || antiAffinityTerms.length > 0) {
    for (const node of snapshot.nodes) {
      for (const other of node.pods.values()) {
        if (matchesAll(affinityTerms, other.pod))
          for (const term of affinityTerms) add(affinity, node, term.topologyKey, 1)
        for (const term of antiAffinityTerms)
          if (termMatches(term, other.pod)) add(antiAffinity, node, term.topologyKey, 1)
      }
    }
  }
  return {
    code: 'Success' as const,
    state: { existingAntiAffinity, affinity, antiAffinity, affinityTerms, antiAffinityTerms },
  }
}

function add(counts: TopologyCounts, node: NodeInfo, topologyKey: string, count: number): void {
  const value = node.labels[topologyKey]
  if (value === undefined) return
  let values = counts.get(topologyKey)
  if (values === undefined) {
    values = new Map()
    counts.set(topologyKey, values)
  }
  values.set(value, (values.get(value) ?? 0) + count)
}

/** The namespaces that namespaceSelectors mean now, written out. Source: plugin.go mergeAffinityTermNamespacesIfNotEmpty */
function withNamespaces<T extends AffinityTerm>(terms: readonly T[], snapshot: Snapshot): readonly T[] {
  if (terms.every(({ namespaceSelector: { nothing } }) => nothing)) return terms
  return terms.map((term) => {
    if (term.namespaceSelector.nothing || selectsEveryNamespace(term)) return term
    const selected = [...snapshot.namespaces()].filter((name) =>
      term.namespaceSelector.matches(snapshot.namespaceLabels(name)),
    )
    return { ...term, namespaces: new Set([...term.namespaces, ...selected]) }
  })
}

const matchesAll = (terms: readonly AffinityTerm[], pod: Pod): boolean =>
  terms.length > 0 && terms.every((term) => termMatches(term, pod))

/** Source: filtering.go Filter */
function filter(state: FilterState, info: PodInfo, node: NodeInfo): Status | undefined {
  if (state.affinityTerms.length > 0 && !satisfiesAffinity(state, info, node)) return AFFINITY
  for (const { topologyKey } of state.antiAffinityTerms) {
    const value = node.labels[topologyKey]
    if (value !== undefined && (state.antiAffinity.get(topologyKey)?.get(value) ?? 0) > 0) return ANTI_AFFINITY
  }
  for (const [topologyKey, values] of state.existingAntiAffinity) {
    const value = node.labels[topologyKey]
    if (value !== undefined && (values.get(value) ?? 0) > 0) return EXISTING_ANTI_AFFINITY
  }
  return undefined
}

/** Source: filtering.go satisfyPodAffinity */
function satisfiesAffinity({ affinity, affinityTerms }: FilterState, { pod }: PodInfo, node: NodeInfo): boolean {
  let podsExist = true
  for (const { topologyKey } of affinityTerms) {
    const value = node.labels[topologyKey]
    if (value === undefined) return false
    if ((affinity.get(topologyKey)?.get(value) ?? 0) <= 0) podsExist = false
  }
  // The first of a group whose pods want to be with each other may go anywhere.
  return podsExist || (affinity.size === 0 && matchesAll(affinityTerms, pod))
}

/** Source: scoring.go PreScore, processExistingPod */
function topologyScores(info: PodInfo, snapshot: Snapshot, preferred: boolean, hardWeight: number): TopologyCounts {
  const scores: TopologyCounts = new Map()
  const { pod } = info
  const namespaceLabels = snapshot.namespaceLabels(pod.metadata.namespace ?? '')
  const wanted = withNamespaces(info.terms.preferredAffinity, snapshot)
  const unwanted = withNamespaces(info.terms.preferredAntiAffinity, snapshot)
  const addOwn = (terms: readonly WeightedAffinityTerm[], other: Pod, node: NodeInfo, sign: 1 | -1) => {
    for (const term of terms) if (termMatches(term, other)) add(scores, node, term.topologyKey, sign * term.weight)
  }
  const addTheirs = (terms: readonly AffinityTerm[], node: NodeInfo, weight: (term: AffinityTerm) => number) => {
    for (const term of terms)
      if (termMatches(term, pod, namespaceLabels)) add(scores, node, term.topologyKey, weight(term))
  }
  for (const node of preferred ? snapshot.nodes : snapshot.havePodsWithAffinity) {
    for (const other of preferred ? node.pods.values() : node.podsWithAffinity) {
      addOwn(wanted, other.pod, node, 1)
      addOwn(unwanted, other.pod, node, -1)
      if (hardWeight > 0) addTheirs(other.terms.requiredAffinity, node, () => hardWeight)
      addTheirs(other.terms.preferredAffinity, node, (term) => (term as WeightedAffinityTerm).weight)
      addTheirs(other.terms.preferredAntiAffinity, node, (term) => -(term as WeightedAffinityTerm).weight)
    }
  }
  return scores
}

/** Source: scoring.go NormalizeScore */
function normalizeScore(_state: TopologyCounts, scores: number[]): void {
  const min = Math.min(...scores)
  const max = Math.max(...scores)
  for (let i = 0; i < scores.length; i++) {
    scores[i] = max > min ? Math.trunc(MAX_NODE_SCORE * ((scores[i]! - min) / (max - min))) : 0
  }
}

/** Source: plugin.go isSchedulableAfterPodChange */
function podMayHelp(
  old: Pod | undefined,
  now: Pod | undefined,
  pod: Pod,
  affinity: readonly AffinityTerm[],
  antiAffinity: readonly AffinityTerm[],
): boolean {
  if (now !== undefined && now.metadata.uid === pod.metadata.uid) return true
  const inAffinity = (other: Pod) => matchesAll(affinity, other)
  const inAntiAffinity = (other: Pod) => antiAffinity.some((term) => termMatches(term, other))
  if (old !== undefined && now !== undefined)
    return (!inAffinity(old) && inAffinity(now)) || (inAntiAffinity(old) && !inAntiAffinity(now))
  if (now !== undefined) return inAffinity(now)
  if (old === undefined) return false
  // A pod that goes may take its own anti-affinity with it.
  return inAntiAffinity(old) || podInfoOf(old).terms.requiredAntiAffinity.some((term) => termMatches(term, pod))
}

/** Source: plugin.go isSchedulableAfterNodeChange */
function nodeMayHelp(
  old: Node | undefined,
  now: Node | undefined,
  affinity: readonly AffinityTerm[],
  antiAffinity: readonly AffinityTerm[],
): boolean {
  if (now === undefined) return false
  const label = (node: Node, { topologyKey }: AffinityTerm) => node.metadata.labels?.[topologyKey]
  if (old === undefined) return antiAffinity.length > 0 || affinity.some((term) => label(now, term) !== undefined)
  const joins = (term: AffinityTerm) => label(now, term) !== undefined && label(old, term) !== label(now, term)
  const leaves = (term: AffinityTerm) => label(old, term) !== undefined && label(old, term) !== label(now, term)
  return affinity.some(joins) || antiAffinity.some(leaves)
}
