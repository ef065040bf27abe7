import type { Selector } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import type { Snapshot } from './framework.ts'
import { countMatching, type NodeInfo } from './node-info.ts'

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

  get havePodsWithAffinity(): readonly NodeInfo[] {
    return this.#replaced(this.#snapshot.havePodsWithAffinity, this.#changed.podsWithAffinity.size > 0)
  }

  get havePodsWithRequiredAntiAffinity(): readonly NodeInfo[] {
    const belongs = this.#changed.podsWithRequiredAntiAffinity.size > 0
    return this.#replaced(this.#snapshot.havePodsWithRequiredAntiAffinity, belongs)
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

  #replaced(nodes: readonly NodeInfo[], belongs: boolean): readonly NodeInfo[] {
    const rest = nodes.filter(({ name }) => name !== this.#changed.name)
    return belongs ? [...rest, this.#changed] : rest
  }
}
