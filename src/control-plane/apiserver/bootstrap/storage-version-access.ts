import type { KubernetesObject } from '../../../api/types.ts'
import { clusterRole, clusterRoleBinding } from './access.ts'

const NAME = 'system:controller:storage-version-garbage-collector'

/** With the feature gate StorageVersionAPI. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go */
export const storageVersionAccess = (): readonly KubernetesObject[] => [
  clusterRole(NAME, [
    'get,list,watch coordination.k8s.io: leases',
    'delete,get,list,patch,update,watch internal.apiserver.k8s.io: storageversions',
    'get,patch,update internal.apiserver.k8s.io: storageversions/status',
  ]),
  clusterRoleBinding(NAME, NAME, ['ServiceAccount kube-system/storage-version-garbage-collector']),
]
