/**
 * What pod validation lets pass. The names are upstream's with a small first letter; the values are those of v1.36 with its
 * default feature gates. Source: pkg/api/pod/util.go GetValidationOptionsFromPodSpecAndMeta.
 */
export const podOptions = {
  allowInvalidPodDeletionCost: false,
  allowInvalidLabelValueInSelector: false,
  allowIndivisibleHugePagesValues: false,
  allowInvalidTopologySpreadConstraintLabelSelector: false,
  allowNonLocalProjectedTokenPath: false,
  allowNamespacedSysctlsForHostNetAndHostIPC: false,
  resourceIsPod: false,
  allowRelaxedEnvironmentVariableValidation: true,
  allowRelaxedDNSSearchValidation: true,
  allowPodLifecycleSleepActionZeroValue: true,
  allowOnlyRecursiveSELinuxChangePolicy: true,
  podLevelResourcesEnabled: true,
  inPlacePodLevelResourcesVerticalScalingEnabled: true,
  allowSidecarResizePolicy: true,
  allowInvalidLabelValueInRequiredNodeAffinity: false,
  allowMatchLabelKeysInPodTopologySpread: true,
  allowMatchLabelKeysInPodTopologySpreadSelectorMerge: true,
  oldPodViolatesMatchLabelKeysValidation: false,
  oldPodViolatesLegacyMatchLabelKeysValidation: false,
  allowEnvFilesValidation: true,
  allowContainerRestartPolicyRules: true,
  allowExistingRestartContainerForNonSidecarInitContainer: false,
  allowUserNamespacesWithVolumeDevices: false,
  allowTaintTolerationComparisonOperators: false,
  allowUserNamespacesHostNetworkSupport: false,
  allowRestartAllContainers: true,
  allowImageVolumeWithDigest: false,
}

export type PodOptions = Readonly<typeof podOptions>

/** For a Pod itself; templates of workloads use `podOptions`. */
export const podItselfOptions: PodOptions = { ...podOptions, resourceIsPod: true }
