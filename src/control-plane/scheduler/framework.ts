/**
 * What a scheduling plugin is: the contract, without code.
 *
 * A plugin is a bundle of pure functions. Per pod the framework calls `preFilter` once and `filter` for each node it looks
 * at, then `preScore` once, `score` for each node that passed and `normalizeScore` once. What the `pre` functions computed
 * is handed to the others as `state`.
 * Source: staging/src/k8s.io/kube-scheduler/framework/interface.go
 */
import type { Selector } from '../../api/labels.ts'
import type { KubernetesObject, Node, Pod } from '../../api/types.ts'
import type { Client, EventsRecorder } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import type { Random } from '../../sim/random.ts'
import type { DeviceSource } from './devices.ts'
import type { PluginFeatures } from './features.ts'
import type { NodeInfo } from './node-info.ts'
import type { NodeStatuses } from './node-statuses.ts'
import type { PodInfo } from './pod-info.ts'
import type { DomainCounts, Domains, PlacedTerm, PodQuery, TermKind } from './pod-query.ts'
import type { StorageSource } from './storage.ts'

type Code = 'Success' | 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Skip'

/** Why a plugin said no. Success is `undefined`, so that a yes costs nothing. */
export interface Status {
  readonly code: Exclude<Code, 'Success'>
  readonly reasons: readonly string[]
  /** Who said so. */
  readonly plugin?: string
}

/** Nothing for this plugin to do with the pod: its other functions are not called. */
interface Skip {
  readonly code: 'Skip'
}

interface PreFilterResult<F> {
  readonly code: 'Success'
  readonly state: F
  /** Only these nodes can take the pod; undefined: any. */
  readonly nodeNames?: ReadonlySet<string>
}

interface PreScoreResult<S> {
  readonly code: 'Success'
  readonly state: S
}

/** The nodes and pods as the scheduler knows them at the start of a scheduling cycle. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[]
  get(name: string): NodeInfo | undefined
  /** How many of the pods that the query means are in each domain of a topology. */
  podsByDomain(query: PodQuery, topologyKey: string): DomainCounts
  /** Terms of affinity between pods that pods on nodes have. */
  podTerms(kind: TermKind): Iterable<PlacedTerm>
  domains(topologyKey: string): Domains
  /** Labels of a namespace, for namespaceSelector. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>>
  namespaces(): Iterable<string>
  /** Whether a pod that has a node uses the claim, `namespace/name`. */
  isClaimUsed(claim: string): boolean
  /** How many pods of the namespace that do not terminate the selector matches, per node. */
  podCount(selector: Selector, namespace: string): (node: NodeInfo) => number
  /** Labels that Services and the pod's controller look for: what spreading by default goes by. */
  defaultSelector(pod: Pod): Selector
}

/** Something that happened and may let a waiting pod through. Source: pkg/scheduler/framework/events.go */
export type ClusterEvent = NodeEvent | PodEvent | StorageEvent | DeviceEvent | PodGroupEvent

export interface PodGroupEvent {
  readonly resource: 'PodGroup'
  readonly action: 'Add'
  readonly old?: undefined
  readonly new: KubernetesObject
}

export interface NodeEvent {
  readonly resource: 'Node'
  readonly action: NodeAction
  readonly old?: Node
  readonly new?: Node
}

export type NodeAction =
  | 'Add'
  | 'Delete'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdateNodeCondition'
  | 'UpdateNodeAnnotation'

export interface PodEvent {
  /** Of a pod that has (or had) a node, or of one that waits for one. */
  readonly resource: 'AssignedPod' | 'UnscheduledPod'
  readonly action: PodAction
  readonly old?: Pod
  readonly new?: Pod
}

export type PodAction =
  | 'Add'
  | 'Delete'
  | 'Update'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodSchedulingGatesEliminated'
  | 'UpdatePodToleration'
  | 'UpdatePodGeneratedResourceClaim'

/** Something of storage. An update comes with what it was and what it is, the others with one of the two. */
export interface StorageEvent {
  readonly resource: StorageKind
  readonly action: StorageAction
  readonly old?: KubernetesObject
  readonly new?: KubernetesObject
}

export type StorageKind =
  | 'PersistentVolumeClaim'
  | 'PersistentVolume'
  | 'StorageClass'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'
  | 'VolumeAttachment'

export type StorageAction = 'Add' | 'Update' | 'Delete'

/** Something of devices: see {@link StorageEvent}. */
export interface DeviceEvent {
  readonly resource: DeviceKind
  readonly action: StorageAction
  readonly old?: KubernetesObject
  readonly new?: KubernetesObject
}

export type DeviceKind = 'ResourceClaim' | 'ResourceSlice' | 'DeviceClass'

/** What a plugin is given to work with beyond its arguments. Source: kube-scheduler/framework/interface.go Handle */
export interface PluginHandle {
  /** Reads answer from what an informer would hold. */
  readonly client: Client
  readonly recorder: EventsRecorder
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: SchedulerHandle
  /** Volumes, claims and what goes with them; the first question starts the informers for them. */
  readonly storage: StorageSource
  /** Claims, slices and classes of devices: as `storage`. */
  readonly devices: DeviceSource
  readonly features: PluginFeatures
}

/** The scheduler as plugins see it that look beyond one pod. It is there once every plugin has been made. */
export interface SchedulerHandle {
  readonly snapshot: Snapshot
  /**
   * Whether a pod would fit on nodes that are not as the snapshot has them, beside the pods that are nominated to them.
   * What goes for all of them is worked out once.
   */
  trial(pod: PodInfo): Trial
  /** Pods that are to come to a node once there is room. */
  nominatedTo(node: NodeInfo): readonly PodInfo[]
  clearNomination(pod: Pod): void
  /** Pods of the pod's scheduling group, itself among them; `placed`: they have a node, bound or not yet. */
  podsLike(pod: Pod): readonly { readonly pod: Pod; readonly placed: boolean }[]
  /** Puts a pod in line at once. */
  activate(pod: Pod): void
  /** A pod that has a node but is held back by `permit`. */
  waitingPod(uid: string): WaitingPod | undefined
}

export interface Trial {
  fits(node: NodeInfo): Status | undefined
  /** The answer goes for every pod of the same shape, until the node or the pods nominated to it change. */
  readonly local: boolean
}

/** Source: kube-scheduler/framework/interface.go WaitingPod */
export interface WaitingPod {
  /** One plugin lets it go. */
  allow(plugin: string): void
  reject(plugin: string, message: string): void
  /** It must make room, and is tried again. */
  preempt(plugin: string): void
}

/**
 * Makes a plugin for one profile. Defaults are filled in where the arguments leave something out.
 *
 * @param args as `pluginConfig[].args` of the configuration has them; undefined: none
 * @throws Error in upstream's words for arguments that are not valid
 * Source: pkg/scheduler/framework/runtime/registry.go PluginFactory
 */
export type PluginFactory = (args: unknown, handle: PluginHandle) => Plugin

/** What pods are put in line by. */
export interface QueueOrder {
  readonly info: PodInfo
  readonly priority: number
  /** Virtual ms at which it was last put in line. */
  readonly timestamp: number
}

export interface PostFilterResult {
  readonly code: 'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Error'
  readonly message: string
  /** A node to nominate, `''` to take a nomination back, undefined to leave it. */
  readonly nominate?: string
}

/** The pod waits until every plugin that made it wait has allowed it, or one rejects it. */
export interface Wait {
  readonly code: 'Wait'
  /** What it waits for. */
  readonly reasons: readonly string[]
  /** Virtual ms; at most 15 minutes. */
  readonly timeout: number
}

/** Plugins by the names that profiles give them; users add their own. Source: registry.go Registry */
export type Registry = Readonly<Record<string, PluginFactory>>

export interface Plugin<F = unknown, S = unknown> {
  readonly name: string
  /** Keeps a pod out of the queue altogether while it refuses. */
  preEnqueue?(pod: Pod): Status | undefined
  /** One that does not name `snapshot` as a parameter goes by the pod alone: it is not asked again for changed nodes. */
  preFilter?(pod: PodInfo, snapshot: Snapshot): PreFilterResult<F> | Status | Skip
  filter?(state: F, pod: PodInfo, node: NodeInfo): Status | undefined
  /** @param filtered what `preFilter` left for the pod; undefined when it skipped */
  preScore?(
    pod: PodInfo,
    snapshot: Snapshot,
    nodes: readonly NodeInfo[],
    filtered?: F,
  ): PreScoreResult<S> | Status | Skip
  /** Any whole number; `normalizeScore`, where there is one, brings all into 0..100 in place. */
  score?(state: S, pod: PodInfo, node: NodeInfo): number
  normalizeScore?(state: S, scores: number[], nodes: readonly NodeInfo[]): void
  /** A node was chosen: notes what the pod takes there, before it is bound. A refusal gives the pod back. */
  reserve?(filtered: F | undefined, pod: PodInfo, node: NodeInfo): Status | undefined
  /** Takes `reserve` back, in the opposite order of plugins: a later step failed. Also called where `reserve` was not. */
  unreserve?(filtered: F | undefined, pod: PodInfo, node: NodeInfo): void
  /** Whether `preBind` will have something to do: `Skip` when not. A Status fails the binding. */
  preBindPreFlight?(filtered: F | undefined, pod: PodInfo, node: NodeInfo): Status | Skip | undefined
  /**
   * What must be so before the pod is bound; may take virtual time. Answers `undefined` when that is so already, a Status
   * when it cannot be, or waits: then `done` is called once on the clock. The answered function gives up waiting.
   */
  preBind?(
    filtered: F | undefined,
    pod: PodInfo,
    node: NodeInfo,
    done: (refused: Status | undefined) => void,
  ): Status | (() => void) | undefined
  /** Called when no node fits: room may be made. Every plugin is asked until one succeeds. */
  postFilter?(pod: PodInfo, diagnosis: Diagnosis): PostFilterResult
  /** Holds a pod back that has its node, or lets it go on. */
  permit?(pod: PodInfo, node: NodeInfo): Status | Wait | undefined
  /** Binds the pod; `Skip` leaves it to the next plugin. */
  bind?(pod: Pod, node: string): Status | Skip | undefined
  /** The pod is bound. */
  postBind?(pod: Pod, node: string): void
  /** Whether one pod is tried before another. */
  less?(a: QueueOrder, b: QueueOrder): boolean
  /** Events this plugin wants to see, `Node/Add`; others cannot change its mind. */
  readonly events?: ReadonlySet<EventName>
  /** The queueing hint: may the event let a pod through that this plugin refused? Left out: every event in `events` may. */
  isSchedulableAfter?(event: ClusterEvent, pod: Pod): boolean
}

export type EventName =
  | `Node/${NodeAction}`
  | `AssignedPod/${PodAction}`
  | `UnscheduledPod/${PodAction}`
  | `${StorageKind | DeviceKind}/${StorageAction}`
  | 'PodGroup/Add'

/** One plugin in a profile, with the weight of its score. */
export interface WeightedPlugin {
  readonly plugin: Plugin
  readonly weight: number
}

/** Why no node was found. Source: pkg/scheduler/framework/types.go Diagnosis */
export interface Diagnosis {
  /** A node that was never asked is not in it. */
  readonly nodeToStatus: NodeStatuses
  /** What goes for every node that is not in `nodeToStatus`. */
  absentNodesStatus: Status
  readonly unschedulablePlugins: Set<string>
  preFilterMessage: string
  postFilterMessage: string
}

/** Pods that must go so that another one fits on the node. */
export interface PreemptionCandidate {
  readonly node: string
  /** By decreasing importance. */
  readonly victims: readonly Pod[]
  readonly pdbViolations: number
}
