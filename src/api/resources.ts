import type { Kind } from './types.ts'

/** Where the API serves a kind. */
export interface ResourceInfo {
  /** `''` is the core group. */
  readonly group: string
  readonly version: string
  /** Plural, lower case: `pods`. */
  readonly resource: string
  readonly namespaced: boolean
}

/** Every built-in kind and its resource, at the version components use. Source: kubectl api-resources of v1.36 */
export const resources: Readonly<Record<Kind, ResourceInfo>> = {
  MutatingAdmissionPolicy: resource('admissionregistration.k8s.io', 'v1', 'mutatingadmissionpolicies', false),
  MutatingAdmissionPolicyBinding: resource(
    'admissionregistration.k8s.io',
    'v1',
    'mutatingadmissionpolicybindings',
    false,
  ),
  MutatingWebhookConfiguration: resource('admissionregistration.k8s.io', 'v1', 'mutatingwebhookconfigurations', false),
  ValidatingAdmissionPolicy: resource('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies', false),
  ValidatingAdmissionPolicyBinding: resource(
    'admissionregistration.k8s.io',
    'v1',
    'validatingadmissionpolicybindings',
    false,
  ),
  ValidatingWebhookConfiguration: resource(
    'admissionregistration.k8s.io',
    'v1',
    'validatingwebhookconfigurations',
    false,
  ),
  ControllerRevision: resource('apps', 'v1', 'controllerrevisions'),
  DaemonSet: resource('apps', 'v1', 'daemonsets'),
  Deployment: resource('apps', 'v1', 'deployments'),
  ReplicaSet: resource('apps', 'v1', 'replicasets'),
  StatefulSet: resource('apps', 'v1', 'statefulsets'),
  SelfSubjectReview: resource('authentication.k8s.io', 'v1', 'selfsubjectreviews', false),
  TokenRequest: resource('authentication.k8s.io', 'v1', 'tokenrequests'),
  TokenReview: resource('authentication.k8s.io', 'v1', 'tokenreviews', false),
  LocalSubjectAccessReview: resource('authorization.k8s.io', 'v1', 'localsubjectaccessreviews'),
  SelfSubjectAccessReview: resource('authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', false),
  SelfSubjectRulesReview: resource('authorization.k8s.io', 'v1', 'selfsubjectrulesreviews', false),
  SubjectAccessReview: resource('authorization.k8s.io', 'v1', 'subjectaccessreviews', false),
  HorizontalPodAutoscalerV1: resource('autoscaling', 'v1', 'horizontalpodautoscalers'),
  Scale: resource('autoscaling', 'v1', 'scales'),
  HorizontalPodAutoscaler: resource('autoscaling', 'v2', 'horizontalpodautoscalers'),
  CronJob: resource('batch', 'v1', 'cronjobs'),
  Job: resource('batch', 'v1', 'jobs'),
  CertificateSigningRequest: resource('certificates.k8s.io', 'v1', 'certificatesigningrequests', false),
  Lease: resource('coordination.k8s.io', 'v1', 'leases'),
  Binding: resource('', 'v1', 'bindings'),
  ComponentStatus: resource('', 'v1', 'componentstatuses', false),
  ConfigMap: resource('', 'v1', 'configmaps'),
  Endpoints: resource('', 'v1', 'endpoints'),
  Event: resource('', 'v1', 'events'),
  LimitRange: resource('', 'v1', 'limitranges'),
  Namespace: resource('', 'v1', 'namespaces', false),
  Node: resource('', 'v1', 'nodes', false),
  PersistentVolume: resource('', 'v1', 'persistentvolumes', false),
  PersistentVolumeClaim: resource('', 'v1', 'persistentvolumeclaims'),
  Pod: resource('', 'v1', 'pods'),
  PodTemplate: resource('', 'v1', 'podtemplates'),
  ReplicationController: resource('', 'v1', 'replicationcontrollers'),
  ResourceQuota: resource('', 'v1', 'resourcequotas'),
  Secret: resource('', 'v1', 'secrets'),
  Service: resource('', 'v1', 'services'),
  ServiceAccount: resource('', 'v1', 'serviceaccounts'),
  EndpointSlice: resource('discovery.k8s.io', 'v1', 'endpointslices'),
  FlowSchema: resource('flowcontrol.apiserver.k8s.io', 'v1', 'flowschemas', false),
  PriorityLevelConfiguration: resource('flowcontrol.apiserver.k8s.io', 'v1', 'prioritylevelconfigurations', false),
  IPAddress: resource('networking.k8s.io', 'v1', 'ipaddresses', false),
  Ingress: resource('networking.k8s.io', 'v1', 'ingresses'),
  IngressClass: resource('networking.k8s.io', 'v1', 'ingressclasses', false),
  NetworkPolicy: resource('networking.k8s.io', 'v1', 'networkpolicies'),
  ServiceCIDR: resource('networking.k8s.io', 'v1', 'servicecidrs', false),
  RuntimeClass: resource('node.k8s.io', 'v1', 'runtimeclasses', false),
  Eviction: resource('policy', 'v1', 'evictions'),
  PodDisruptionBudget: resource('policy', 'v1', 'poddisruptionbudgets'),
  ClusterRole: resource('rbac.authorization.k8s.io', 'v1', 'clusterroles', false),
  ClusterRoleBinding: resource('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', false),
  Role: resource('rbac.authorization.k8s.io', 'v1', 'roles'),
  RoleBinding: resource('rbac.authorization.k8s.io', 'v1', 'rolebindings'),
  DeviceClass: resource('resource.k8s.io', 'v1', 'deviceclasses', false),
  ResourceClaim: resource('resource.k8s.io', 'v1', 'resourceclaims'),
  ResourceClaimTemplate: resource('resource.k8s.io', 'v1', 'resourceclaimtemplates'),
  ResourceSlice: resource('resource.k8s.io', 'v1', 'resourceslices', false),
  PriorityClass: resource('scheduling.k8s.io', 'v1', 'priorityclasses', false),
  CSIDriver: resource('storage.k8s.io', 'v1', 'csidrivers', false),
  CSINode: resource('storage.k8s.io', 'v1', 'csinodes', false),
  CSIStorageCapacity: resource('storage.k8s.io', 'v1', 'csistoragecapacities'),
  StorageClass: resource('storage.k8s.io', 'v1', 'storageclasses', false),
  VolumeAttachment: resource('storage.k8s.io', 'v1', 'volumeattachments', false),
  VolumeAttributesClass: resource('storage.k8s.io', 'v1', 'volumeattributesclasses', false),
  CustomResourceDefinition: resource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', false),
  APIService: resource('apiregistration.k8s.io', 'v1', 'apiservices', false),
}

/** How a custom resource is named where a built-in kind has its own name: `crontabs/v1/example.com`. */
export function resourceKey({ group, version, resource }: Omit<ResourceInfo, 'namespaced'>): string {
  return `${resource}/${version}/${group}`
}

/** The address of a built-in kind, or of a custom resource by its {@link resourceKey}. */
export function addressOf(kind: string): Omit<ResourceInfo, 'namespaced'> {
  const known = resourceOf(kind)
  if (known !== undefined) return known
  const [resource = '', version = '', group = ''] = kind.split('/')
  return { group, version, resource }
}

/** Groups of pods: an alpha kind that is served only with the feature gate GenericWorkload. */
export const POD_GROUPS = 'podgroups/v1alpha2/scheduling.k8s.io' as Kind

/** The resource of a built-in kind; undefined for any other name. */
export function resourceOf(kind: string): ResourceInfo | undefined {
  return Object.hasOwn(resources, kind) ? resources[kind as Kind] : undefined
}

function resource(group: string, version: string, plural: string, namespaced = true): ResourceInfo {
  return { group, version, resource: plural, namespaced }
}
