import type { NodeAffinity, TopologySpreadConstraint } from '../../../api/types.ts'

/** Points of a profile that plugins can be enabled at, in the order in which the real framework fills them. */
export const EXTENSION_POINTS = [
  'preFilter',
  'filter',
  'postFilter',
  'reserve',
  'preScore',
  'score',
  'preBind',
  'bind',
  'postBind',
  'permit',
  'preEnqueue',
  'queueSort',
  'placementGenerate',
  'placementScore',
] as const

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number]

export interface PluginEntry {
  readonly name: string
  /** 0: not given. */
  readonly weight: number
}

export interface PluginSet {
  readonly enabled: readonly PluginEntry[]
  readonly disabled: readonly PluginEntry[]
}

export type Plugins = Readonly<Record<ExtensionPoint | 'multiPoint', PluginSet>>

export interface PluginConfig {
  readonly name: string
  readonly args: unknown
}

/** One scheduler of the process. Source: pkg/scheduler/apis/config/types.go KubeSchedulerProfile */
export interface Profile {
  readonly schedulerName: string
  readonly percentageOfNodesToScore: number | undefined
  readonly plugins: Plugins
  readonly pluginConfig: readonly PluginConfig[]
}

/** Durations in ms. Source: component-base/config/types.go LeaderElectionConfiguration */
export interface LeaderElectionConfiguration {
  readonly leaderElect: boolean
  readonly leaseDuration: number
  readonly renewDeadline: number
  readonly retryPeriod: number
  readonly resourceLock: string
  readonly resourceName: string
  readonly resourceNamespace: string
}

export interface ClientConnection {
  readonly kubeconfig: string
  readonly contentType: string
  readonly qps: number
  readonly burst: number
}

export interface Extender {
  readonly urlPrefix?: string
  readonly prioritizeVerb?: string
  readonly bindVerb?: string
  readonly weight?: number
  readonly managedResources?: readonly { readonly name: string }[]
}

/** With every default filled in. Source: pkg/scheduler/apis/config/types.go KubeSchedulerConfiguration */
export interface SchedulerConfiguration {
  readonly parallelism: number
  readonly leaderElection: LeaderElectionConfiguration
  readonly clientConnection: ClientConnection
  /** 0: as many as the size of the cluster suggests. */
  readonly percentageOfNodesToScore: number
  readonly podInitialBackoffSeconds: number
  readonly podMaxBackoffSeconds: number
  readonly profiles: readonly Profile[]
  readonly extenders: readonly Extender[]
}

/** Arguments of plugins, with every default filled in. Source: apis/config/types_pluginargs.go */
export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage: number
  readonly minCandidateNodesAbsolute: number
}

export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight: number
  readonly ignorePreferredTermsOfExistingPods: boolean
}

export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinity
}

export interface PodTopologySpreadArgs {
  readonly defaultConstraints: readonly TopologySpreadConstraint[]
  readonly defaultingType: string
}

export interface ResourceSpec {
  readonly name: string
  readonly weight: number
}

export interface ShapePoint {
  readonly utilization: number
  readonly score: number
}

export interface BalancedAllocationArgs {
  readonly resources: readonly ResourceSpec[]
}

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number
  readonly shape?: readonly ShapePoint[]
}
