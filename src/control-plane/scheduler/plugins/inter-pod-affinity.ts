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
import { type DomainCounts, type PlacedTerm, type TermKind, termsQuery } from '../pod-query.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'

/** Source: apis/config InterPodAffinityArgs */
export interface InterPodAffinityArgs {
  /** What a required affinity of a pod that is there adds to the score of nodes near it. */
  readonly hardPodAffinityWeight?: number
  readonly ignorePreferredTermsOfExistingPods?: boolean
}

interface FilterState {
  /** Terms of pods that are there and do not want this one near them. */
  readonly existing: readonly PlacedTerm[]
  readonly affinity: readonly TermCounts[]
  readonly antiAffinity: readonly TermCounts[]
  /** Whether the pod is one of those that it wants to be near. */
  readonly self: boolean
}

interface TermCounts {
  readonly topologyKey: string
  readonly counts: DomainCounts
}

/** What one term adds to the score of nodes, for each pod in their domain. */
interface TermScore extends TermCounts {
  readonly weight: number
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
export function interPodAffinity(args: InterPodAffinityArgs = {}): Plugin<FilterState, readonly TermScore[]> {
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
      const scores = termScores(info, snapshot, hardWeight)
      return scores.length === 0 ? { code: 'Skip' } : { code: 'Success', state: scores }
    },
    score(scores, _pod, { labels }) {
      let sum = 0
      for (const { topologyKey, counts, weight } of scores) {
        const domain = labels[topologyKey]
        if (domain !== undefined) sum += weight * (counts.get(domain) ?? 0)
      }
      return sum
    },
    normalizeScore,
    isSchedulableAfter(event, pod) {
      const { terms } = podInfoOf(pod)
      if (terms.error !== undefined) return true
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
  const existing = placedTermsFor(pod, 'requiredAntiAffinity', snapshot)
  const wanted = withNamespaces(terms.requiredAffinity, snapshot)
  const unwanted = withNamespaces(terms.requiredAntiAffinity, snapshot)
  if (existing.length === 0 && wanted.length === 0 && unwanted.length === 0) return { code: 'Skip' as const }
  // A pod counts only where it is one that all terms want; it keeps away where any term does not want it.
  const all = termsQuery(wanted)
  const affinity = wanted.map(({ topologyKey }) => ({ topologyKey, counts: snapshot.podsByDomain(all, topologyKey) }))
  const antiAffinity = unwanted.map((term) => countsFor(term, snapshot))
  return {
    code: 'Success' as const,
    state: { existing, affinity, antiAffinity, self: wanted.length > 0 && all.matches(pod) },
  }
}

const countsFor = (term: AffinityTerm, snapshot: Snapshot): TermCounts => ({
  topologyKey: term.topologyKey,
  counts: snapshot.podsByDomain(termsQuery([term]), term.topologyKey),
})

/** Terms of pods with nodes that mean this pod. */
function placedTermsFor(pod: Pod, kind: TermKind, snapshot: Snapshot): readonly PlacedTerm[] {
  let found: PlacedTerm[] | undefined
  let namespaceLabels: Readonly<Record<string, string>> | undefined
  for (const placed of snapshot.podTerms(kind)) {
    namespaceLabels ??= snapshot.namespaceLabels(pod.metadata.namespace ?? '')
    if (!termMatches(placed.term, pod, namespaceLabels)) continue
    found ??= []
    found.push(placed)
  }
  return found ?? NO_TERMS
}

const NO_TERMS: readonly PlacedTerm[] = []

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

/** Source: filtering.go Filter */
function filter(state: FilterState, _pod: PodInfo, { labels }: NodeInfo): Status | undefined {
  if (state.affinity.length > 0 && !satisfiesAffinity(state, labels)) return AFFINITY
  for (const { topologyKey, counts } of state.antiAffinity)
    if (hasAny(counts, labels[topologyKey])) return ANTI_AFFINITY
  for (const { term, counts } of state.existing)
    if (hasAny(counts, labels[term.topologyKey])) return EXISTING_ANTI_AFFINITY
  return undefined
}

const hasAny = (counts: DomainCounts, domain: string | undefined): boolean =>
  domain !== undefined && (counts.get(domain) ?? 0) > 0

/** Source: filtering.go satisfyPodAffinity */
function satisfiesAffinity({ affinity, self }: FilterState, labels: NodeInfo['labels']): boolean {
  let podsExist = true
  for (const { topologyKey, counts } of affinity) {
    const domain = labels[topologyKey]
    if (domain === undefined) return false
    if (!hasAny(counts, domain)) podsExist = false
  }
  // The first of a group whose pods want to be with each other may go anywhere.
  return podsExist || (self && affinity.every(({ counts }) => counts.size === 0))
}

/** What says something about some node. Source: scoring.go PreScore, processExistingPod */
function termScores({ pod, terms }: PodInfo, snapshot: Snapshot, hardWeight: number): readonly TermScore[] {
  const scores: TermScore[] = []
  const addOwn = (own: readonly WeightedAffinityTerm[], sign: 1 | -1) => {
    for (const term of withNamespaces(own, snapshot))
      scores.push({ ...countsFor(term, snapshot), weight: sign * term.weight })
  }
  const addTheirs = (kind: TermKind, weight: (placed: PlacedTerm) => number) => {
    for (const placed of placedTermsFor(pod, kind, snapshot))
      scores.push({ topologyKey: placed.term.topologyKey, counts: placed.counts, weight: weight(placed) })
  }
  addOwn(terms.preferredAffinity, 1)
  addOwn(terms.preferredAntiAffinity, -1)
  if (hardWeight > 0) addTheirs('requiredAffinity', () => hardWeight)
  addTheirs('preferredAffinity', ({ weight }) => weight)
  addTheirs('preferredAntiAffinity', ({ weight }) => -weight)
  return scores.filter(({ counts }) => counts.size > 0)
}

/** Source: scoring.go NormalizeScore */
function normalizeScore(_state: readonly TermScore[], scores: number[]): void {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const score of scores) {
    if (score < min) min = score
    if (score > max) max = score
  }
  for (let i = 0; i < scores.length; i++) {
    scores[i] = max > min ? Math.trunc(MAX_NODE_SCORE * ((scores[i]! - min) / (max - min))) : 0
  }
}

/** Source: plugin.go isSchedulableAfterPodChange; of anti-affinity too, all terms must mean a pod there. */
function podMayHelp(
  old: Pod | undefined,
  now: Pod | undefined,
  pod: Pod,
  affinity: readonly AffinityTerm[],
  antiAffinity: readonly AffinityTerm[],
): boolean {
  if (old !== undefined && now !== undefined && now.metadata.uid === pod.metadata.uid) return true
  if (!isPlaced(now) || !isPlaced(old)) return false
  if (old !== undefined && now !== undefined) {
    if (!meansAll(affinity, old) && meansAll(affinity, now)) return true
    return meansAll(antiAffinity, old) && !meansAll(antiAffinity, now)
  }
  if (now !== undefined) return meansAll(affinity, now)
  if (old === undefined) return false
  // A pod that goes may take its own anti-affinity with it.
  const { terms } = podInfoOf(old)
  return terms.error !== undefined || meansAll(antiAffinity, old) || meansAll(terms.requiredAntiAffinity, pod)
}

/** One without a node is in nobody's way. */
const isPlaced = (pod: Pod | undefined): boolean =>
  pod === undefined || Boolean(pod.spec.nodeName || pod.status?.nominatedNodeName)

/** As if namespaces had no labels. Source: podMatchesAllAffinityTerms */
const meansAll = (terms: readonly AffinityTerm[], pod: Pod): boolean =>
  terms.length > 0 && terms.every((term) => termMatches(term, pod, NO_LABELS))

const NO_LABELS: Readonly<Record<string, string>> = {}

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
