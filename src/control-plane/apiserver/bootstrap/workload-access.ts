import type { KubernetesObject } from '../../../api/types.ts'
import { clusterRole, clusterRoleBinding } from './access.ts'

const NAME = 'system:kube-scheduler:podgroups'
const PROTECTION = 'system:controller:podgroup-protection-controller'

/**
 * With the feature gate the scheduler may look at groups of pods. A real server adds the rules to system:kube-scheduler; a
 * role that is there already is left alone here, so they have one of their own.
 * Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
 */
export const workloadAccess = (): readonly KubernetesObject[] => [
  clusterRole(NAME, [
    'get,list,watch scheduling.k8s.io: podgroups',
    'patch,update scheduling.k8s.io: podgroups/status',
  ]),
  clusterRoleBinding(NAME, NAME, ['User system:kube-scheduler']),
  clusterRole(PROTECTION, ['get,list,watch,update scheduling.k8s.io: podgroups', 'get,list,watch core: pods']),
  clusterRoleBinding(PROTECTION, PROTECTION, ['ServiceAccount kube-system/podgroup-protection-controller']),
]
