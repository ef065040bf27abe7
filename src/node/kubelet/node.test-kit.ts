import { rfc3339 } from '../../api/time.ts'
import type { KubernetesObject, Pod } from '../../api/types.ts'
import { createClient } from '../../client/client.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import { MemoryApiServer, Wire } from '../../client/testing/api-server.ts'
import type { Network } from '../../network/contract.ts'
import { createNetwork } from '../../network/index.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import type { ContainerRuntime } from '../container-runtime/contract.ts'
import { createContainerRuntime } from '../container-runtime/index.ts'
import type { Image, Process, Program } from '../contract.ts'
import { createFileTree, type Files } from '../host/file-tree.ts'
import { createProcess, type ProcessHandle } from '../process.ts'
import type { KubeletHandle } from './contract.ts'
import { kubeletProgram } from './index.ts'

export const START = 1_767_225_600_000

const CONFIGURATION = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
staticPodPath: /etc/kubernetes/manifests
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
`
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{name: k, cluster: {server: 'https://cp:6443'}}]
users: [{name: 'system:node:worker-1', user: {}}]
contexts: [{name: c, context: {cluster: k, user: 'system:node:worker-1'}}]
current-context: c
`

/** One node with its kubelet and a small API server: what the tests of this folder stand on. */
export class TestNode {
  readonly clock = new VirtualClock(START)
  readonly world = { clock: this.clock, trace: { add: () => undefined } }
  readonly network: Network = createNetwork()
  readonly files: Files
  readonly server = new MemoryApiServer(this.clock)
  readonly wire = new Wire(this.server)
  readonly client: Client
  readonly runtime: ContainerRuntime
  readonly events: string[] = []
  readonly journal: string[] = []
  readonly images = new Map<string, Image>()
  readonly programs = new Map<string, (process: Process) => void>()
  kubelet: KubeletHandle | undefined
  exits: number[] = []
  #handle: ProcessHandle | undefined
  #program: Program | undefined

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.network.addHost('worker-1', '192.168.64.11')
    const usual = {
      '/var/lib/kubelet/config.yaml': CONFIGURATION,
      '/etc/kubernetes/kubelet.conf': KUBECONFIG,
      '/etc/kubernetes/manifests/': '',
      '/etc/cni/net.d/10-kindnet.conflist': '{}',
    }
    this.files = createFileTree(this.clock, { ...usual, ...files }, (bytes, count) =>
      this.runtime.resources.disk.grew(bytes, count),
    )
    const random = new Random(7)
    const user = { name: 'system:node:worker-1', groups: ['system:nodes'] }
    this.client = createClient({ user, connection: this.wire, world: this.world, random })
    this.runtime = createContainerRuntime({
      host: 'worker-1',
      ip: '192.168.64.11',
      world: this.world,
      random,
      network: this.network,
      images: { find: (name) => this.images.get(name) },
      files: this.files,
      podCIDR: () => '10.244.1.0/24',
      size: { cpus: 2, memory: 4 * 1024 ** 3, disk: 40 * 1024 ** 3, inodes: 2_621_440, pids: 32_768 },
    })
    this.runtime.setUp(true)
    this.image('pause', () => undefined)
  }

  /** An image whose containers do this. */
  image(name: string, start: (process: Process) => void, more: Partial<Image> = {}): this {
    const full = `docker.io/library/${name}:latest`
    this.images.set(full, { name: full, sizeBytes: 5_000_000, pullTakesMs: 1200, program: { start }, ...more })
    return this
  }

  start(): this {
    const recorder: EventRecorder = {
      event: (about, type, reason, message) => this.events.push(`${about.metadata.name} ${type} ${reason} ${message}`),
    }
    this.#program ??= kubeletProgram({
      nodeName: 'worker-1',
      ip: '192.168.64.11',
      runtime: this.runtime,
      network: this.network,
      machine: { cpu: '2', memory: '4Gi' },
      connect: () => this.client,
      recorder: () => recorder,
      onHandle: (handle) => {
        this.kubelet = handle
      },
    })
    this.#handle = createProcess({
      world: this.world,
      network: this.network,
      random: new Random(3),
      argv: ['/usr/bin/kubelet', '--config=/var/lib/kubelet/config.yaml'],
      files: this.files,
      host: 'worker-1',
      ip: '192.168.64.11',
      log: (line) => this.journal.push(line),
      onExit: (code) => this.exits.push(code),
    })
    this.#program.start(this.#handle.process)
    this.clock.settle()
    return this
  }

  stop(): this {
    this.#handle?.signal('SIGTERM')
    this.clock.settle()
    return this
  }

  create(object: KubernetesObject): this {
    this.client.create(object)
    return this
  }

  pod(name: string, namespace = 'default'): Pod | undefined {
    return this.client.get('Pod', name, namespace)
  }

  /** What the API server does when a pod with containers is deleted. */
  deletePod(name: string, graceSeconds = 30): this {
    this.client.update('Pod', name, 'default', (pod) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        deletionTimestamp: rfc3339(this.clock.now() + graceSeconds * 1000),
        deletionGracePeriodSeconds: graceSeconds,
      },
    }))
    return this
  }

  /** `waiting/CrashLoopBackOff`, `running`, `terminated/Error` of the first container. */
  state(name: string): string {
    const status = this.pod(name)?.status?.containerStatuses?.[0]
    const { waiting, running, terminated } = status?.state ?? {}
    if (running !== undefined) return 'running'
    return waiting !== undefined ? `waiting/${waiting.reason}` : `terminated/${terminated?.reason}`
  }
}

/** A pod bound to the node, of one container `web`. */
export function aPod(name: string, image: string, spec: Partial<Pod['spec']> = {}, container: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', generation: 1 },
    spec: {
      nodeName: 'worker-1',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      ...spec,
      containers: spec.containers ?? [{ name: 'web', image, imagePullPolicy: 'IfNotPresent', ...container }],
    },
    status: { phase: 'Pending' },
  }
}
