/**
 * The fields of a KubeSchedulerConfiguration file and their Go types, for strict reading.
 * Source: staging/src/k8s.io/kube-scheduler/config/v1/types.go, types_pluginargs.go
 */

type Scalar = 'bool' | 'string' | 'int32' | 'int64' | 'float32' | 'duration' | 'any'

export type Layout =
  | Scalar
  | { readonly list: Layout; readonly type: string }
  | { readonly map: Layout }
  | { readonly struct: string; readonly fields: Readonly<Record<string, Layout>> }

const struct = (name: string, fields: Readonly<Record<string, Layout>>): Layout => ({ struct: name, fields })
const list = (of: Layout, type: string): Layout => ({ list: of, type })
const strings = list('string', '[]string')

const pluginSet = struct('PluginSet', {
  enabled: list(struct('Plugin', { name: 'string', weight: 'int32' }), '[]v1.Plugin'),
  disabled: list(struct('Plugin', { name: 'string', weight: 'int32' }), '[]v1.Plugin'),
})

const POINTS = `preEnqueue queueSort preFilter filter postFilter preScore score reserve permit preBind bind postBind
  multiPoint placementGenerate placementScore`

const profile = struct('KubeSchedulerProfile', {
  schedulerName: 'string',
  percentageOfNodesToScore: 'int32',
  plugins: struct('Plugins', Object.fromEntries(POINTS.split(/\s+/).map((point) => [point, pluginSet]))),
  pluginConfig: list(struct('PluginConfig', { name: 'string', args: 'any' }), '[]v1.PluginConfig'),
})

const extender = struct('Extender', {
  urlPrefix: 'string',
  filterVerb: 'string',
  preemptVerb: 'string',
  prioritizeVerb: 'string',
  weight: 'int64',
  bindVerb: 'string',
  enableHTTPS: 'bool',
  tlsConfig: struct('ExtenderTLSConfig', {
    insecure: 'bool',
    serverName: 'string',
    certFile: 'string',
    keyFile: 'string',
    caFile: 'string',
    certData: 'string',
    keyData: 'string',
    caData: 'string',
  }),
  httpTimeout: 'duration',
  nodeCacheCapable: 'bool',
  managedResources: list(
    struct('ExtenderManagedResource', { name: 'string', ignoredByScheduler: 'bool' }),
    '[]v1.ExtenderManagedResource',
  ),
  ignorable: 'bool',
})

const meta = { apiVersion: 'string', kind: 'string' } as const

export const CONFIGURATION = struct('KubeSchedulerConfiguration', {
  ...meta,
  parallelism: 'int32',
  leaderElection: struct('LeaderElectionConfiguration', {
    leaderElect: 'bool',
    leaseDuration: 'duration',
    renewDeadline: 'duration',
    retryPeriod: 'duration',
    resourceLock: 'string',
    resourceName: 'string',
    resourceNamespace: 'string',
  }),
  clientConnection: struct('ClientConnectionConfiguration', {
    kubeconfig: 'string',
    acceptContentTypes: 'string',
    contentType: 'string',
    qps: 'float32',
    burst: 'int32',
  }),
  enableProfiling: 'bool',
  enableContentionProfiling: 'bool',
  percentageOfNodesToScore: 'int32',
  podInitialBackoffSeconds: 'int64',
  podMaxBackoffSeconds: 'int64',
  profiles: list(profile, '[]v1.KubeSchedulerProfile'),
  extenders: list(extender, '[]v1.Extender'),
  delayCacheUntilActive: 'bool',
})

const resources = list(struct('ResourceSpec', { name: 'string', weight: 'int64' }), '[]v1.ResourceSpec')
const shape = list(
  struct('UtilizationShapePoint', { utilization: 'int32', score: 'int32' }),
  '[]v1.UtilizationShapePoint',
)
const requirements = list(
  struct('NodeSelectorRequirement', { key: 'string', operator: 'string', values: strings }),
  '[]v1.NodeSelectorRequirement',
)
const term = struct('NodeSelectorTerm', { matchExpressions: requirements, matchFields: requirements })
const labelSelector = struct('LabelSelector', {
  matchLabels: { map: 'string' },
  matchExpressions: list(
    struct('LabelSelectorRequirement', { key: 'string', operator: 'string', values: strings }),
    '[]v1.LabelSelectorRequirement',
  ),
})

/** What can be said to each plugin that takes arguments. */
export const PLUGIN_ARGS: Readonly<Record<string, Layout>> = {
  DefaultPreemption: struct('DefaultPreemptionArgs', {
    ...meta,
    minCandidateNodesPercentage: 'int32',
    minCandidateNodesAbsolute: 'int32',
  }),
  InterPodAffinity: struct('InterPodAffinityArgs', {
    ...meta,
    hardPodAffinityWeight: 'int32',
    ignorePreferredTermsOfExistingPods: 'bool',
  }),
  NodeAffinity: struct('NodeAffinityArgs', {
    ...meta,
    addedAffinity: struct('NodeAffinity', {
      requiredDuringSchedulingIgnoredDuringExecution: struct('NodeSelector', {
        nodeSelectorTerms: list(term, '[]v1.NodeSelectorTerm'),
      }),
      preferredDuringSchedulingIgnoredDuringExecution: list(
        struct('PreferredSchedulingTerm', { weight: 'int32', preference: term }),
        '[]v1.PreferredSchedulingTerm',
      ),
    }),
  }),
  NodeResourcesFit: struct('NodeResourcesFitArgs', {
    ...meta,
    ignoredResources: strings,
    ignoredResourceGroups: strings,
    scoringStrategy: struct('ScoringStrategy', {
      type: 'string',
      resources,
      requestedToCapacityRatio: struct('RequestedToCapacityRatioParam', { shape }),
    }),
  }),
  NodeResourcesBalancedAllocation: struct('NodeResourcesBalancedAllocationArgs', { ...meta, resources }),
  PodTopologySpread: struct('PodTopologySpreadArgs', {
    ...meta,
    defaultConstraints: list(
      struct('TopologySpreadConstraint', {
        maxSkew: 'int32',
        topologyKey: 'string',
        whenUnsatisfiable: 'string',
        labelSelector,
        minDomains: 'int32',
        nodeAffinityPolicy: 'string',
        nodeTaintsPolicy: 'string',
        matchLabelKeys: strings,
      }),
      '[]v1.TopologySpreadConstraint',
    ),
    defaultingType: 'string',
  }),
  VolumeBinding: struct('VolumeBindingArgs', { ...meta, bindTimeoutSeconds: 'int64', shape }),
  DynamicResources: struct('DynamicResourcesArgs', { ...meta, filterTimeout: 'duration', bindingTimeout: 'duration' }),
}
