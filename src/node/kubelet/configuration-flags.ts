/**
 * Flags that say what the configuration file says too: they come first.
 * Source: cmd/kubelet/app/options/options.go AddKubeletConfigFlags
 */
const FLAGS: Readonly<Record<string, { readonly field: string; read(text: string): unknown }>> = {
  'cluster-dns': { field: 'clusterDNS', read: (text) => text.split(',') },
  'cluster-domain': { field: 'clusterDomain', read: String },
  'container-log-max-files': { field: 'containerLogMaxFiles', read: Number },
  'container-log-max-size': { field: 'containerLogMaxSize', read: String },
  'eviction-hard': { field: 'evictionHard', read: (text) => pairs(text, '<') },
  'eviction-max-pod-grace-period': { field: 'evictionMaxPodGracePeriod', read: Number },
  'eviction-minimum-reclaim': { field: 'evictionMinimumReclaim', read: (text) => pairs(text, '=') },
  'eviction-pressure-transition-period': { field: 'evictionPressureTransitionPeriod', read: String },
  'eviction-soft': { field: 'evictionSoft', read: (text) => pairs(text, '<') },
  'eviction-soft-grace-period': { field: 'evictionSoftGracePeriod', read: (text) => pairs(text, '=') },
  'image-gc-high-threshold': { field: 'imageGCHighThresholdPercent', read: Number },
  'image-gc-low-threshold': { field: 'imageGCLowThresholdPercent', read: Number },
  'kube-reserved': { field: 'kubeReserved', read: (text) => pairs(text, '=') },
  'max-pods': { field: 'maxPods', read: Number },
  'node-status-update-frequency': { field: 'nodeStatusUpdateFrequency', read: String },
  'pod-manifest-path': { field: 'staticPodPath', read: String },
  'serialize-image-pulls': { field: 'serializeImagePulls', read: (text) => text === 'true' },
  'sync-frequency': { field: 'syncFrequency', read: String },
  'system-reserved': { field: 'systemReserved', read: (text) => pairs(text, '=') },
}

export const CONFIGURATION_FLAGS: readonly string[] = Object.keys(FLAGS)

/** The fields of a KubeletConfiguration that flags set. */
export function flaggedFields(flags: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {}
  for (const [flag, text] of flags) {
    const known = FLAGS[flag]
    if (known !== undefined) fields[known.field] = known.read(text)
  }
  return fields
}

/** `memory.available<500Mi,nodefs.available<10%` */
function pairs(text: string, separator: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.includes(separator))
      .map((pair) => [pair.slice(0, pair.indexOf(separator)).trim(), pair.slice(pair.indexOf(separator) + 1).trim()]),
  )
}
