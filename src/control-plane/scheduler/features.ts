/** Feature gates that change what plugins do. Source: pkg/scheduler/framework/plugins/feature/feature.go */
export interface PluginFeatures {
  /** TaintTolerationComparisonOperators */
  readonly taintTolerationComparisonOperators: boolean
  /** NodeInclusionPolicyInPodTopologySpread */
  readonly nodeInclusionPolicy: boolean
  /** MatchLabelKeysInPodTopologySpread */
  readonly matchLabelKeys: boolean
  readonly sidecarContainers: boolean
  readonly podLevelResources: boolean
  readonly storageCapacityScoring: boolean
  readonly volumeLimitScaling: boolean
}

/** Source: pkg/features/kube_features.go at v1.36 */
export const DEFAULT_FEATURES: PluginFeatures = {
  taintTolerationComparisonOperators: false,
  nodeInclusionPolicy: true,
  matchLabelKeys: true,
  sidecarContainers: true,
  podLevelResources: true,
  storageCapacityScoring: false,
  volumeLimitScaling: false,
}
