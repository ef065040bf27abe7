import { parseGoDuration } from '../../../api/duration.ts'
import {
  EXTENSION_POINTS,
  type Extender,
  type PluginConfig,
  type PluginEntry,
  type PluginSet,
  type Plugins,
  type Profile,
  type SchedulerConfiguration,
} from './configuration.ts'
import { PLUGIN_ARGS } from './layout.ts'

/** Feature gates that change which plugins a profile has. */
export interface SchedulerFeatures {
  readonly genericWorkload: boolean
  readonly gangScheduling: boolean
}

type Raw<T> = { readonly [K in keyof T]?: T[K] | null }

/** A configuration as a file has it: only what somebody wrote. */
export interface RawConfiguration {
  readonly parallelism?: number | null
  readonly leaderElection?: Raw<Record<'leaseDuration' | 'renewDeadline' | 'retryPeriod', string>> &
    Raw<{ leaderElect: boolean; resourceLock: string; resourceName: string; resourceNamespace: string }>
  readonly clientConnection?: Raw<{ kubeconfig: string; contentType: string; qps: number; burst: number }>
  readonly percentageOfNodesToScore?: number | null
  readonly podInitialBackoffSeconds?: number | null
  readonly podMaxBackoffSeconds?: number | null
  readonly profiles?: readonly RawProfile[] | null
  readonly extenders?: readonly Extender[] | null
}

interface RawProfile {
  readonly schedulerName?: string | null
  readonly percentageOfNodesToScore?: number | null
  readonly plugins?: Readonly<Record<string, RawPluginSet | null>> | null
  readonly pluginConfig?: readonly PluginConfig[] | null
}

interface RawPluginSet {
  readonly enabled?: readonly Partial<PluginEntry>[] | null
  readonly disabled?: readonly Partial<PluginEntry>[] | null
}

const plugin = (name: string, weight = 0): PluginEntry => ({ name, weight })

/** Source: apis/config/v1/default_plugins.go getDefaultPlugins with the gates that are on in v1.36 */
const defaultMultiPoint = ({ gangScheduling }: SchedulerFeatures): readonly PluginEntry[] => [
  plugin('SchedulingGates'),
  plugin('PrioritySort'),
  plugin('NodeUnschedulable'),
  plugin('NodeName'),
  plugin('TaintToleration', 3),
  plugin('NodeAffinity', 2),
  plugin('NodePorts'),
  plugin('NodeResourcesFit', 1),
  plugin('VolumeRestrictions'),
  plugin('NodeVolumeLimits'),
  plugin('VolumeBinding'),
  plugin('VolumeZone'),
  plugin('PodTopologySpread', 2),
  plugin('InterPodAffinity', 2),
  plugin('DynamicResources', 2),
  plugin('DefaultPreemption'),
  plugin('NodeResourcesBalancedAllocation', 1),
  plugin('ImageLocality', 1),
  plugin('DefaultBinder'),
  plugin('NodeDeclaredFeatures'),
  ...(gangScheduling ? [plugin('GangScheduling')] : []),
]

const entries = (given: readonly Partial<PluginEntry>[] | null | undefined): readonly PluginEntry[] =>
  (given ?? []).map(({ name = '', weight }) => ({ name, weight: weight ?? 0 }))

/** Source: apis/config/v1/defaults.go SetDefaults_KubeSchedulerConfiguration */
export function withDefaults(raw: RawConfiguration, features: SchedulerFeatures): SchedulerConfiguration {
  const { leaderElection: election = {}, clientConnection: connection = {} } = raw
  const given = raw.profiles == null || raw.profiles.length === 0 ? [{}] : raw.profiles
  const onlyName = given.length === 1 ? 'default-scheduler' : ''
  // A duration that is zero is the same as one that is not there.
  const duration = (text: string | null | undefined, ms: number) => parseGoDuration(text ?? '') || ms
  return {
    parallelism: raw.parallelism ?? 16,
    leaderElection: {
      leaderElect: election.leaderElect ?? true,
      leaseDuration: duration(election.leaseDuration, 15_000),
      renewDeadline: duration(election.renewDeadline, 10_000),
      retryPeriod: duration(election.retryPeriod, 2000),
      resourceLock: election.resourceLock || 'leases',
      resourceName: election.resourceName || 'kube-scheduler',
      resourceNamespace: election.resourceNamespace || 'kube-system',
    },
    clientConnection: {
      kubeconfig: connection.kubeconfig ?? '',
      contentType: connection.contentType || 'application/vnd.kubernetes.protobuf',
      qps: connection.qps || 50,
      burst: connection.burst || 100,
    },
    percentageOfNodesToScore: raw.percentageOfNodesToScore ?? 0,
    podInitialBackoffSeconds: raw.podInitialBackoffSeconds ?? 1,
    podMaxBackoffSeconds: raw.podMaxBackoffSeconds ?? 10,
    profiles: given.map((profile) => profileWithDefaults(profile, onlyName, features)),
    extenders: raw.extenders ?? [],
  }
}

function profileWithDefaults(raw: RawProfile, onlyName: string, features: SchedulerFeatures): Profile {
  const set = (point: string): PluginSet => ({
    enabled: entries(raw.plugins?.[point]?.enabled),
    disabled: entries(raw.plugins?.[point]?.disabled),
  })
  const multiPoint = mergePluginSet(defaultMultiPoint(features), set('multiPoint'))
  const points = EXTENSION_POINTS.map((point) => [point, mergePluginSet([], set(point))] as const)
  const plugins = { ...Object.fromEntries(points), multiPoint } as Plugins
  const given = (raw.pluginConfig ?? []).map(({ name, args }) => ({ name, args: argsWithDefaults(name, args) }))
  const names = new Set(Object.values(plugins).flatMap(({ enabled }) => enabled.map(({ name }) => name)))
  const rest = [...names]
    .filter((name) => name in PLUGIN_ARGS && !given.some((config) => config.name === name))
    .sort()
    .map((name) => ({ name, args: argsWithDefaults(name, {}) }))
  return {
    schedulerName: raw.schedulerName ?? onlyName,
    percentageOfNodesToScore: raw.percentageOfNodesToScore ?? undefined,
    plugins,
    pluginConfig: [...given, ...rest],
  }
}

/** Source: apis/config/v1/default_plugins.go mergePluginSet */
function mergePluginSet(defaults: readonly PluginEntry[], custom: PluginSet): PluginSet {
  const disabled = new Set(custom.disabled.map(({ name }) => name))
  // Of plugins that are named twice the last one counts.
  const chosen = new Map(custom.enabled.map((entry) => [entry.name, entry]))
  const replacing = new Set<PluginEntry>()
  const enabled: PluginEntry[] = []
  if (!disabled.has('*')) {
    for (const entry of defaults) {
      if (disabled.has(entry.name)) continue
      const own = chosen.get(entry.name)
      if (own !== undefined) replacing.add(own)
      enabled.push(own ?? entry)
    }
  }
  enabled.push(...custom.enabled.filter((entry) => !replacing.has(entry)))
  return { enabled, disabled: custom.disabled.map(({ name }) => plugin(name)) }
}

const CPU_AND_MEMORY = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
]

type Fields = Readonly<Record<string, unknown>>

/** A weight of nothing means 1. */
const weighted = (resources: unknown): readonly unknown[] =>
  Array.isArray(resources) && resources.length > 0
    ? resources.map((resource: Fields) => ({ ...resource, weight: resource.weight || 1 }))
    : CPU_AND_MEMORY

const ARG_DEFAULTS: Readonly<Record<string, (args: Fields) => Fields>> = {
  DefaultPreemption: (args) => ({
    minCandidateNodesPercentage: args.minCandidateNodesPercentage ?? 10,
    minCandidateNodesAbsolute: args.minCandidateNodesAbsolute ?? 100,
  }),
  InterPodAffinity: (args) => ({ hardPodAffinityWeight: args.hardPodAffinityWeight ?? 1 }),
  VolumeBinding: (args) => ({ bindTimeoutSeconds: args.bindTimeoutSeconds ?? 600 }),
  NodeResourcesBalancedAllocation: (args) => ({ resources: weighted(args.resources) }),
  PodTopologySpread: (args) => ({ defaultingType: args.defaultingType || 'System' }),
  NodeResourcesFit: (args) => {
    const strategy = (args.scoringStrategy as Fields | null | undefined) ?? { type: 'LeastAllocated' }
    return { scoringStrategy: { ...strategy, resources: weighted(strategy.resources) } }
  },
}

/** Source: apis/config/v1/defaults.go SetDefaults_NodeResourcesFitArgs and its neighbours */
function argsWithDefaults(name: string, args: unknown): unknown {
  if (!(name in PLUGIN_ARGS)) return args
  const { apiVersion: _, kind: __, ...fields } = (args as Fields | null | undefined) ?? {}
  return { ...fields, ...ARG_DEFAULTS[name]?.(fields) }
}
