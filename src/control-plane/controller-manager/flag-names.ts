/** Every flag of kube-controller-manager v1.36 by the type of its value. Source: `kube-controller-manager --help` */
export const flagTypes = {
  bool: `allocate-node-cidrs allow-untagged-cloud authentication-skip-lookup authentication-tolerate-lookup-failure
    configure-cloud-routes contention-profiling disable-attach-detach-reconcile-sync disable-force-detach-on-timeout
    disable-http2-serving enable-dynamic-provisioning enable-garbage-collector enable-hostpath-provisioner
    enable-leader-migration help leader-elect log-json-split-stream log-text-split-stream permit-address-sharing
    permit-port-sharing profiling use-service-account-credentials`,
  duration: `attach-detach-reconcile-sync-period authentication-token-webhook-cache-ttl
    authorization-webhook-cache-authorized-ttl authorization-webhook-cache-unauthorized-ttl cluster-signing-duration
    controller-shutdown-timeout controller-start-interval endpoint-updates-batch-period
    endpointslice-updates-batch-period horizontal-pod-autoscaler-cpu-initialization-period
    horizontal-pod-autoscaler-downscale-stabilization horizontal-pod-autoscaler-initial-readiness-delay
    horizontal-pod-autoscaler-sync-period leader-elect-lease-duration leader-elect-renew-deadline
    leader-elect-retry-period legacy-service-account-token-clean-up-period log-flush-frequency min-resync-period
    mirroring-endpointslice-updates-batch-period namespace-sync-period node-monitor-grace-period node-monitor-period
    node-startup-grace-period pvclaimbinder-sync-period resource-quota-sync-period route-reconciliation-period`,
  int: `concurrent-cron-job-syncs concurrent-daemonset-syncs concurrent-deployment-syncs
    concurrent-device-taint-eviction-syncs concurrent-endpoint-syncs concurrent-ephemeralvolume-syncs
    concurrent-gc-syncs concurrent-horizontal-pod-autoscaler-syncs concurrent-job-syncs concurrent-namespace-syncs
    concurrent-rc-syncs concurrent-replicaset-syncs concurrent-resource-quota-syncs concurrent-resourceclaim-syncs
    concurrent-service-endpoint-syncs concurrent-service-syncs concurrent-serviceaccount-token-syncs
    concurrent-statefulset-syncs concurrent-ttl-after-finished-syncs
    concurrent-validating-admission-policy-status-syncs http2-max-streams-per-connection kube-api-burst
    large-cluster-size-threshold max-endpoints-per-slice mirroring-concurrent-service-endpoint-syncs
    mirroring-max-endpoints-per-subset node-cidr-mask-size node-cidr-mask-size-ipv4 node-cidr-mask-size-ipv6
    pv-recycler-increment-timeout-nfs pv-recycler-minimum-timeout-hostpath pv-recycler-minimum-timeout-nfs
    pv-recycler-timeout-increment-hostpath secure-port terminated-pod-gc-threshold v`,
  float: `horizontal-pod-autoscaler-tolerance kube-api-qps node-eviction-rate secondary-node-eviction-rate
    unhealthy-zone-threshold`,
  list: `authorization-always-allow-paths controllers disabled-metrics requestheader-allowed-names
    requestheader-extra-headers-prefix requestheader-group-headers requestheader-uid-headers
    requestheader-username-headers tls-cipher-suites tls-curve-preferences`,
  string: `allow-metric-labels allow-metric-labels-manifest authentication-kubeconfig authorization-kubeconfig
    bind-address cert-dir cidr-allocator-type client-ca-file cloud-config cloud-provider cluster-cidr cluster-name
    cluster-signing-cert-file cluster-signing-key-file cluster-signing-kube-apiserver-client-cert-file
    cluster-signing-kube-apiserver-client-key-file cluster-signing-kubelet-client-cert-file
    cluster-signing-kubelet-client-key-file cluster-signing-kubelet-serving-cert-file
    cluster-signing-kubelet-serving-key-file cluster-signing-legacy-unknown-cert-file
    cluster-signing-legacy-unknown-key-file emulated-version emulation-forward-compatible external-cloud-volume-plugin
    feature-gates flex-volume-plugin-dir kube-api-content-type kubeconfig leader-elect-resource-lock
    leader-elect-resource-name leader-elect-resource-namespace leader-migration-config log-json-info-buffer-size
    log-text-info-buffer-size logging-format master min-compatibility-version
    pv-recycler-pod-template-filepath-hostpath pv-recycler-pod-template-filepath-nfs requestheader-client-ca-file
    root-ca-file service-account-private-key-file service-cluster-ip-range show-hidden-metrics-for-version tls-cert-file
    tls-min-version tls-private-key-file tls-sni-cert-key version vmodule`,
} as const

/** Every controller of kube-controller-manager v1.36, here or not: what `--controllers` may name. Source: names/controller_names.go */
export const knownControllers: ReadonlySet<string> = new Set(
  `serviceaccount-token-controller endpoints-controller endpointslice-controller endpointslice-mirroring-controller
  replicationcontroller-controller pod-garbage-collector-controller resourcequota-controller namespace-controller
  serviceaccount-controller garbage-collector-controller daemonset-controller job-controller deployment-controller
  replicaset-controller horizontal-pod-autoscaler-controller disruption-controller statefulset-controller
  cronjob-controller certificatesigningrequest-signing-controller certificatesigningrequest-approving-controller
  certificatesigningrequest-cleaner-controller podcertificaterequest-cleaner-controller ttl-controller
  bootstrap-signer-controller token-cleaner-controller node-ipam-controller node-lifecycle-controller
  taint-eviction-controller device-taint-eviction-controller persistentvolume-binder-controller
  persistentvolume-attach-detach-controller persistentvolume-expander-controller clusterrole-aggregation-controller
  persistentvolumeclaim-protection-controller persistentvolume-protection-controller podgroup-protection-controller
  ttl-after-finished-controller root-ca-certificate-publisher-controller service-ca-certificate-publisher-controller
  kube-apiserver-serving-clustertrustbundle-publisher-controller ephemeral-volume-controller
  storageversion-garbage-collector-controller resourceclaim-controller resourcepoolstatusrequest-controller
  legacy-serviceaccount-token-cleaner-controller validatingadmissionpolicy-status-controller
  volumeattributesclass-protection-controller service-cidr-controller storage-version-migrator-controller
  selinux-warning-controller service-lb-controller node-route-controller cloud-node-lifecycle-controller`.split(/\s+/),
)

/** Older names that `--controllers` still takes. Source: `aliases` in cmd/kube-controller-manager/app/*.go */
export const controllerAliases: Readonly<Record<string, string>> = {
  'serviceaccount-token': 'serviceaccount-token-controller',
  endpoint: 'endpoints-controller',
  endpointslice: 'endpointslice-controller',
  endpointslicemirroring: 'endpointslice-mirroring-controller',
  replicationcontroller: 'replicationcontroller-controller',
  podgc: 'pod-garbage-collector-controller',
  resourcequota: 'resourcequota-controller',
  namespace: 'namespace-controller',
  serviceaccount: 'serviceaccount-controller',
  garbagecollector: 'garbage-collector-controller',
  daemonset: 'daemonset-controller',
  job: 'job-controller',
  deployment: 'deployment-controller',
  replicaset: 'replicaset-controller',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler-controller',
  disruption: 'disruption-controller',
  statefulset: 'statefulset-controller',
  cronjob: 'cronjob-controller',
  csrsigning: 'certificatesigningrequest-signing-controller',
  csrapproving: 'certificatesigningrequest-approving-controller',
  csrcleaner: 'certificatesigningrequest-cleaner-controller',
  ttl: 'ttl-controller',
  bootstrapsigner: 'bootstrap-signer-controller',
  tokencleaner: 'token-cleaner-controller',
  nodeipam: 'node-ipam-controller',
  nodelifecycle: 'node-lifecycle-controller',
  'persistentvolume-binder': 'persistentvolume-binder-controller',
  attachdetach: 'persistentvolume-attach-detach-controller',
  'persistentvolume-expander': 'persistentvolume-expander-controller',
  'clusterrole-aggregation': 'clusterrole-aggregation-controller',
  'pvc-protection': 'persistentvolumeclaim-protection-controller',
  'pv-protection': 'persistentvolume-protection-controller',
  'ttl-after-finished': 'ttl-after-finished-controller',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
  'service-ca-cert-publisher': 'service-ca-certificate-publisher-controller',
  'ephemeral-volume': 'ephemeral-volume-controller',
  'storage-version-gc': 'storageversion-garbage-collector-controller',
  'resource-claim-controller': 'resourceclaim-controller',
  'legacy-service-account-token-cleaner': 'legacy-serviceaccount-token-cleaner-controller',
  svm: 'storage-version-migrator-controller',
  service: 'service-lb-controller',
  route: 'node-route-controller',
  'cloud-node-lifecycle': 'cloud-node-lifecycle-controller',
}
