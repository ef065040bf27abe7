import type { Labels, Selector } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import type { NodeInfo } from './node-info.ts'

interface SelectorCount {
  readonly id: number
  readonly selector: Selector
}

/** More selectors than this at once, and they are all forgotten: a cluster has about one for each workload. */
const LIMIT = 20_000

/**
 * How many pods on each node match a selector that somebody asked for, kept up to date pod by pod. Upstream counts all
 * pods of all nodes for every pod it schedules (podtopologyspread/common.go countPodsMatchSelector).
 */
export class SelectorCounts {
  #byNamespace = new Map<string, Map<string, SelectorCount>>()
  // Pods of one template share their labels, so they share the answer which selectors match them.
  #matches = new Map<string, WeakMap<Labels, readonly number[]>>()
  /** How many pods with these very labels are on each node: a new selector looks at templates, not at pods. */
  readonly #placed = new Map<string, Map<Labels, Map<NodeInfo, number>>>()
  #nextId = 0
  #size = 0

  /** Counts for a selector within a namespace: a pod that terminates does not count. */
  of(selector: Selector, namespace: string): (node: NodeInfo) => number {
    if (selector.nothing || selector.requirements.length === 0) return () => 0
    const known = this.#byNamespace.get(namespace)?.get(selector.text)
    const { id } = known ?? this.#start(selector, namespace)
    return (node) => node.matching[id] ?? 0
  }

  add(pod: Pod, node: NodeInfo, sign: 1 | -1): void {
    if (pod.metadata.deletionTimestamp !== undefined) return
    this.#place(pod, node, sign)
    const selectors = this.#byNamespace.get(pod.metadata.namespace ?? '')
    if (selectors === undefined) return
    for (const id of this.#matching(pod, selectors)) node.matching[id] = (node.matching[id] ?? 0) + sign
  }

  #matching(pod: Pod, selectors: ReadonlyMap<string, SelectorCount>): readonly number[] {
    const namespace = pod.metadata.namespace ?? ''
    const labels = pod.metadata.labels ?? NO_LABELS
    let known = this.#matches.get(namespace)
    if (known === undefined) {
      known = new WeakMap()
      this.#matches.set(namespace, known)
    }
    let ids = known.get(labels)
    if (ids === undefined) {
      ids = [...selectors.values()].filter(({ selector }) => selector.matches(labels)).map(({ id }) => id)
      known.set(labels, ids)
    }
    return ids
  }

  #place({ metadata }: Pod, node: NodeInfo, sign: 1 | -1): void {
    const { namespace = '', labels = NO_LABELS } = metadata
    let placed = this.#placed.get(namespace)
    if (placed === undefined) {
      placed = new Map()
      this.#placed.set(namespace, placed)
    }
    let nodes = placed.get(labels)
    if (nodes === undefined) {
      nodes = new Map()
      placed.set(labels, nodes)
    }
    const count = (nodes.get(node) ?? 0) + sign
    if (count > 0) nodes.set(node, count)
    else nodes.delete(node)
    if (nodes.size === 0) placed.delete(labels)
  }

  #start(selector: Selector, namespace: string): SelectorCount {
    if (this.#size++ >= LIMIT) this.#forgetAll()
    const count = { id: this.#nextId++, selector }
    let selectors = this.#byNamespace.get(namespace)
    if (selectors === undefined) {
      selectors = new Map()
      this.#byNamespace.set(namespace, selectors)
    }
    selectors.set(selector.text, count)
    this.#matches.delete(namespace)
    for (const [labels, nodes] of this.#placed.get(namespace) ?? [])
      if (selector.matches(labels))
        for (const [node, pods] of nodes) node.matching[count.id] = (node.matching[count.id] ?? 0) + pods
    return count
  }

  #forgetAll(): void {
    this.#byNamespace = new Map()
    this.#matches = new Map()
    this.#size = 0
  }
}

const NO_LABELS: Labels = {}
