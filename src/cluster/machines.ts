import { quantityMilliValue, quantityValue } from '../api/quantity.ts'
import type { UserInfo } from '../api/request.ts'
import type { Node } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import { createRecorder } from '../client/recorder.ts'
import { createContainerRuntime } from '../node/container-runtime/index.ts'
import type { MachineSize } from '../node/container-runtime/usage/node-resources.ts'
import type { ImageCatalogue } from '../node/contract.ts'
import { createHost, type Host } from '../node/host/index.ts'
import type { KubeletHandle } from '../node/kubelet/contract.ts'
import { kubeletProgram } from '../node/kubelet/index.ts'
import type { Barrier } from '../sim/barrier.ts'
import type { ChartWorld } from '../sim/chart.ts'
import { Random } from '../sim/random.ts'
import { addressIn, hostAddress, podSubnet } from './addresses.ts'
import type { ExtraArgs, TopologyNode } from './contract.ts'
import { hardwareFiles } from './hardware.ts'
import { kubeadmFiles } from './kubeadm/files.ts'
import type { ControlPlane } from './programs/control-plane.ts'

/** A machine of the cluster, and its kubelet while one runs. */
export interface Machine {
  readonly node: TopologyNode
  readonly host: Host
  kubelet: KubeletHandle | undefined
}

export interface MachineOptions {
  readonly world: ChartWorld
  readonly barrier: Barrier
  readonly plane: ControlPlane
  readonly images: ImageCatalogue
  readonly version: string
  readonly serviceCIDR: string
  readonly podCIDR: string
  /** `192.168.64.10:6443` */
  readonly endpoint: string
  readonly etcdCluster: readonly string[]
  readonly extraArgs?: ExtraArgs | undefined
  /** kubelets and controllers are told that the cloud has a controller manager of its own. */
  readonly externalCloud: boolean
}

const DEFAULT_CPU = '4'
const DEFAULT_MEMORY = '8Gi'
/** 40Gi of ext4, and pid_max of a small machine. */
const DISK_BYTES = 40 * 1024 ** 3
const INODES = 2_621_440
const PIDS = 32_768

/**
 * Where pods of a node have their addresses from: what the controller manager gave it. Before it is a Node, static pods
 * have theirs from where it would be counted through.
 */
function podRange(node: Node | undefined, otherwise: string): string | undefined {
  return node === undefined ? otherwise : node.spec?.podCIDRs?.find((range) => !range.includes(':'))
}

/** The nth machine: kubelet and containerd installed and enabled, joined by kubeadm, powered off. */
export function createMachine(node: TopologyNode, index: number, options: MachineOptions): Machine {
  const { world, plane, endpoint } = options
  const { name } = node
  const ip = hostAddress(index)
  const host = createHost({
    name,
    ip,
    world,
    network: plane.network,
    random: new Random(plane.seed, `host/${name}`),
    barrier: options.barrier,
    cpus: quantityValue(node.cpu ?? DEFAULT_CPU),
    memoryBytes: quantityValue(node.memory ?? DEFAULT_MEMORY),
    controlPlaneEndpoint: endpoint,
    clusterDNS: addressIn(options.serviceCIDR, 10),
    files: { ...filesOf(node, ip, options), ...hardwareFiles(node) },
  })
  let client: Client | undefined
  const runtime = createContainerRuntime({
    host: name,
    ip,
    world,
    random: new Random(plane.seed, `containerd/${name}`),
    network: plane.network,
    images: options.images,
    files: host.files,
    podCIDR: () => podRange(client?.get('Node', name), podSubnet(options.podCIDR, index)),
    size: sizeOf(node, host),
    machineProcesses: () => [['/sbin/init'], ...host.systemd.list().flatMap(({ pid, argv }) => (pid ? [argv] : []))],
  })
  host.attachRuntime(runtime)
  const machine: Machine = { node, host, kubelet: undefined }
  const user: UserInfo = { name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] }
  const random = new Random(plane.seed, `kubelet-events/${name}`)
  host.install(
    '/usr/bin/kubelet',
    kubeletProgram({
      nodeName: name,
      ip,
      runtime,
      network: plane.network,
      sockets: plane.sockets,
      machine: {
        cpu: node.cpu ?? DEFAULT_CPU,
        memory: node.memory ?? DEFAULT_MEMORY,
        ...(node.pods === undefined ? {} : { pods: node.pods }),
        bootID: () => host.bootId,
      },
      kubernetesVersion: options.version,
      labels: node.labels ?? {},
      taints: node.taints ?? [],
      connect: ({ server }) => {
        client = plane.client(name, server.replace(/^https?:\/\//, ''), user)
        return client
      },
      recorder: (client) => createRecorder(client, 'kubelet', world, random, name),
      inhibitShutdown: (maxMs, onShutdown) => host.inhibitShutdown(maxMs, onShutdown),
      onHandle: (handle) => {
        machine.kubelet = handle
      },
    }),
  )
  return machine
}

/** By kubeadm. */
function filesOf(node: TopologyNode, ip: string, options: MachineOptions): Readonly<Record<string, string>> {
  const { version, serviceCIDR, podCIDR, etcdCluster, extraArgs, externalCloud } = options
  return kubeadmFiles({
    name: node.name,
    ip,
    node,
    version,
    serviceCIDR,
    podCIDR,
    etcdCluster,
    extraArgs,
    externalCloud,
    endpoint: `https://${options.endpoint}`,
    caCertificate: options.plane.caCertificate,
  })
}

function sizeOf({ cpu }: TopologyNode, { memoryBytes }: Host): MachineSize {
  const cpus = quantityMilliValue(cpu ?? DEFAULT_CPU) / 1000
  return { cpus, memory: memoryBytes, disk: DISK_BYTES, inodes: INODES, pids: PIDS }
}
