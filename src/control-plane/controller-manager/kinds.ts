import { resources } from '../../api/resources.ts'
import type { Kind } from '../../api/types.ts'
import type { KindInfo } from './controller.ts'

/** The kinds that are stored when nobody says otherwise: what namespaces are emptied of and owners are followed through. */
const names: readonly Kind[] = [
  'Namespace',
  'Node',
  'Deployment',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'ResourceQuota',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'VolumeAttachment',
  'CSIDriver',
  'ControllerRevision',
  'Service',
  'ServiceAccount',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'EndpointSlice',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'ServiceCIDR',
  'IPAddress',
  'VolumeAttributesClass',
  'ValidatingAdmissionPolicy',
  'DeviceClass',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'Event',
  'Lease',
  'CertificateSigningRequest',
  'Pod',
]

export const storedKinds: readonly KindInfo[] = names.map(kindInfo)

export function kindInfo(kind: Kind): KindInfo {
  const { group, version, resource, namespaced } = resources[kind]
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, resource, namespaced }
}
