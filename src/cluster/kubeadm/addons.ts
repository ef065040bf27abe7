import type { ConfigMap, DaemonSet, Deployment, KubernetesObject, Service, ServiceAccount } from '../../api/types.ts'
import { kubeadmAccess } from '../../control-plane/apiserver/bootstrap/kubeadm.ts'
import { addressIn } from '../addresses.ts'
import { kubeconfig } from './files.ts'

export interface AddonOptions {
  readonly version: string
  readonly serviceCIDR: string
  readonly podCIDR: string
  readonly endpoint: string
  readonly caCertificate: string
}

/**
 * What `kubeadm init` creates through the API once it answers: its own configuration, CoreDNS and kube-proxy.
 *
 * Source: cmd/kubeadm/app/phases/addons/{dns,proxy}/manifests.go, phases/uploadconfig
 */
export function kubeadmObjects(options: AddonOptions): readonly KubernetesObject[] {
  return [...kubeadmAccess(), ...configuration(options), ...coreDNS(options), ...kubeProxy(options)]
}

const inKubeSystem = (name: string, labels?: Record<string, string>) => ({
  name,
  namespace: 'kube-system',
  ...(labels ? { labels } : {}),
})

function configuration({ version, serviceCIDR, podCIDR, endpoint }: AddonOptions): ConfigMap[] {
  const clusterConfiguration = [
    'apiServer: {}',
    'apiVersion: kubeadm.k8s.io/v1beta4',
    'certificatesDir: /etc/kubernetes/pki',
    'clusterName: kubernetes',
    `controlPlaneEndpoint: ${endpoint.replace('https://', '')}`,
    'imageRepository: registry.k8s.io',
    'kind: ClusterConfiguration',
    `kubernetesVersion: ${version}`,
    'networking:',
    '  dnsDomain: cluster.local',
    `  podSubnet: ${podCIDR}`,
    `  serviceSubnet: ${serviceCIDR}`,
    '',
  ].join('\n')
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: inKubeSystem('kubeadm-config'),
      data: { ClusterConfiguration: clusterConfiguration },
    },
  ]
}

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`

function coreDNS({ serviceCIDR }: AddonOptions): KubernetesObject[] {
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inKubeSystem('coredns') }
  const config: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: inKubeSystem('coredns'),
    data: { Corefile: COREFILE },
  }
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...inKubeSystem('kube-dns', {
        'k8s-app': 'kube-dns',
        'kubernetes.io/cluster-service': 'true',
        'kubernetes.io/name': 'CoreDNS',
      }),
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      clusterIP: addressIn(serviceCIDR, 10),
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
      selector: { 'k8s-app': 'kube-dns' },
    },
  }
  return [...coreDNSAccess(), account, config, service, coreDNSDeployment()]
}

function coreDNSAccess(): KubernetesObject[] {
  const read = (apiGroup: string, resources: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ['list', 'watch'],
  })
  const name = 'system:coredns'
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [read('', ['endpoints', 'services', 'pods', 'namespaces']), read('discovery.k8s.io', ['endpointslices'])],
    } as KubernetesObject,
    binding(name, name, { kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }),
  ]
}

function binding(name: string, role: string, subject: object): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [subject],
  } as KubernetesObject
}

function coreDNSDeployment(): Deployment {
  const labels = { 'k8s-app': 'kube-dns' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: inKubeSystem('coredns', labels),
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels } as never,
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
          ],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          dnsPolicy: 'Default',
          containers: [
            {
              name: 'coredns',
              image: 'registry.k8s.io/coredns/coredns:v1.13.1',
              imagePullPolicy: 'IfNotPresent',
              resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
              args: ['-conf', '/etc/coredns/Corefile'],
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
              ports: [
                { containerPort: 53, name: 'dns', protocol: 'UDP' },
                { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
                { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
                { containerPort: 8080, name: 'liveness-probe', protocol: 'TCP' },
                { containerPort: 8181, name: 'readiness-probe', protocol: 'TCP' },
              ],
              livenessProbe: {
                httpGet: { path: '/health', port: 'liveness-probe', scheme: 'HTTP' },
                initialDelaySeconds: 60,
                timeoutSeconds: 5,
                successThreshold: 1,
                failureThreshold: 5,
              },
              readinessProbe: { httpGet: { path: '/ready', port: 'readiness-probe', scheme: 'HTTP' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
                readOnlyRootFilesystem: true,
              },
            },
          ],
          volumes: [
            { name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } },
          ],
        },
      },
    },
  }
}

function kubeProxy({ version, podCIDR, endpoint, caCertificate }: AddonOptions): KubernetesObject[] {
  const config: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: inKubeSystem('kube-proxy', { app: 'kube-proxy' }),
    data: {
      'config.conf': [
        'apiVersion: kubeproxy.config.k8s.io/v1alpha1',
        'bindAddress: 0.0.0.0',
        'clientConnection:',
        '  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf',
        `clusterCIDR: ${podCIDR}`,
        'kind: KubeProxyConfiguration',
        'mode: ""',
        '',
      ].join('\n'),
      'kubeconfig.conf': kubeconfig(endpoint, 'default', caCertificate),
    },
  }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inKubeSystem('kube-proxy') },
    binding('kubeadm:node-proxier', 'system:node-proxier', {
      kind: 'ServiceAccount',
      name: 'kube-proxy',
      namespace: 'kube-system',
    }),
    config,
    kubeProxyDaemonSet(version),
  ]
}

function kubeProxyDaemonSet(version: string): DaemonSet {
  const labels = { 'k8s-app': 'kube-proxy' }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: inKubeSystem('kube-proxy', labels),
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels } as never,
        spec: {
          priorityClassName: 'system-node-critical',
          containers: [
            {
              name: 'kube-proxy',
              image: `registry.k8s.io/kube-proxy:${version}`,
              imagePullPolicy: 'IfNotPresent',
              command: [
                '/usr/local/bin/kube-proxy',
                '--config=/var/lib/kube-proxy/config.conf',
                '--hostname-override=$(NODE_NAME)',
              ],
              securityContext: { privileged: true },
              volumeMounts: [{ mountPath: '/var/lib/kube-proxy', name: 'kube-proxy' }],
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            },
          ],
          hostNetwork: true,
          serviceAccountName: 'kube-proxy',
          volumes: [{ name: 'kube-proxy', configMap: { name: 'kube-proxy' } }],
          tolerations: [{ operator: 'Exists' }],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
        },
      },
    },
  }
}
