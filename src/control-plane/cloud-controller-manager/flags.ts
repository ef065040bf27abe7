import {
  bool,
  duration,
  flagIndex,
  type Given,
  leaderElectionFlags,
  list,
  number,
  readArguments,
} from '../controller-manager/flags.ts'

/** What the controllers of the cloud take from the command line. Durations in ms. */
export interface CloudControllerManagerFlags extends ReturnType<typeof leaderElectionFlags> {
  readonly cloudProvider: string
  /** `*`, `name`, `-name`; older names already replaced. */
  readonly controllers: readonly string[]
  readonly useServiceAccountCredentials: boolean
  readonly allocateNodeCIDRs: boolean
  readonly configureCloudRoutes: boolean
  readonly clusterCIDR: readonly string[]
  readonly clusterName: string
  readonly nodeMonitorPeriod: number
  readonly nodeStatusUpdateFrequency: number
  readonly routeReconciliationPeriod: number
  readonly concurrentServiceSyncs: number
  readonly kubeconfig: string
}

/** Every flag of a cloud-controller-manager v1.36 by the type of its value. Source: k8s.io/cloud-provider/options */
const typeOf = flagIndex({
  bool: `allocate-node-cidrs allow-untagged-cloud authentication-skip-lookup authentication-tolerate-lookup-failure
    configure-cloud-routes contention-profiling disable-http2-serving enable-leader-migration help leader-elect
    log-json-split-stream log-text-split-stream permit-address-sharing permit-port-sharing profiling
    use-service-account-credentials`,
  duration: `authentication-token-webhook-cache-ttl authorization-webhook-cache-authorized-ttl
    authorization-webhook-cache-unauthorized-ttl controller-shutdown-timeout controller-start-interval
    leader-elect-lease-duration leader-elect-renew-deadline leader-elect-retry-period log-flush-frequency
    min-resync-period node-monitor-period node-status-update-frequency node-sync-period route-reconciliation-period`,
  int: `concurrent-node-status-updates concurrent-node-syncs concurrent-service-syncs http2-max-streams-per-connection
    kube-api-burst secure-port v`,
  float: 'kube-api-qps',
  list: `authorization-always-allow-paths controllers disabled-metrics requestheader-allowed-names
    requestheader-extra-headers-prefix requestheader-group-headers requestheader-uid-headers
    requestheader-username-headers tls-cipher-suites tls-curve-preferences`,
  string: `allow-metric-labels allow-metric-labels-manifest authentication-kubeconfig authorization-kubeconfig
    bind-address cert-dir cidr-allocator-type client-ca-file cloud-config cloud-provider cluster-cidr cluster-name
    emulated-version emulation-forward-compatible external-cloud-volume-plugin feature-gates kube-api-content-type
    kubeconfig leader-elect-resource-lock leader-elect-resource-name leader-elect-resource-namespace
    leader-migration-config log-json-info-buffer-size log-text-info-buffer-size logging-format master
    min-compatibility-version requestheader-client-ca-file show-hidden-metrics-for-version tls-cert-file
    tls-min-version tls-private-key-file tls-sni-cert-key version vmodule`,
})

/** Source: k8s.io/cloud-provider/names/controller_names.go CCMControllerAliases */
const aliases: Readonly<Record<string, string>> = {
  'cloud-node': 'cloud-node-controller',
  service: 'service-lb-controller',
  route: 'node-route-controller',
  'cloud-node-lifecycle': 'cloud-node-lifecycle-controller',
}

/** Answers the flags, or the error that is printed behind `Error: ` before the exit with 1. Source: k8s.io/cloud-provider/options/options.go Validate */
export function parseFlags(args: readonly string[]): CloudControllerManagerFlags | { readonly error: string } {
  const given = readArguments('cloud-controller-manager', args, typeOf)
  if ('error' in given) return given
  const known = new Set(Object.values(aliases))
  const unknown = list(given, 'controllers')
    .map((name) => name.replace(/^-/, ''))
    .find((name) => name !== '*' && !known.has(aliases[name] ?? name))
  if (unknown !== undefined) return { error: `"${unknown}" is not in the list of known controllers` }
  if ((given.get('cloud-provider') ?? '') === '') return { error: '--cloud-provider cannot be empty' }
  return { ...leaderElectionFlags(given, 'cloud-controller-manager'), ...flagsOf(given) }
}

/** Source: k8s.io/cloud-provider/config/v1alpha1/defaults.go */
function flagsOf(given: Given) {
  const controllers = given.has('controllers') ? list(given, 'controllers') : ['*']
  return {
    cloudProvider: given.get('cloud-provider') ?? '',
    controllers: controllers.map((name) =>
      name.startsWith('-') ? `-${aliases[name.slice(1)] ?? name.slice(1)}` : (aliases[name] ?? name),
    ),
    useServiceAccountCredentials: bool(given, 'use-service-account-credentials', false),
    allocateNodeCIDRs: bool(given, 'allocate-node-cidrs', false),
    configureCloudRoutes: bool(given, 'configure-cloud-routes', true),
    clusterCIDR: list(given, 'cluster-cidr'),
    clusterName: given.get('cluster-name') ?? 'kubernetes',
    nodeMonitorPeriod: duration(given, 'node-monitor-period', 5_000),
    nodeStatusUpdateFrequency: duration(given, 'node-status-update-frequency', 300_000),
    routeReconciliationPeriod: duration(given, 'route-reconciliation-period', 10_000),
    concurrentServiceSyncs: number(given, 'concurrent-service-syncs', 1),
    kubeconfig: given.get('kubeconfig') ?? '',
  }
}
