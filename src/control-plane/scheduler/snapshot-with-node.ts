import type { Selector } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import type { Snapshot } from './framework.ts'
import { countMatching, type NodeInfo } from './node-info.ts'
import type { AffinityTerm } from './pod-info.ts'
import {
  type DomainCounts,
  type Domains,
  type PlacedTerm,
  type PodQuery,
  placedTermKey,
  type TermKind,
  termsOf,
  weightOf,
} from './pod-query.ts'
import { countPodsOn, countsWith } from './topology-index.ts'

/** A snapshot with one node in the place of the one of its name, to try things out. Lists are made when they are asked for. */
export class SnapshotWithNode implements Snapshot {
  readonly #snapshot: Snapshot
  readonly #changed: NodeInfo

  constructor(snapshot: Snapshot, changed: NodeInfo) {
    this.#snapshot = snapshot
    this.#changed = changed
  }

  get nodes(): readonly NodeInfo[] {
    return this.#snapshot.nodes.map((node) => (node.name === this.#changed.name ? this.#changed : node))
  }

  get(name: string): NodeInfo | undefined {
    return name === this.#changed.name ? this.#changed : this.#snapshot.get(name)
  }

  podsByDomain(query: PodQuery, topologyKey: string): DomainCounts {
    const counts = this.#snapshot.podsByDomain(query, topologyKey)
    const before = this.#snapshot.get(this.#changed.name)
    const more = countPodsOn(query, this.#changed) - (before === undefined ? 0 : countPodsOn(query, before))
    return countsWith(counts, this.#changed.labels[topologyKey], more)
  }

  podTerms(kind: TermKind): Iterable<PlacedTerm> {
    const changes = new Map<string, { readonly term: AffinityTerm; by: number }>()
    const note = (node: NodeInfo | undefined, by: 1 | -1) => {
      for (const info of node?.podsWithAffinity ?? [])
        for (const term of termsOf(info, kind)) {
          const key = placedTermKey(term)
          const change = changes.get(key)
          if (change === undefined) changes.set(key, { term, by })
          else change.by += by
        }
    }
    note(this.#snapshot.get(this.#changed.name), -1)
    note(this.#changed, 1)
    if (changes.size === 0) return this.#snapshot.podTerms(kind)
    return this.#changedTerms(kind, changes)
  }

  *#changedTerms(
    kind: TermKind,
    changes: ReadonlyMap<string, { readonly term: AffinityTerm; readonly by: number }>,
  ): Iterable<PlacedTerm> {
    const { labels } = this.#changed
    const seen = new Set<string>()
    for (const placed of this.#snapshot.podTerms(kind)) {
      const change = changes.get(placed.key)
      if (change === undefined) {
        yield placed
        continue
      }
      seen.add(placed.key)
      const counts = countsWith(placed.counts, labels[placed.term.topologyKey], change.by)
      if (counts.size > 0) yield { ...placed, counts }
    }
    for (const [key, { term, by }] of changes) {
      const domain = labels[term.topologyKey]
      if (seen.has(key) || by === 0 || domain === undefined) continue
      yield { key, term, weight: weightOf(term), counts: new Map([[domain, by]]) }
    }
  }

  domains(topologyKey: string): Domains {
    return this.#snapshot.domains(topologyKey)
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> {
    return this.#snapshot.namespaceLabels(namespace)
  }

  namespaces(): Iterable<string> {
    return this.#snapshot.namespaces()
  }

  defaultSelector(pod: Pod): Selector {
    return this.#snapshot.defaultSelector(pod)
  }

  isClaimUsed(claim: string): boolean {
    if (this.#changed.claims.has(claim)) return true
    // As the node was, its pods alone may have been the users.
    const before = this.#snapshot.get(this.#changed.name)?.claims.has(claim) === true
    if (!before) return this.#snapshot.isClaimUsed(claim)
    return this.#snapshot.nodes.some(({ name, claims }) => name !== this.#changed.name && claims.has(claim))
  }

  podCount(selector: Selector, namespace: string): (node: NodeInfo) => number {
    const count = this.#snapshot.podCount(selector, namespace)
    return (node) => (node === this.#changed ? countMatching(node, selector, namespace) : count(node))
  }
}
