import type { Selector } from '../../api/labels.ts'
import type { Node, Taint } from '../../api/types.ts'
import type { PodInfo } from './pod-info.ts'
import { addResource, emptyResource, type Resource, resourceOf } from './resources.ts'

export const HOSTNAME = 'kubernetes.io/hostname'
export const ZONE = 'topology.kubernetes.io/zone'

/** Which topology domain a node is in; undefined without the label. */
export function topologyValue(node: NodeInfo, key: string): string | undefined {
  if (key === HOSTNAME) return node.hostname
  return key === ZONE ? node.zone : node.labels[key]
}

/** An image that is on some nodes. Source: kube-scheduler/framework ImageStateSummary */
export interface ImageState {
  /** Bytes. */
  readonly size: number
  readonly nodes: ReadonlySet<string>
}

const NO_TAINTS: readonly Taint[] = []
const NO_LABELS: Readonly<Record<string, string>> = {}

/**
 * A node and what its pods take up, kept up to date pod by pod. Plain numbers: this is what every scheduling decision
 * reads for hundreds of nodes. Source: pkg/scheduler/framework/types.go NodeInfo
 */
export class NodeInfo {
  readonly name: string
  /** A small number of its own, for tables by node; the one after it is for the node with more pods; -1 for what is only tried out. */
  readonly id: number
  /** Moves on with every change. Source: NodeInfo.Generation */
  generation = 1
  /** Undefined while pods are known to be on a node that is not known itself. */
  node: Node | undefined
  labels: Readonly<Record<string, string>> = NO_LABELS
  taints: readonly Taint[] = NO_TAINTS
  unschedulable = false
  /** The two labels that pods are spread by when nothing else is said. */
  hostname: string | undefined
  zone: string | undefined
  allocatable: Resource = emptyResource()
  requested: Resource = emptyResource()
  /** Only cpu and memory count: see `nonZeroMilliCPU` of pods. */
  nonZeroMilliCPU = 0
  nonZeroMemory = 0
  /** By `namespace/name`. */
  readonly pods = new Map<string, PodInfo>()
  readonly podsWithAffinity = new Set<PodInfo>()
  /** How often a host port is taken: `ip/protocol/port`. */
  readonly usedPorts = new Map<string, number>()
  /** How many pods here use a claim, by `namespace/name`. */
  readonly claims = new Map<string, number>()
  /** Images on this node by normalised name. */
  imageStates: ReadonlyMap<string, ImageState> = NO_IMAGES
  /** Per {@link SelectorCount} how many pods here match it, by its id. */
  readonly matching: number[] = []

  constructor(name: string, node?: Node, id = -1) {
    this.name = name
    this.id = id
    if (node !== undefined) this.setNode(node)
  }

  setNode(node: Node): void {
    this.generation++
    if (this.node?.status?.allocatable !== node.status?.allocatable || this.node === undefined)
      this.allocatable = resourceOf(node.status?.allocatable)
    this.node = node
    this.labels = node.metadata.labels ?? NO_LABELS
    this.taints = node.spec.taints ?? NO_TAINTS
    this.hostname = this.labels[HOSTNAME]
    this.zone = this.labels[ZONE]
    this.unschedulable = node.spec.unschedulable === true
  }

  addPod(info: PodInfo): void {
    this.pods.set(info.key, info)
    if (hasAffinity(info)) this.podsWithAffinity.add(info)
    this.#account(info, 1)
  }

  removePod(info: PodInfo): void {
    this.pods.delete(info.key)
    this.podsWithAffinity.delete(info)
    this.#account(info, -1)
  }

  /** A copy to try things out on. */
  clone(id = -1): NodeInfo {
    const copy = new NodeInfo(this.name, undefined, id)
    copy.node = this.node
    copy.labels = this.labels
    copy.taints = this.taints
    copy.unschedulable = this.unschedulable
    copy.hostname = this.hostname
    copy.zone = this.zone
    copy.allocatable = this.allocatable
    copy.imageStates = this.imageStates
    const { scalar } = this.requested
    copy.requested = { ...this.requested, scalar: scalar && new Map(scalar) }
    copy.nonZeroMilliCPU = this.nonZeroMilliCPU
    copy.nonZeroMemory = this.nonZeroMemory
    for (const [key, info] of this.pods) copy.pods.set(key, info)
    for (const info of this.podsWithAffinity) copy.podsWithAffinity.add(info)
    for (const [port, count] of this.usedPorts) copy.usedPorts.set(port, count)
    return copy
  }

  #account(info: PodInfo, sign: 1 | -1): void {
    this.generation++
    addResource(this.requested, info.resource.requests, sign)
    this.nonZeroMilliCPU += sign * info.resource.nonZeroMilliCPU
    this.nonZeroMemory += sign * info.resource.nonZeroMemory
    for (const claim of info.claims) countUp(this.claims, claim, sign)
    for (const port of info.hostPorts) {
      countUp(this.usedPorts, portKey(port.hostIP, port.protocol, port.hostPort!), sign)
    }
  }
}

/** Adds to a count; one that comes to nothing is forgotten. */
export function countUp(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}

const NO_IMAGES: ReadonlyMap<string, ImageState> = new Map()

/** Source: kube-scheduler/framework HostPortInfo.sanitize: no address means every address, no protocol TCP. */
export const portKey = (ip: string | undefined, protocol: string | undefined, port: number): string =>
  `${ip || '0.0.0.0'}/${protocol || 'TCP'}/${port}`

function hasAffinity({ pod }: PodInfo): boolean {
  const affinity = pod.spec.affinity
  return affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined
}

/** Pods of one namespace that a selector matches and that do not terminate, counted. Source: podtopologyspread/common.go countPodsMatchSelector */
export function countMatching(node: NodeInfo, selector: Selector, namespace: string): number {
  if (selector.nothing || selector.requirements.length === 0) return 0
  let count = 0
  for (const { pod } of node.pods.values()) {
    if (pod.metadata.deletionTimestamp !== undefined || (pod.metadata.namespace ?? '') !== namespace) continue
    if (selector.matches(pod.metadata.labels)) count++
  }
  return count
}
