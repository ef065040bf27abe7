/** What a machine's files are made from. */
export interface NodeFilesInput {
  readonly name: string
  readonly ip: string
  /** Name or address and port where nodes find the API server. */
  readonly controlPlaneEndpoint: string
  readonly clusterDNS: string
  readonly clusterDomain: string
  /** Name servers of the machine itself. */
  readonly nameservers: readonly string[]
}

/** Files a machine has after its installation and `kubeadm join`; manifests and keys are the cluster's business. */
export function nodeFiles(input: NodeFilesInput): Record<string, string> {
  return { ...systemFiles(input), ...containerdFiles, ...kubeletFiles(input), ...UNITS, ...emptyDirectories }
}

function systemFiles({ name, ip, nameservers }: NodeFilesInput): Record<string, string> {
  return {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `127.0.0.1 localhost\n${ip} ${name}\n\n::1 localhost ip6-localhost ip6-loopback\n`,
    '/etc/resolv.conf': nameservers.map((server) => `nameserver ${server}\n`).join(''),
    '/etc/machine-id': `${machineId(name)}\n`,
    '/etc/os-release': OS_RELEASE,
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    '/proc/version': 'Linux version 6.8.0-90-generic (buildd@lcy02) #91-Ubuntu SMP PREEMPT_DYNAMIC\n',
    '/proc/sys/net/ipv4/ip_forward': '1\n',
    '/proc/sys/net/bridge/bridge-nf-call-iptables': '1\n',
    '/proc/swaps': 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n',
    '/root/.bashrc': "alias k=kubectl\nalias ll='ls -l'\n",
  }
}

const OS_RELEASE = `PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.3 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
`

/** Source: kubeadm's and containerd's documentation; `containerd config default`, shortened */
export const CONTAINERD_CONFIG = `version = 3

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'registry.k8s.io/pause:3.10.2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = true
`

const containerdFiles = {
  '/etc/containerd/config.toml': CONTAINERD_CONFIG,
  '/etc/crictl.yaml': 'runtime-endpoint: unix:///run/containerd/containerd.sock\n',
  '/etc/cni/net.d/10-kubedrill.conflist': `{
  "cniVersion": "1.0.0",
  "name": "kubedrill",
  "plugins": [{ "type": "ptp", "ipam": { "type": "host-local" } }, { "type": "portmap", "capabilities": { "portMappings": true } }]
}
`,
}

/** kubeadm's defaults. Source: cmd/kubeadm/app/componentconfigs/kubelet.go Default */
function kubeletFiles({
  name,
  controlPlaneEndpoint,
  clusterDNS,
  clusterDomain,
}: NodeFilesInput): Record<string, string> {
  return {
    '/var/lib/kubelet/config.yaml': `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- ${clusterDNS}
clusterDomain: ${clusterDomain}
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`,
    '/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS=""\n',
    '/etc/kubernetes/kubelet.conf': `apiVersion: v1
clusters:
- cluster:
    certificate-authority: /etc/kubernetes/pki/ca.crt
    server: https://${controlPlaneEndpoint}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: system:node:${name}
  name: system:node:${name}@kubernetes
current-context: system:node:${name}@kubernetes
kind: Config
users:
- name: system:node:${name}
  user:
    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem
    client-key: /var/lib/kubelet/pki/kubelet-client-current.pem
`,
    '/var/lib/kubelet/pki/kubelet-client-current.pem': `# client certificate and key of system:node:${name}\n`,
    '/etc/kubernetes/pki/ca.crt': '# certificate of the cluster CA\n',
  }
}

/** As the packages ship them. Source: kubernetes/release cmd/krel/templates/latest, containerd/containerd containerd.service */
const UNITS = {
  '/usr/lib/systemd/system/kubelet.service': `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`,
  '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf': `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# This is a file that "kubeadm init" and "kubeadm join" generates at runtime, populating the KUBELET_KUBEADM_ARGS variable dynamically
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# This is a file that the user can use for overrides of the kubelet args as a last resort. Preferably, the user should use
# the .NodeRegistration.KubeletExtraArgs object in the configuration files instead. KUBELET_EXTRA_ARGS should be sourced from this file.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`,
  '/usr/lib/systemd/system/containerd.service': `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/bin/containerd

Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`,
  '/etc/systemd/system/multi-user.target.wants/kubelet.service': '/usr/lib/systemd/system/kubelet.service\n',
  '/etc/systemd/system/multi-user.target.wants/containerd.service': '/usr/lib/systemd/system/containerd.service\n',
}

const emptyDirectories = {
  '/bin/': '',
  '/boot/': '',
  '/dev/': '',
  '/etc/kubernetes/manifests/': '',
  '/home/': '',
  '/lib/modules/': '',
  '/opt/cni/bin/': '',
  '/root/': '',
  '/run/': '',
  '/tmp/': '',
  '/usr/bin/': '',
  '/var/lib/containerd/': '',
  '/var/log/containers/': '',
  '/var/log/pods/': '',
}

/** 32 hex digits that depend on the name alone. */
export function machineId(name: string): string {
  let id = ''
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5 ^ part
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
    hash ^= hash >>> 15
    id += (Math.imul(hash, 0x2c1b3c6d) >>> 0).toString(16).padStart(8, '0')
  }
  return id
}
