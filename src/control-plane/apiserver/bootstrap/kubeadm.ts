import type { KubernetesObject } from '../../../api/types.ts'
import { clusterRole, clusterRoleBinding, role, roleBinding } from './access.ts'

const TOKENS = 'Group system:bootstrappers:kubeadm:default-node-token'
const NODES = 'Group system:nodes'
const REQUESTS = 'system:certificates.k8s.io:certificatesigningrequests'

/**
 * What `kubeadm init` lets itself, bootstrap tokens, nodes and the API server's kubelet client do.
 *
 * Source: cmd/kubeadm/app/phases/bootstraptoken, phases/kubelet/config.go, phases/uploadconfig/uploadconfig.go,
 * phases/kubeconfig/kubeconfig.go EnsureAdminClusterRoleBinding
 */
export function kubeadmAccess(): readonly KubernetesObject[] {
  return [
    clusterRoleBinding('kubeadm:cluster-admins', 'cluster-admin', ['Group kubeadm:cluster-admins']),
    clusterRoleBinding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', [TOKENS]),
    clusterRoleBinding('kubeadm:node-autoapprove-bootstrap', `${REQUESTS}:nodeclient`, [TOKENS]),
    clusterRoleBinding('kubeadm:node-autoapprove-certificate-rotation', `${REQUESTS}:selfnodeclient`, [NODES]),
    clusterRoleBinding('kubeadm:apiserver-kubelet-client', 'system:kubelet-api-admin', [
      'User kube-apiserver-kubelet-client',
    ]),
    clusterRole('kubeadm:get-nodes', ['get core: nodes']),
    clusterRoleBinding('kubeadm:get-nodes', 'kubeadm:get-nodes', [TOKENS]),
    ...reading('kubeadm-config', 'kube-system/kubeadm:nodes-kubeadm-config', [TOKENS, NODES]),
    ...reading('kubelet-config', 'kube-system/kubeadm:kubelet-config', [NODES, TOKENS]),
    ...reading('cluster-info', 'kube-public/kubeadm:bootstrap-signer-clusterinfo', ['User system:anonymous']),
  ]
}

function reading(configMap: string, path: string, readers: readonly string[]): KubernetesObject[] {
  return [role(path, [`get core: configmaps [${configMap}]`]), roleBinding(path, undefined, readers)]
}
