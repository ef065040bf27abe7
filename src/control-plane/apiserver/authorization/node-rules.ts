import type { PolicyRule } from '../../../api/types.ts'

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'update', 'patch']

/** What every node may do, as far as it is not told apart by node. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go NodeRules */
export const NODE_RULES: readonly PolicyRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['subjectaccessreviews', 'localsubjectaccessreviews'],
  },
  { verbs: READ, apiGroups: [''], resources: ['services'] },
  { verbs: WRITE, apiGroups: ['', 'events.k8s.io'], resources: ['events'] },
  { verbs: ['get'], apiGroups: [''], resources: ['endpoints'] },
  { verbs: ['create', ...READ], apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'] },
  { verbs: READ, apiGroups: ['storage.k8s.io'], resources: ['csidrivers'] },
  { verbs: READ, apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
]
