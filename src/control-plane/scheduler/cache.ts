import type { Selector } from '../../api/labels.ts'
import type { Node, Pod } from '../../api/types.ts'
import type { Snapshot } from './framework.ts'
import { ImageStates } from './image-states.ts'
import { countUp, type NodeInfo } from './node-info.ts'
import { NodeTree } from './node-tree.ts'
import { type PodInfo, podInfoOf, podKey } from './pod-info.ts'
import type { DomainCounts, Domains, PlacedTerm, PodQuery, TermKind } from './pod-query.ts'
import { resizedRequests } from './resize.ts'
import { SelectorCounts } from './selector-counts.ts'
import { TopologyIndex } from './topology-index.ts'

interface CachedPod {
  readonly info: PodInfo
  readonly node: NodeInfo
  /** Chosen by us, not yet seen bound. */
  assumed: boolean
}

/** What the cache asks others for. */
export interface CacheSources {
  namespaceLabels(namespace: string): Readonly<Record<string, string>>
  namespaces(): Iterable<string>
  defaultSelector(pod: Pod): Selector
}

/**
 * Nodes and the pods on them, as seen on watches, plus the pods that were given a node a moment ago: those are assumed
 * to be there, so that the next pod does not take the same room. Source: pkg/scheduler/backend/cache/cache.go
 */
export class Cache implements Snapshot {
  readonly #tree = new NodeTree()
  readonly #pods = new Map<string, CachedPod>()
  readonly #images = new ImageStates()
  readonly #counts = new SelectorCounts()
  readonly #topology = new TopologyIndex()
  readonly #claims = new Map<string, number>()
  readonly #sources: CacheSources

  constructor(sources: CacheSources) {
    this.#sources = sources
  }

  get nodes(): readonly NodeInfo[] {
    return this.#tree.list()
  }

  get(name: string): NodeInfo | undefined {
    const node = this.#tree.get(name)
    return node?.node === undefined ? undefined : node
  }

  podsByDomain(query: PodQuery, topologyKey: string): DomainCounts {
    return this.#topology.podsByDomain(query, topologyKey, this.nodes)
  }

  podTerms(kind: TermKind): Iterable<PlacedTerm> {
    return this.#topology.podTerms(kind)
  }

  domains(topologyKey: string): Domains {
    return this.#topology.domains(topologyKey, this.nodes)
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> {
    return this.#sources.namespaceLabels(namespace)
  }

  namespaces(): Iterable<string> {
    return this.#sources.namespaces()
  }

  defaultSelector(pod: Pod): Selector {
    return this.#sources.defaultSelector(pod)
  }

  isClaimUsed(claim: string): boolean {
    return this.#claims.has(claim)
  }

  podCount(selector: Selector, namespace: string): (node: NodeInfo) => number {
    return this.#counts.of(selector, namespace)
  }

  setNode(node: Node): NodeInfo {
    const before = this.#tree.get(node.metadata.name)
    const known = before?.node
    const relabelled = known?.metadata.labels !== node.metadata.labels
    if (before !== undefined && known !== undefined && relabelled) this.#topology.countNode(before, -1)
    const info = this.#tree.set(node)
    if (known === undefined || relabelled) this.#topology.countNode(info, 1)
    this.#images.set(info, node.status?.images)
    return info
  }

  removeNode(name: string): void {
    const known = this.get(name)
    if (known !== undefined) this.#topology.countNode(known, -1)
    const info = this.#tree.remove(name)
    if (info !== undefined) this.#images.set(info, undefined)
  }

  isAssumed(pod: Pod): boolean {
    return this.#pods.get(podKey(pod))?.assumed === true
  }

  /** Puts a pod on the node that was chosen for it. */
  assume(info: PodInfo, node: NodeInfo): void {
    this.#add(info, node, true)
  }

  /** The binding failed, or the pod went away before it. */
  forget(pod: Pod): void {
    if (this.isAssumed(pod)) this.#remove(podKey(pod))
  }

  /** A pod is seen on its node: for the first time, or changed. */
  setPod(pod: Pod): void {
    const cached = this.#pods.get(podKey(pod))
    const node = this.#tree.getOrAdd(pod.spec.nodeName!)
    if (cached !== undefined && cached.node === node && !changes(cached.info.pod, pod)) {
      cached.info.pod = pod
      cached.assumed = false
      return
    }
    this.#add(podInfoOf(pod), node, false)
  }

  removePod(pod: Pod): void {
    this.#remove(podKey(pod))
  }

  #add(info: PodInfo, node: NodeInfo, assumed: boolean): void {
    this.#remove(info.key)
    node.addPod(info)
    for (const claim of info.claims) countUp(this.#claims, claim, 1)
    this.#counts.add(info.pod, node, 1)
    this.#pods.set(info.key, { info, node, assumed })
    if (node.node !== undefined) this.#topology.countPod(info, node.labels, 1)
  }

  #remove(key: string): void {
    const cached = this.#pods.get(key)
    if (cached === undefined) return
    cached.node.removePod(cached.info)
    if (cached.node.node !== undefined) this.#topology.countPod(cached.info, cached.node.labels, -1)
    for (const claim of cached.info.claims) countUp(this.#claims, claim, -1)
    this.#counts.add(cached.info.pod, cached.node, -1)
    this.#pods.delete(key)
    this.#tree.forgetIfEmpty(cached.node)
  }
}

/** Whether anything that scheduling looks at differs; most changes of a running pod are of its status. */
function changes(old: Pod, now: Pod): boolean {
  return (
    old.metadata.labels !== now.metadata.labels ||
    old.metadata.deletionTimestamp !== now.metadata.deletionTimestamp ||
    old.metadata.uid !== now.metadata.uid ||
    old.spec.containers !== now.spec.containers ||
    old.spec.initContainers !== now.spec.initContainers ||
    old.spec.resources !== now.spec.resources ||
    old.spec.affinity !== now.spec.affinity ||
    old.spec.nodeName !== now.spec.nodeName ||
    // Preemption spares the older one.
    old.status?.startTime !== now.status?.startTime ||
    (old.status?.containerStatuses !== now.status?.containerStatuses &&
      (resizedRequests(old) !== undefined || resizedRequests(now) !== undefined))
  )
}
