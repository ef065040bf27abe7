/** Who has a role: `User NAME`, `Group NAME` or `ServiceAccount NAMESPACE/NAME`. */
export interface Grant {
  /** The role, where it is not named as the binding is. */
  readonly role?: string
  readonly to: readonly string[]
}

/** Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go ClusterRoleBindings */
export const clusterGrants: Readonly<Record<string, Grant>> = {
  'cluster-admin': { to: ['Group system:masters'] },
  'system:basic-user': { to: ['Group system:authenticated'] },
  'system:discovery': { to: ['Group system:authenticated'] },
  'system:kube-controller-manager': { to: ['User system:kube-controller-manager'] },
  'system:kube-dns': { to: ['ServiceAccount kube-system/kube-dns'] },
  'system:kube-scheduler': { to: ['User system:kube-scheduler'] },
  'system:monitoring': { to: ['Group system:monitoring'] },
  'system:node': { to: [] },
  'system:node-proxier': { to: ['User system:kube-proxy'] },
  'system:public-info-viewer': { to: ['Group system:authenticated', 'Group system:unauthenticated'] },
  'system:service-account-issuer-discovery': { to: ['Group system:serviceaccounts'] },
  'system:volume-scheduler': { to: ['User system:kube-scheduler'] },
}

/** As NAMESPACE/NAME. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/namespace_policy.go */
export const namespaceGrants: Readonly<Record<string, Grant>> = {
  'kube-public/system:controller:bootstrap-signer': { to: ['ServiceAccount kube-system/bootstrap-signer'] },
  'kube-system/system::extension-apiserver-authentication-reader': {
    role: 'extension-apiserver-authentication-reader',
    to: ['User system:kube-controller-manager', 'User system:kube-scheduler'],
  },
  'kube-system/system::leader-locking-kube-controller-manager': {
    to: [
      'User system:kube-controller-manager',
      'ServiceAccount kube-system/kube-controller-manager',
      'ServiceAccount kube-system/leader-election-controller',
    ],
  },
  'kube-system/system::leader-locking-kube-scheduler': {
    to: ['User system:kube-scheduler', 'ServiceAccount kube-system/kube-scheduler'],
  },
  'kube-system/system:controller:bootstrap-signer': { to: ['ServiceAccount kube-system/bootstrap-signer'] },
  'kube-system/system:controller:cloud-provider': { to: ['ServiceAccount kube-system/cloud-provider'] },
  'kube-system/system:controller:token-cleaner': { to: ['ServiceAccount kube-system/token-cleaner'] },
}
