import type { AdmissionPlugin } from '../contract.ts'
import { alwaysAdmit, alwaysDeny } from './always.ts'
import { alwaysPullImages } from './alwayspullimages.ts'
import { certificateApproval, certificateSigning, clusterTrustBundleAttest } from './certificates.ts'
import { certificateSubjectRestriction } from './certificatesubjectrestriction.ts'
import type { AdmissionConfiguration } from './configuration.ts'
import { defaultIngressClass } from './defaultingressclass.ts'
import { defaultStorageClass } from './defaultstorageclass.ts'
import { defaultTolerationSeconds, type TolerationDefaults } from './defaulttolerationseconds.ts'
import { denyServiceExternalIPs } from './denyserviceexternalips.ts'
import { eventRateLimit } from './eventratelimit.ts'
import { extendedResourceToleration } from './extendedresourcetoleration.ts'
import { limitPodHardAntiAffinityTopology } from './limitpodhardantiaffinitytopology.ts'
import { limitRanger } from './limitranger.ts'
import { mutatingAdmissionPolicy } from './mutatingadmissionpolicy.ts'
import { mutatingAdmissionWebhook } from './mutatingwebhook.ts'
import { namespaceAutoProvision } from './namespaceautoprovision.ts'
import { namespaceExists } from './namespaceexists.ts'
import { namespaceLifecycle } from './namespacelifecycle.ts'
import { nodeRestriction } from './noderestriction.ts'
import { ownerReferencesPermissionEnforcement } from './ownerreferences.ts'
import { persistentVolumeClaimResize } from './persistentvolumeclaimresize.ts'
import { podNodeSelector } from './podnodeselector.ts'
import { podResizeValidator } from './podresizevalidator.ts'
import { podSecurity } from './podsecurity.ts'
import { podTolerationRestriction } from './podtolerationrestriction.ts'
import { podTopologyLabels } from './podtopologylabels.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resourcequota.ts'
import { runtimeClass } from './runtimeclass.ts'
import { serviceAccount } from './serviceaccount.ts'
import { storageObjectInUseProtection } from './storageobjectinuseprotection.ts'
import { taintNodesByCondition } from './taintnodesbycondition.ts'
import { validatingAdmissionPolicy } from './validatingadmissionpolicy.ts'
import { validatingAdmissionWebhook } from './validatingwebhook.ts'

/** In the order upstream runs them. Source: pkg/kubeapiserver/options/plugins.go AllOrderedPlugins */
export const admissionPlugins = (
  tolerations?: TolerationDefaults,
  configuration: AdmissionConfiguration = {},
  more: readonly AdmissionPlugin[] = [],
): readonly AdmissionPlugin[] => [
  alwaysAdmit,
  namespaceAutoProvision,
  namespaceLifecycle,
  namespaceExists,
  limitPodHardAntiAffinityTopology,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  alwaysPullImages,
  podSecurity(configuration.PodSecurity),
  podNodeSelector(configuration.PodNodeSelector?.podNodeSelectorPluginConfig),
  priority,
  defaultTolerationSeconds(tolerations),
  podTolerationRestriction(configuration.PodTolerationRestriction),
  eventRateLimit(configuration.EventRateLimit?.limits),
  extendedResourceToleration,
  defaultStorageClass,
  storageObjectInUseProtection,
  ownerReferencesPermissionEnforcement,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  clusterTrustBundleAttest,
  certificateSubjectRestriction,
  defaultIngressClass,
  denyServiceExternalIPs,
  podTopologyLabels,
  podResizeValidator,
  ...more,
  mutatingAdmissionPolicy,
  mutatingAdmissionWebhook,
  validatingAdmissionPolicy,
  validatingAdmissionWebhook,
  resourceQuota(configuration.ResourceQuota?.limitedResources),
  alwaysDeny,
]

/** Plug-ins that run unless they are disabled. Source: pkg/kubeapiserver/options/plugins.go DefaultOffAdmissionPlugins */
export const DEFAULT_ADMISSION_PLUGINS: readonly string[] = [
  'NamespaceLifecycle',
  'LimitRanger',
  'ServiceAccount',
  'TaintNodesByCondition',
  'PodSecurity',
  'Priority',
  'DefaultTolerationSeconds',
  'DefaultStorageClass',
  'StorageObjectInUseProtection',
  'PodGroupProtection',
  'PersistentVolumeClaimResize',
  'RuntimeClass',
  'CertificateApproval',
  'CertificateSigning',
  'ClusterTrustBundleAttest',
  'CertificateSubjectRestriction',
  'DefaultIngressClass',
  'PodTopologyLabels',
  'PodGroupWorkloadExists',
  'NodeDeclaredFeatureValidator',
  'JobValidation',
  'PodResizeValidator',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
  'ResourceQuota',
]
