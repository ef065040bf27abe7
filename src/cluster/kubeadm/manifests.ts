import { stringify } from 'yaml'
import type { ExtraArgs } from '../contract.ts'

/** What the static pod manifests of one control plane host are made from. */
export interface ControlPlaneHost {
  readonly name: string
  readonly ip: string
  readonly version: string
  readonly serviceCIDR: string
  readonly podCIDR: string
  /** --cloud-provider=external */
  readonly externalCloud: boolean
  /** Every etcd member, this host's included, as `name=https://ip:2380`. */
  readonly etcdCluster: readonly string[]
  /** Flags on top of kubeadm's own. Source: cmd/kubeadm/app/apis/kubeadm/v1beta4 ControlPlaneComponent.ExtraArgs */
  readonly extraArgs?: ExtraArgs | undefined
}

const PKI = '/etc/kubernetes/pki'
const IMAGES = 'registry.k8s.io'

/**
 * The files kubeadm puts into /etc/kubernetes/manifests.
 *
 * Source: cmd/kubeadm/app/phases/controlplane/manifests.go, phases/etcd/local.go
 */
export function staticPodManifests(host: ControlPlaneHost): Readonly<Record<string, string>> {
  return {
    'etcd.yaml': etcd(host),
    'kube-apiserver.yaml': apiServer(host),
    'kube-controller-manager.yaml': controllerManager(host),
    'kube-scheduler.yaml': scheduler(host),
  }
}

function etcd(host: ControlPlaneHost): string {
  const client = `https://${host.ip}:2379`
  const peer = `https://${host.ip}:2380`
  const flags = {
    'advertise-client-urls': client,
    'cert-file': `${PKI}/etcd/server.crt`,
    'client-cert-auth': 'true',
    'data-dir': '/var/lib/etcd',
    'initial-advertise-peer-urls': peer,
    'initial-cluster': host.etcdCluster.join(','),
    'key-file': `${PKI}/etcd/server.key`,
    'listen-client-urls': `https://127.0.0.1:2379,${client}`,
    'listen-metrics-urls': 'http://127.0.0.1:2381',
    'listen-peer-urls': peer,
    name: host.name,
    'peer-cert-file': `${PKI}/etcd/peer.crt`,
    'peer-client-cert-auth': 'true',
    'peer-key-file': `${PKI}/etcd/peer.key`,
    'peer-trusted-ca-file': `${PKI}/etcd/ca.crt`,
    'snapshot-count': '10000',
    'trusted-ca-file': `${PKI}/etcd/ca.crt`,
  }
  return staticPod({
    name: 'etcd',
    image: `${IMAGES}/etcd:3.6.8-0`,
    flags: { ...flags, ...host.extraArgs?.etcd },
    probes: { port: 2381, scheme: 'HTTP', liveness: '/livez', readiness: '/readyz', startup: '/readyz' },
    requests: { cpu: '100m', memory: '100Mi' },
    mounts: { 'etcd-data': '/var/lib/etcd', 'etcd-certs': `${PKI}/etcd` },
    annotations: { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': client },
  })
}

function apiServer(host: ControlPlaneHost): string {
  const flags = {
    'advertise-address': host.ip,
    'allow-privileged': 'true',
    'authorization-mode': 'Node,RBAC',
    'client-ca-file': `${PKI}/ca.crt`,
    'enable-admission-plugins': 'NodeRestriction',
    'enable-bootstrap-token-auth': 'true',
    'etcd-cafile': `${PKI}/etcd/ca.crt`,
    'etcd-certfile': `${PKI}/apiserver-etcd-client.crt`,
    'etcd-keyfile': `${PKI}/apiserver-etcd-client.key`,
    'etcd-servers': 'https://127.0.0.1:2379',
    'kubelet-client-certificate': `${PKI}/apiserver-kubelet-client.crt`,
    'kubelet-client-key': `${PKI}/apiserver-kubelet-client.key`,
    'kubelet-preferred-address-types': 'InternalIP,ExternalIP,Hostname',
    'proxy-client-cert-file': `${PKI}/front-proxy-client.crt`,
    'proxy-client-key-file': `${PKI}/front-proxy-client.key`,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-client-ca-file': `${PKI}/front-proxy-ca.crt`,
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'secure-port': '6443',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': `${PKI}/sa.pub`,
    'service-account-signing-key-file': `${PKI}/sa.key`,
    'service-cluster-ip-range': host.serviceCIDR,
    'tls-cert-file': `${PKI}/apiserver.crt`,
    'tls-private-key-file': `${PKI}/apiserver.key`,
  }
  return staticPod({
    name: 'kube-apiserver',
    image: `${IMAGES}/kube-apiserver:${host.version}`,
    flags: { ...flags, ...host.extraArgs?.['kube-apiserver'] },
    probes: { host: host.ip, port: 6443, scheme: 'HTTPS', liveness: '/livez', readiness: '/readyz', startup: '/livez' },
    requests: { cpu: '250m' },
    mounts: { 'k8s-certs': PKI },
    annotations: { 'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${host.ip}:6443` },
  })
}

function controllerManager(host: ControlPlaneHost): string {
  const conf = '/etc/kubernetes/controller-manager.conf'
  const flags = {
    'allocate-node-cidrs': 'true',
    'authentication-kubeconfig': conf,
    'authorization-kubeconfig': conf,
    'bind-address': '127.0.0.1',
    'client-ca-file': `${PKI}/ca.crt`,
    ...(host.externalCloud ? { 'cloud-provider': 'external' } : {}),
    'cluster-cidr': host.podCIDR,
    'cluster-name': 'kubernetes',
    'cluster-signing-cert-file': `${PKI}/ca.crt`,
    'cluster-signing-key-file': `${PKI}/ca.key`,
    controllers: '*,bootstrapsigner,tokencleaner',
    kubeconfig: conf,
    'leader-elect': 'true',
    'requestheader-client-ca-file': `${PKI}/front-proxy-ca.crt`,
    'root-ca-file': `${PKI}/ca.crt`,
    'service-account-private-key-file': `${PKI}/sa.key`,
    'service-cluster-ip-range': host.serviceCIDR,
    'use-service-account-credentials': 'true',
  }
  return staticPod({
    name: 'kube-controller-manager',
    image: `${IMAGES}/kube-controller-manager:${host.version}`,
    flags: { ...flags, ...host.extraArgs?.['kube-controller-manager'] },
    probes: { port: 10257, scheme: 'HTTPS', liveness: '/healthz', startup: '/healthz' },
    requests: { cpu: '200m' },
    mounts: { 'k8s-certs': PKI, kubeconfig: conf },
  })
}

function scheduler(host: ControlPlaneHost): string {
  const conf = '/etc/kubernetes/scheduler.conf'
  const flags = {
    'authentication-kubeconfig': conf,
    'authorization-kubeconfig': conf,
    'bind-address': '127.0.0.1',
    kubeconfig: conf,
    'leader-elect': 'true',
  }
  return staticPod({
    name: 'kube-scheduler',
    image: `${IMAGES}/kube-scheduler:${host.version}`,
    flags: { ...flags, ...host.extraArgs?.['kube-scheduler'] },
    probes: { port: 10259, scheme: 'HTTPS', liveness: '/livez', readiness: '/readyz', startup: '/livez' },
    requests: { cpu: '100m' },
    mounts: { kubeconfig: conf },
  })
}

interface StaticPod {
  readonly name: string
  readonly image: string
  readonly flags: Readonly<Record<string, string>>
  readonly probes: {
    readonly host?: string
    readonly port: number
    readonly scheme: 'HTTP' | 'HTTPS'
    readonly liveness: string
    readonly readiness?: string
    readonly startup: string
  }
  readonly requests: Readonly<Record<string, string>>
  /** Volume name -> path, the same on the host and in the container. */
  readonly mounts: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

function staticPod({ name, image, flags, probes, requests, mounts, annotations }: StaticPod): string {
  const probe = (path: string, failureThreshold: number, periodSeconds: number, initialDelaySeconds?: number) => ({
    failureThreshold,
    httpGet: { host: probes.host ?? '127.0.0.1', path, port: probes.port, scheme: probes.scheme },
    ...(initialDelaySeconds === undefined ? {} : { initialDelaySeconds }),
    periodSeconds,
    timeoutSeconds: 15,
  })
  return stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(annotations ? { annotations } : {}),
      labels: { component: name, tier: 'control-plane' },
      name,
      namespace: 'kube-system',
    },
    spec: {
      containers: [
        {
          command: [name, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)],
          image,
          imagePullPolicy: 'IfNotPresent',
          livenessProbe: probe(probes.liveness, 8, 10, 10),
          name,
          ...(probes.readiness ? { readinessProbe: probe(probes.readiness, 3, 1) } : {}),
          resources: { requests },
          startupProbe: probe(probes.startup, 24, 10, 10),
          volumeMounts: Object.entries(mounts).map(([volume, mountPath]) => ({
            mountPath,
            name: volume,
            ...(volume === 'etcd-data' ? {} : { readOnly: true }),
          })),
        },
      ],
      hostNetwork: true,
      priority: 2000001000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: Object.entries(mounts).map(([volume, path]) => ({
        hostPath: { path, type: path.endsWith('.conf') ? 'FileOrCreate' : 'DirectoryOrCreate' },
        name: volume,
      })),
    },
    status: {},
  })
}
