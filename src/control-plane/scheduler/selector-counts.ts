import type { Labels, Selector } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'

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
  #nextId = 0
  #size = 0

  /** Counts for a selector within a namespace: a pod that terminates does not count. */
  of(
    selector: Selector,
    namespace: string,
    pods: Iterable<{ readonly info: PodInfo; readonly node: NodeInfo }>,
  ): (node: NodeInfo) => number {
    if (selector.nothing || selector.requirements.length === 0) return () => 0
    const known = this.#byNamespace.get(namespace)?.get(selector.text)
    const { id } = known ?? this.#start(selector, namespace, pods)
    return (node) => node.matching[id] ?? 0
  }

  add(pod: Pod, node: NodeInfo, sign: 1 | -1): void {
    const selectors = this.#byNamespace.get(pod.metadata.namespace ?? '')
    if (selectors === undefined || pod.metadata.deletionTimestamp !== undefined) return
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

  #start(
    selector: Selector,
    namespace: string,
    pods: Iterable<{ readonly info: PodInfo; readonly node: NodeInfo }>,
  ): SelectorCount {
    if (this.#size++ >= LIMIT) this.#forgetAll()
    const count = { id: this.#nextId++, selector }
    let selectors = this.#byNamespace.get(namespace)
    if (selectors === undefined) {
      selectors = new Map()
      this.#byNamespace.set(namespace, selectors)
    }
    selectors.set(selector.text, count)
    this.#matches.delete(namespace)
    for (const { info, node } of pods) {
      const { metadata } = info.pod
      if ((metadata.namespace ?? '') !== namespace || metadata.deletionTimestamp !== undefined) continue
      if (selector.matches(metadata.labels)) node.matching[count.id] = (node.matching[count.id] ?? 0) + 1
    }
    return count
  }

  #forgetAll(): void {
    this.#byNamespace = new Map()
    this.#matches = new Map()
    this.#size = 0
  }
}

const NO_LABELS: Labels = {}
