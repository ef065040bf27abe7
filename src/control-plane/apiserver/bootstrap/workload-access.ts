import type { KubernetesObject } from '../../../api/types.ts'
import { clusterRole, clusterRoleBinding } from './access.ts'

const NAME = 'system:kube-scheduler:podgroups'

/**
 * With the feature gate the scheduler may look at groups of pods. A real server adds the rules to system:kube-scheduler; a
 * role that is there already is left alone here, so they have one of their own.
 * Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
 */
export const withWorkloadAccess = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] => [
  ...objects,
  clusterRole(NAME, [
    'get,list,watch scheduling.k8s.io: podgroups',
    'patch,update scheduling.k8s.io: podgroups/status',
  ]),
  clusterRoleBinding(NAME, NAME, ['User system:kube-scheduler']),
]
