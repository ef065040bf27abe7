import { resources } from '../../api/resources.ts'
import type { Kind } from '../../api/types.ts'
import type { KindInfo } from './controller.ts'

/** The kinds that are stored when nobody says otherwise: what namespaces are emptied of and owners are followed through. */
const names: readonly Kind[] = [
  'ConfigMap',
  'ControllerRevision',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'EndpointSlice',
  'Endpoints',
  'Event',
  'Job',
  'Lease',
  'Namespace',
  'Node',
  'Pod',
  'PodDisruptionBudget',
  'ReplicaSet',
  'Role',
  'RoleBinding',
  'Secret',
  'Service',
  'ServiceAccount',
  'StatefulSet',
]

export const storedKinds: readonly KindInfo[] = names.map(kindInfo)

export function kindInfo(kind: Kind): KindInfo {
  const { group, version, resource, namespaced } = resources[kind]
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, resource, namespaced }
}
