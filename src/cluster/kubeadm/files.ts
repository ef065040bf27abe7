import { stringify } from 'yaml'
import type { TopologyNode } from '../contract.ts'
import { type ControlPlaneHost, staticPodManifests } from './manifests.ts'

export interface HostFiles extends ControlPlaneHost {
  readonly node: TopologyNode
  /** Where kubelets and users find the API: `https://192.168.64.10:6443`. */
  readonly endpoint: string
  /** PEM of the cluster's CA certificate. */
  readonly caCertificate: string
}

/**
 * What `kubeadm init` and `kubeadm join` leave on a machine.
 *
 * Source: cmd/kubeadm/app/phases/{kubeconfig,kubelet,certs}
 */
export function kubeadmFiles(host: HostFiles): Readonly<Record<string, string>> {
  return {
    ...kubeletFiles(host),
    ...(host.node.role === 'control-plane' ? controlPlaneFiles(host) : {}),
  }
}

/** The kubelet's own files are the machine's (node/host/default-files.ts); here is what differs from node to node. */
function kubeletFiles(host: HostFiles): Record<string, string> {
  return {
    '/etc/kubernetes/pki/ca.crt': host.caCertificate,
    '/var/lib/kubelet/kubeadm-flags.env': `KUBELET_KUBEADM_ARGS="${kubeletFlags(host)}"\n`,
  }
}

function kubeletFlags({ node, ip, externalCloud }: HostFiles): string {
  const labels = Object.entries(node.labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return [
    '--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock',
    ...(externalCloud ? ['--cloud-provider=external'] : []),
    `--node-ip=${ip}`,
    '--pod-infra-container-image=registry.k8s.io/pause:3.10.1',
    ...(labels.length > 0 ? [`--node-labels=${labels.join(',')}`] : []),
    ...(node.taints?.length ? [`--register-with-taints=${node.taints.join(',')}`] : []),
  ].join(' ')
}

/** What is written for one control plane host, by what it is written from: the same in every cluster of a process. */
const written = new Map<string, Readonly<Record<string, string>>>()

function controlPlaneFiles(host: HostFiles): Readonly<Record<string, string>> {
  const key = JSON.stringify({ ...host, node: undefined })
  let files = written.get(key)
  if (files === undefined) {
    files = writeControlPlaneFiles(host)
    if (written.size >= 100) written.clear()
    written.set(key, files)
  }
  return files
}

function writeControlPlaneFiles(host: HostFiles): Record<string, string> {
  const own = `https://${host.ip}:6443`
  const manifests = Object.entries(staticPodManifests(host)).map(([name, text]) => [
    `/etc/kubernetes/manifests/${name}`,
    text,
  ])
  const pki = PKI_FILES.map((file) => [`/etc/kubernetes/pki/${file}`, certificateText(file)])
  return {
    ...Object.fromEntries(manifests),
    ...Object.fromEntries(pki),
    '/etc/kubernetes/pki/ca.crt': host.caCertificate,
    '/etc/kubernetes/admin.conf': kubeconfig(host.endpoint, 'kubernetes-admin', host.caCertificate),
    '/etc/kubernetes/controller-manager.conf': kubeconfig(own, 'system:kube-controller-manager', host.caCertificate),
    '/etc/kubernetes/scheduler.conf': kubeconfig(own, 'system:kube-scheduler', host.caCertificate),
  }
}

const PKI_FILES = [
  'ca.key',
  'apiserver.crt',
  'apiserver.key',
  'apiserver-etcd-client.crt',
  'apiserver-etcd-client.key',
  'apiserver-kubelet-client.crt',
  'apiserver-kubelet-client.key',
  'front-proxy-ca.crt',
  'front-proxy-ca.key',
  'front-proxy-client.crt',
  'front-proxy-client.key',
  'sa.key',
  'sa.pub',
  'etcd/ca.crt',
  'etcd/ca.key',
  'etcd/server.crt',
  'etcd/server.key',
  'etcd/peer.crt',
  'etcd/peer.key',
  'etcd/healthcheck-client.crt',
  'etcd/healthcheck-client.key',
]

/** Keys are not simulated inside the cluster: who a component is, is known by its connection. The file says so. */
function certificateText(file: string): string {
  const kind = file.endsWith('.crt') ? 'CERTIFICATE' : file.endsWith('.pub') ? 'PUBLIC KEY' : 'PRIVATE KEY'
  return `-----BEGIN ${kind}-----\nnot simulated: ${file}\n-----END ${kind}-----\n`
}

const kubeconfigs = new Map<string, string>()

/** A kubeconfig as kubeadm writes it. */
export function kubeconfig(server: string, user: string, caCertificate: string): string {
  const key = `${server}\0${user}\0${caCertificate}`
  let text = kubeconfigs.get(key)
  if (text === undefined) {
    text = writeKubeconfig(server, user, caCertificate)
    if (kubeconfigs.size >= 100) kubeconfigs.clear()
    kubeconfigs.set(key, text)
  }
  return text
}

function writeKubeconfig(server: string, user: string, caCertificate: string): string {
  return stringify({
    apiVersion: 'v1',
    clusters: [{ cluster: { 'certificate-authority-data': base64(caCertificate), server }, name: 'kubernetes' }],
    contexts: [{ context: { cluster: 'kubernetes', user }, name: `${user}@kubernetes` }],
    'current-context': `${user}@kubernetes`,
    kind: 'Config',
    users: [{ name: user, user: { 'client-certificate': `/var/lib/kubelet/pki/${user.replaceAll(':', '-')}.pem` } }],
  })
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** PEM is ASCII: no more is needed here. */
function base64(ascii: string): string {
  let out = ''
  for (let i = 0; i < ascii.length; i += 3) {
    const [a, b, c] = [ascii.charCodeAt(i), ascii.charCodeAt(i + 1) || 0, ascii.charCodeAt(i + 2) || 0]
    const bits = (a << 16) | (b << 8) | c
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63]!)
    const missing = Math.max(0, i + 3 - ascii.length)
    out += letters.slice(0, 4 - missing).join('') + '='.repeat(missing)
  }
  return out
}
