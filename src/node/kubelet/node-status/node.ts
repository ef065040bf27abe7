import {
  compareQuantities,
  parseQuantity,
  quantityOf,
  quantityValue,
  subtractQuantities,
} from '../../../api/quantity.ts'
import type { ContainerImage, Node, NodeStatus, Taint } from '../../../api/types.ts'
import type { RuntimeHandler } from '../../container-runtime/runtime-handlers.ts'
import type { KubeletConfiguration } from '../configuration.ts'
import type { KubeletDeps } from '../contract.ts'
import { amountOf } from '../eviction/thresholds.ts'
import { digestOf } from '../hash.ts'
import { imageID } from '../status/container-status.ts'

const DEFAULT_MAX_PODS = 110
/** Images listed in the status, the biggest first. Source: nodeStatusMaxImages */
const MAX_IMAGES = 50

/** The Node as a kubelet registers it. Source: pkg/kubelet/kubelet_node_status.go initialNode */
export function initialNode(deps: KubeletDeps, flags: ReadonlyMap<string, string>, status: NodeStatus): Node {
  const external = isExternalCloud(flags)
  const asked = [...new Set([...(deps.taints ?? []), ...split(flags.get('register-with-taints'))])].map(parseTaint)
  const taints = external ? [...asked, UNINITIALIZED] : asked
  const providerID = flags.get('provider-id') ?? deps.providerID
  const nodeIP = flags.get('node-ip')
  const hostname = flags.get('hostname-override') ?? deps.nodeName
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: deps.nodeName,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': hostname,
        'kubernetes.io/os': 'linux',
        ...deps.labels,
        ...parseLabels(flags.get('node-labels')),
      },
      annotations: {
        ...(external && nodeIP !== undefined && { 'alpha.kubernetes.io/provided-node-ip': nodeIP }),
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: {
      ...(providerID === undefined ? {} : { providerID }),
      ...(taints.length === 0 ? {} : { taints }),
    },
    status,
  }
}

/** A cloud controller manager says where and what the node is, and removes this. Source: k8s.io/cloud-provider/api/well_known_taints.go */
const UNINITIALIZED: Taint = {
  effect: 'NoSchedule',
  key: 'node.cloudprovider.kubernetes.io/uninitialized',
  value: 'true',
}

export function isExternalCloud(flags: ReadonlyMap<string, string>): boolean {
  return flags.get('cloud-provider') === 'external'
}

/** Everything in the status but the conditions. Source: pkg/kubelet/nodestatus/setters.go MachineInfo, VersionInfo, Images, NodeAddress */
export function nodeFacts(deps: KubeletDeps, configuration: KubeletConfiguration): Omit<NodeStatus, 'conditions'> {
  const { machine, nodeName, ip } = deps
  const ephemeral = machine.ephemeralStorage ?? '40Gi'
  const pods = String(configuration.maxPods ?? machine.pods ?? DEFAULT_MAX_PODS)
  const memory = inKi(machine.memory)
  const capacity = {
    cpu: machine.cpu,
    'ephemeral-storage': inKi(ephemeral),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory,
    pods,
  }
  return {
    addresses: [
      { address: ip, type: 'InternalIP' },
      { address: nodeName, type: 'Hostname' },
    ],
    allocatable: {
      ...capacity,
      ...allocatableOf(capacity, configuration),
    },
    capacity,
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    features: { supplementalGroupsPolicy: true },
    nodeInfo: nodeInfo(deps),
    runtimeHandlers: runtimeHandlers(deps),
  }
}

/** What is kept for the system, and what eviction keeps free. Source: pkg/kubelet/cm/node_container_manager_linux.go GetNodeAllocatableReservation */
function allocatableOf(
  capacity: Readonly<Record<string, string>>,
  configuration: KubeletConfiguration,
): Readonly<Record<string, string>> {
  const { systemReserved, kubeReserved, evictionThresholds } = configuration
  const hard = (signal: string, resource: string) => {
    const threshold = evictionThresholds.find((each) => each.signal === signal && each.gracePeriod === 0)
    return threshold === undefined ? [] : [String(amountOf(threshold.value, quantityValue(capacity[resource])))]
  }
  const kept = (resource: string, signal?: string) => [
    ...[systemReserved[resource], kubeReserved[resource]].filter((value) => value !== undefined),
    ...(signal === undefined ? [] : hard(signal, resource)),
  ]
  const left = (resource: string, signal?: string) => {
    const rest = kept(resource, signal).reduce(subtractQuantities, capacity[resource]!)
    return compareQuantities(rest, '0') < 0 ? '0' : rest
  }
  return {
    cpu: left('cpu'),
    'ephemeral-storage': quantityOf(quantityValue(left('ephemeral-storage', 'nodefs.available'))),
    memory: inKi(left('memory', 'memory.available')),
  }
}

/** Bytes that all pods together may take. Source: node_container_manager_linux.go GetNodeAllocatableAbsolute */
export function podMemoryLimit({ machine }: KubeletDeps, configuration: KubeletConfiguration): number {
  const { systemReserved, kubeReserved, enforceNodeAllocatable } = configuration
  const capacity = quantityValue(machine.memory)
  if (!enforceNodeAllocatable.includes('pods')) return capacity
  return Math.max(0, capacity - quantityValue(systemReserved.memory) - quantityValue(kubeReserved.memory))
}

type ResourceAmounts = Readonly<Record<string, string>>

/** What somebody else put into the capacity stays there, and can be asked for. Source: setters.go MachineInfo */
export function withExtendedResources(
  facts: Omit<NodeStatus, 'conditions'>,
  old: NodeStatus | undefined,
  devices: { readonly capacity: ResourceAmounts; readonly allocatable: ResourceAmounts },
): Omit<NodeStatus, 'conditions'> {
  const extended = Object.entries(old?.capacity ?? {}).filter(([name]) => !Object.hasOwn(facts.capacity ?? {}, name))
  const own = Object.keys(devices.capacity)
  if (extended.length === 0 && own.length === 0) return facts
  const more = Object.fromEntries(extended)
  return {
    ...facts,
    capacity: { ...facts.capacity, ...more, ...devices.capacity },
    allocatable: { ...facts.allocatable, ...more, ...devices.allocatable },
  }
}

/** Source: setters.go RuntimeHandlers; containerd internal/cri/server/status.go */
function runtimeHandlers({ runtime }: KubeletDeps): NodeStatus['runtimeHandlers'] {
  const shown = ({ name, type }: RuntimeHandler) => {
    const isRunc = type === 'io.containerd.runc.v2'
    return { features: { recursiveReadOnlyMounts: isRunc, userNamespaces: isRunc }, name }
  }
  const handlers = runtime.handlers()
  const byDefault = handlers.find(({ name }) => name === 'runc')!
  return [shown({ ...byDefault, name: '' }), ...handlers.map(shown)]
}

function nodeInfo({ machine, nodeName, kubernetesVersion = 'v1.36.0' }: KubeletDeps): NodeStatus['nodeInfo'] {
  return {
    architecture: 'amd64',
    bootID: machine.bootID?.() ?? uuidOf(`boot ${nodeName}`),
    containerRuntimeVersion: 'containerd://2.2.1',
    kernelVersion: '6.8.0-90-generic',
    kubeProxyVersion: '',
    kubeletVersion: kubernetesVersion,
    machineID: machine.machineID ?? digestOf(`machine ${nodeName}`, 32),
    operatingSystem: 'linux',
    osImage: 'Ubuntu 24.04.3 LTS',
    systemUUID: machine.systemUUID ?? uuidOf(`system ${nodeName}`),
  }
}

/** The images on the node as the status lists them. Source: setters.go Images */
export function nodeImages({ runtime }: KubeletDeps): readonly ContainerImage[] {
  return [...runtime.presentImages()]
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_IMAGES)
    .map(({ name, sizeBytes }) => ({ names: [imageID(name), name], sizeBytes }))
}

/** cadvisor counts memory in bytes and prints `16384256Ki`. */
function inKi(quantity: string): string {
  return `${Math.floor(parseQuantity(quantity).value / 1024)}Ki`
}

function uuidOf(text: string): string {
  const hex = digestOf(text, 32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

function split(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',')
}

function parseLabels(text: string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(split(text).map((pair) => [pair.split('=')[0]!, pair.split('=')[1] ?? '']))
}

/** `key=value:Effect` or `key:Effect`. */
function parseTaint(text: string): Taint {
  const [pair = '', effect = 'NoSchedule'] = text.split(':')
  const [key = '', value] = pair.split('=')
  return { effect, key, ...(value === undefined || value === '' ? {} : { value }) }
}
