import type { Labels } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import type { NodeInfo } from './node-info.ts'
import type { AffinityTerm, PodInfo } from './pod-info.ts'
import {
  type DomainCounts,
  type Domains,
  type PlacedTerm,
  type PodQuery,
  placedTermKey,
  TERM_KINDS,
  type TermKind,
  termsOf,
  weightOf,
} from './pod-query.ts'

interface Counter {
  readonly query: PodQuery
  readonly topologyKey: string
  readonly counts: Map<string, number>
}

interface TermGroup extends PlacedTerm {
  readonly term: AffinityTerm
  readonly counts: Map<string, number>
}

interface KnownDomains {
  /** By value: how many nodes have it. */
  readonly nodes: Map<string, number>
  /** Nodes that have the label at all. */
  labelled: number
}

/** More counts than this at once, and they are all forgotten: a cluster has about one for each workload. */
const LIMIT = 5000

/**
 * How many pods are in which domain of a topology, kept up to date pod by pod: what affinity between pods and spreading go by.
 * Upstream counts all pods of all nodes for every pod it schedules (interpodaffinity/filtering.go
 * getIncomingAffinityAntiAffinityCounts, podtopologyspread/filtering.go calPreFilterState).
 */
export class TopologyIndex {
  #counters = new Map<string, Counter>()
  // Pods of one template share their labels, so they share the answer which queries mean them.
  #matching = new Map<string, WeakMap<Labels, readonly Counter[]>>()
  readonly #terms: Readonly<Record<TermKind, Map<string, TermGroup>>> = {
    requiredAffinity: new Map(),
    requiredAntiAffinity: new Map(),
    preferredAffinity: new Map(),
    preferredAntiAffinity: new Map(),
  }
  readonly #domains = new Map<string, KnownDomains>()
  #nodes = 0

  /** A pod comes to a node, or goes. */
  countPod(info: PodInfo, labels: Labels, sign: 1 | -1): void {
    const { pod } = info
    const terminating = pod.metadata.deletionTimestamp !== undefined
    if (this.#counters.size > 0)
      for (const { query, topologyKey, counts } of this.#countersFor(pod))
        if (!query.live || !terminating) addTo(counts, labels[topologyKey], sign)
    for (const kind of TERM_KINDS)
      for (const term of termsOf(info, kind)) this.#countTerm(kind, term, labels[term.topologyKey], sign)
  }

  /** A node comes with its pods, or goes. */
  countNode(node: NodeInfo, sign: 1 | -1): void {
    this.#nodes += sign
    for (const [key, known] of this.#domains) countDomain(known, node.labels[key], sign)
    for (const info of node.pods.values()) this.countPod(info, node.labels, sign)
  }

  /** @param nodes all that are counted, for a query that is new */
  podsByDomain(query: PodQuery, topologyKey: string, nodes: Iterable<NodeInfo>): DomainCounts {
    const key = `${topologyKey}\0${query.key}`
    let counter = this.#counters.get(key)
    if (counter === undefined) {
      if (this.#counters.size >= LIMIT) this.#counters = new Map()
      counter = { query, topologyKey, counts: countPods(query, topologyKey, nodes) }
      this.#counters.set(key, counter)
      this.#matching = new Map()
    }
    return counter.counts
  }

  podTerms(kind: TermKind): Iterable<PlacedTerm> {
    return this.#terms[kind].values()
  }

  domains(topologyKey: string, nodes: Iterable<NodeInfo>): Domains {
    let known = this.#domains.get(topologyKey)
    if (known === undefined) {
      known = { nodes: new Map(), labelled: 0 }
      for (const { labels } of nodes) countDomain(known, labels[topologyKey], 1)
      this.#domains.set(topologyKey, known)
    }
    return { size: known.nodes.size, complete: known.labelled === this.#nodes }
  }

  #countersFor(pod: Pod): readonly Counter[] {
    const { namespace = '', labels = NO_LABELS } = pod.metadata
    let known = this.#matching.get(namespace)
    if (known === undefined) {
      known = new WeakMap()
      this.#matching.set(namespace, known)
    }
    let counters = known.get(labels)
    if (counters === undefined) {
      counters = [...this.#counters.values()].filter(({ query }) => query.matches(pod))
      known.set(labels, counters)
    }
    return counters
  }

  #countTerm(kind: TermKind, term: AffinityTerm, domain: string | undefined, sign: 1 | -1): void {
    if (domain === undefined) return
    const groups = this.#terms[kind]
    const key = placedTermKey(term)
    let group = groups.get(key)
    if (group === undefined) {
      group = { key, term, weight: weightOf(term), counts: new Map() }
      groups.set(key, group)
    }
    addTo(group.counts, domain, sign)
    if (group.counts.size === 0) groups.delete(key)
  }
}

const NO_LABELS: Labels = {}

/** By hand, node by node. */
export function countPods(query: PodQuery, topologyKey: string, nodes: Iterable<NodeInfo>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const node of nodes) addTo(counts, node.labels[topologyKey], countPodsOn(query, node))
  return counts
}

export function countPodsOn(query: PodQuery, node: NodeInfo): number {
  let count = 0
  for (const { pod } of node.pods.values())
    if ((!query.live || pod.metadata.deletionTimestamp === undefined) && query.matches(pod)) count++
  return count
}

function addTo(counts: Map<string, number>, domain: string | undefined, by: number): void {
  if (domain === undefined || by === 0) return
  const count = (counts.get(domain) ?? 0) + by
  if (count === 0) counts.delete(domain)
  else counts.set(domain, count)
}

function countDomain(known: KnownDomains, domain: string | undefined, sign: 1 | -1): void {
  if (domain === undefined) return
  known.labelled += sign
  addTo(known.nodes, domain, sign)
}

/** Counts of which one domain has more or fewer. */
export function countsWith(counts: DomainCounts, domain: string | undefined, by: number): DomainCounts {
  if (domain === undefined || by === 0) return counts
  const before = counts.get(domain) ?? 0
  const after = before + by
  return {
    get: (other) => (other === domain ? after : counts.get(other)),
    size: counts.size + Number(after !== 0) - Number(before !== 0),
    *values() {
      let skipped = before === 0
      for (const count of counts.values()) {
        if (!skipped && count === before) skipped = true
        else yield count
      }
      if (after !== 0) yield after
    },
  }
}
