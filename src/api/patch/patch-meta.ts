/** How strategic merge treats one field. */
export interface FieldPatchMeta {
  /** The type of the value, or of a list's elements, where fields below it have something to say. */
  readonly type?: string
  /** Elements of the list are told apart by this field. */
  readonly key?: string
  /** Lists: merged rather than replaced. */
  readonly merge?: boolean
  /** Objects: replaced rather than merged. */
  readonly replace?: boolean
}

/**
 * The fields with `patchStrategy` and `patchMergeKey` tags, by type, and the way to them from every kind. `metadata`
 * of a kind is always an ObjectMeta. Source: the Go types under k8s.io/api, v1.36
 */
export const PATCH_META: Readonly<Record<string, Readonly<Record<string, FieldPatchMeta>>>> = {
  'admissionregistration.v1.MutatingAdmissionPolicy': {
    spec: { type: 'admissionregistration.v1.MutatingAdmissionPolicySpec' },
  },
  'admissionregistration.v1.MutatingAdmissionPolicySpec': { matchConditions: { key: 'name', merge: true } },
  'admissionregistration.v1.MutatingWebhook': { matchConditions: { key: 'name', merge: true } },
  'admissionregistration.v1.MutatingWebhookConfiguration': {
    webhooks: { type: 'admissionregistration.v1.MutatingWebhook', key: 'name', merge: true },
  },
  'admissionregistration.v1.ValidatingAdmissionPolicy': {
    spec: { type: 'admissionregistration.v1.ValidatingAdmissionPolicySpec' },
  },
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': {
    matchConditions: { key: 'name', merge: true },
    variables: { key: 'name', merge: true },
  },
  'admissionregistration.v1.ValidatingWebhook': { matchConditions: { key: 'name', merge: true } },
  'admissionregistration.v1.ValidatingWebhookConfiguration': {
    webhooks: { type: 'admissionregistration.v1.ValidatingWebhook', key: 'name', merge: true },
  },
  'apps.v1.DaemonSet': { spec: { type: 'apps.v1.DaemonSetSpec' }, status: { type: 'apps.v1.DaemonSetStatus' } },
  'apps.v1.DaemonSetSpec': { template: { type: 'core.v1.PodTemplateSpec' } },
  'apps.v1.DaemonSetStatus': { conditions: { key: 'type', merge: true } },
  'apps.v1.Deployment': { spec: { type: 'apps.v1.DeploymentSpec' }, status: { type: 'apps.v1.DeploymentStatus' } },
  'apps.v1.DeploymentSpec': { template: { type: 'core.v1.PodTemplateSpec' } },
  'apps.v1.DeploymentStatus': { conditions: { key: 'type', merge: true } },
  'apps.v1.ReplicaSet': { spec: { type: 'apps.v1.ReplicaSetSpec' }, status: { type: 'apps.v1.ReplicaSetStatus' } },
  'apps.v1.ReplicaSetSpec': { template: { type: 'core.v1.PodTemplateSpec' } },
  'apps.v1.ReplicaSetStatus': { conditions: { key: 'type', merge: true } },
  'apps.v1.StatefulSet': { spec: { type: 'apps.v1.StatefulSetSpec' }, status: { type: 'apps.v1.StatefulSetStatus' } },
  'apps.v1.StatefulSetSpec': {
    template: { type: 'core.v1.PodTemplateSpec' },
    volumeClaimTemplates: { type: 'core.v1.PersistentVolumeClaim' },
  },
  'apps.v1.StatefulSetStatus': { conditions: { key: 'type', merge: true } },
  'autoscaling.v2.HorizontalPodAutoscaler': { status: { type: 'autoscaling.v2.HorizontalPodAutoscalerStatus' } },
  'autoscaling.v2.HorizontalPodAutoscalerStatus': { conditions: { key: 'type', merge: true } },
  'batch.v1.CronJob': { spec: { type: 'batch.v1.CronJobSpec' } },
  'batch.v1.CronJobSpec': { jobTemplate: { type: 'batch.v1.JobTemplateSpec' } },
  'batch.v1.Job': { spec: { type: 'batch.v1.JobSpec' }, status: { type: 'batch.v1.JobStatus' } },
  'batch.v1.JobSpec': { template: { type: 'core.v1.PodTemplateSpec' } },
  'batch.v1.JobStatus': { conditions: { key: 'type', merge: true } },
  'batch.v1.JobTemplateSpec': { metadata: { type: 'meta.v1.ObjectMeta' }, spec: { type: 'batch.v1.JobSpec' } },
  'core.v1.ComponentStatus': { conditions: { key: 'type', merge: true } },
  'core.v1.Container': {
    env: { key: 'name', merge: true },
    ports: { key: 'containerPort', merge: true },
    volumeDevices: { key: 'devicePath', merge: true },
    volumeMounts: { key: 'mountPath', merge: true },
  },
  'core.v1.ContainerStatus': {
    allocatedResourcesStatus: { key: 'name', merge: true },
    volumeMounts: { key: 'mountPath', merge: true },
  },
  'core.v1.EphemeralContainer': {
    env: { key: 'name', merge: true },
    ports: { key: 'containerPort', merge: true },
    volumeDevices: { key: 'devicePath', merge: true },
    volumeMounts: { key: 'mountPath', merge: true },
  },
  'core.v1.EphemeralVolumeSource': { volumeClaimTemplate: { type: 'core.v1.PersistentVolumeClaimTemplate' } },
  'core.v1.Namespace': { status: { type: 'core.v1.NamespaceStatus' } },
  'core.v1.NamespaceStatus': { conditions: { key: 'type', merge: true } },
  'core.v1.Node': { spec: { type: 'core.v1.NodeSpec' }, status: { type: 'core.v1.NodeStatus' } },
  'core.v1.NodeSpec': { podCIDRs: { merge: true } },
  'core.v1.NodeStatus': { addresses: { key: 'type', merge: true }, conditions: { key: 'type', merge: true } },
  'core.v1.PersistentVolumeClaim': { status: { type: 'core.v1.PersistentVolumeClaimStatus' } },
  'core.v1.PersistentVolumeClaimStatus': { conditions: { key: 'type', merge: true } },
  'core.v1.PersistentVolumeClaimTemplate': { metadata: { type: 'meta.v1.ObjectMeta' } },
  'core.v1.Pod': { spec: { type: 'core.v1.PodSpec' }, status: { type: 'core.v1.PodStatus' } },
  'core.v1.PodSpec': {
    containers: { type: 'core.v1.Container', key: 'name', merge: true },
    ephemeralContainers: { type: 'core.v1.EphemeralContainer', key: 'name', merge: true },
    hostAliases: { key: 'ip', merge: true },
    imagePullSecrets: { key: 'name', merge: true },
    initContainers: { type: 'core.v1.Container', key: 'name', merge: true },
    resourceClaims: { key: 'name', merge: true },
    schedulingGates: { key: 'name', merge: true },
    topologySpreadConstraints: { key: 'topologyKey', merge: true },
    volumes: { type: 'core.v1.Volume', key: 'name', merge: true },
  },
  'core.v1.PodStatus': {
    conditions: { key: 'type', merge: true },
    containerStatuses: { type: 'core.v1.ContainerStatus' },
    ephemeralContainerStatuses: { type: 'core.v1.ContainerStatus' },
    hostIPs: { key: 'ip', merge: true },
    initContainerStatuses: { type: 'core.v1.ContainerStatus' },
    podIPs: { key: 'ip', merge: true },
    resourceClaimStatuses: { key: 'name', merge: true },
  },
  'core.v1.PodTemplate': { template: { type: 'core.v1.PodTemplateSpec' } },
  'core.v1.PodTemplateSpec': { metadata: { type: 'meta.v1.ObjectMeta' }, spec: { type: 'core.v1.PodSpec' } },
  'core.v1.ReplicationController': {
    spec: { type: 'core.v1.ReplicationControllerSpec' },
    status: { type: 'core.v1.ReplicationControllerStatus' },
  },
  'core.v1.ReplicationControllerSpec': { template: { type: 'core.v1.PodTemplateSpec' } },
  'core.v1.ReplicationControllerStatus': { conditions: { key: 'type', merge: true } },
  'core.v1.Service': { spec: { type: 'core.v1.ServiceSpec' }, status: { type: 'core.v1.ServiceStatus' } },
  'core.v1.ServiceAccount': { secrets: { key: 'name', merge: true } },
  'core.v1.ServiceSpec': { ports: { key: 'port', merge: true } },
  'core.v1.ServiceStatus': { conditions: { key: 'type', merge: true } },
  'core.v1.Volume': { ephemeral: { type: 'core.v1.EphemeralVolumeSource' } },
  'flowcontrol.v1.FlowSchema': { status: { type: 'flowcontrol.v1.FlowSchemaStatus' } },
  'flowcontrol.v1.FlowSchemaStatus': { conditions: { key: 'type', merge: true } },
  'flowcontrol.v1.PriorityLevelConfiguration': { status: { type: 'flowcontrol.v1.PriorityLevelConfigurationStatus' } },
  'flowcontrol.v1.PriorityLevelConfigurationStatus': { conditions: { key: 'type', merge: true } },
  'networking.v1.ServiceCIDR': { status: { type: 'networking.v1.ServiceCIDRStatus' } },
  'networking.v1.ServiceCIDRStatus': { conditions: { key: 'type', merge: true } },
  'policy.v1.PodDisruptionBudget': {
    spec: { type: 'policy.v1.PodDisruptionBudgetSpec' },
    status: { type: 'policy.v1.PodDisruptionBudgetStatus' },
  },
  'policy.v1.PodDisruptionBudgetSpec': { selector: { replace: true } },
  'policy.v1.PodDisruptionBudgetStatus': { conditions: { key: 'type', merge: true } },
  'storage.v1.CSINode': { spec: { type: 'storage.v1.CSINodeSpec' } },
  'storage.v1.CSINodeSpec': { drivers: { key: 'name', merge: true } },
  'meta.v1.ObjectMeta': { finalizers: { merge: true }, ownerReferences: { key: 'uid', merge: true } },
  'apiregistration.v1.APIService': { status: { type: 'apiregistration.v1.APIServiceStatus' } },
  'apiregistration.v1.APIServiceStatus': { conditions: { key: 'type', merge: true } },
}
