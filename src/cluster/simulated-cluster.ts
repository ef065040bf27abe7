import type { ApiServer, UserInfo } from '../api/request.ts'
import { notFound } from '../api/status.ts'
import type { Answer } from '../api/types.ts'
import { createClient } from '../client/client.ts'
import type { Client } from '../client/contract.ts'
import { Renewals } from '../client/renewals.ts'
import type { Cloud } from '../cloud/contract.ts'
import { createEtcdCluster, type EtcdCluster } from '../control-plane/etcd/index.ts'
import type { PodExplanation, RunningScheduler } from '../control-plane/scheduler/index.ts'
import type { Network } from '../network/contract.ts'
import { createNetwork } from '../network/index.ts'
import { CsiSockets } from '../node/csi/sockets.ts'
import type { LogOptions, LogSink } from '../node/kubelet/contract.ts'
import { Barrier } from '../sim/barrier.ts'
import type { ChartWorld } from '../sim/chart.ts'
import { VirtualClock } from '../sim/clock.ts'
import { LiveCharts } from '../sim/live-charts.ts'
import { Random } from '../sim/random.ts'
import type { Disturbance, Schedule } from '../sim/schedule.ts'
import { RecordedTrace } from '../sim/trace.ts'
import { TransitionCounts } from '../sim/transitions.ts'
import { addressIn, hostAddress } from './addresses.ts'
import { runControlPlaneProcesses } from './bare-control-plane.ts'
import { boot } from './boot.ts'
import { CloudActions, cloudOf, powerByCloud } from './cloud.ts'
import type { Cluster, ClusterOptions, DeclaredImage, EtcdView, Faults, HostView, RequestOutcome } from './contract.ts'
import { clientName, scheduleOf } from './disturbances.ts'
import { ApiEndpoints } from './endpoints.ts'
import { etcdView } from './etcd-view.ts'
import { checkedExtensions } from './extension-names.ts'
import { ClusterFaults } from './faults.ts'
import { Halted } from './halted.ts'
import { HostDoor } from './host-door.ts'
import { createImages, type Images } from './images.ts'
import { type Input, onlookerClock, recorded } from './inputs.ts'
import { Loads } from './loads.ts'
import { linesOf } from './log-lines.ts'
import { createMachine, type Machine } from './machines.ts'
import { noKubelet } from './no-kubelet.ts'
import { originOf } from './origin.ts'
import { PLACEHOLDER_CA } from './placeholder-ca.ts'
import type { ControlPlane } from './programs/control-plane.ts'
import { recordedFaults } from './recorded-faults.ts'
import { askFrom, requestFrom, resolveFrom } from './requests.ts'
import { ClusterStreams } from './streams.ts'
import { DEFAULT_TOPOLOGY, KUBERNETES_VERSION, POD_CIDR, SERVICE_CIDR, WIDE_POD_CIDR } from './topology.ts'
import { whyPod } from './why-pod.ts'

/** 2026-01-01T00:00:00Z */
const DEFAULT_START = 1_767_225_600_000
const ADMIN: UserInfo = {
  name: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:masters', 'system:authenticated'],
}
/** What the load balancer in front of several control planes listens on. */
const BALANCED = '192.168.64.5'

type From = Parameters<Cluster['request']>[0]

export class SimulatedCluster implements Cluster {
  readonly clock: VirtualClock
  readonly barrier: Barrier
  readonly trace: RecordedTrace
  readonly charts = new LiveCharts()
  readonly #schedule: Schedule | undefined
  readonly #schedulers = new Set<RunningScheduler>()
  readonly network: Network
  readonly cloud: Cloud | undefined
  readonly bootedAt: number
  readonly etcd: EtcdView
  readonly faults: Faults
  readonly hosts: ReadonlyMap<string, HostView>
  readonly streams: ClusterStreams
  readonly #options: ClusterOptions
  readonly #world: ChartWorld
  readonly #endpoints: ApiEndpoints
  readonly #endpoint: string
  readonly #machines: ReadonlyMap<string, Machine>
  readonly #images: Images
  readonly #admin: Client
  readonly #innerFaults: ClusterFaults
  readonly #requests: Random
  #recordedServer: { readonly inner: ApiServer; readonly outer: ApiServer } | undefined
  #starts = new Map<string, number>()

  constructor(options: ClusterOptions) {
    const { topology = DEFAULT_TOPOLOGY, seed = 1 } = options
    this.#options = options
    this.clock = new VirtualClock(options.startAt ?? DEFAULT_START)
    this.barrier = new Barrier(this.clock)
    this.trace = new RecordedTrace(this.clock, {
      transitions: new TransitionCounts(),
      ...(options.keepTrace ? { keep: 'all' as const } : {}),
    })
    this.#schedule = scheduleOf(options.schedule, this.clock, this.trace)
    this.#world = { clock: this.clock, trace: this.trace, charts: this.charts }
    this.network = createNetwork()
    this.#requests = new Random(seed, 'requests')
    const controlPlanes = topology.nodes.filter(({ role }) => role === 'control-plane')
    const own = hostAddress(topology.nodes.indexOf(controlPlanes[0]!))
    this.#endpoint = `${controlPlanes.length > 1 ? BALANCED : own}:6443`
    const service = addressIn(topology.serviceCIDR ?? SERVICE_CIDR, 1)
    this.#endpoints = new ApiEndpoints(this.network, [BALANCED, service], seed)
    const members = controlPlanes.map(({ name }, index) => ({ name, host: name, alias: `etcd-${index + 1}` }))
    const etcd = createEtcdCluster({
      members,
      world: this.#world,
      random: new Random(seed, 'etcd'),
      network: this.network,
      loses: this.#schedule?.losesVote,
    })
    this.cloud = options.profile === 'control-plane' ? undefined : cloudOf(topology, this.#world, this.network, seed)
    const plane = this.#plane(seed, etcd)
    this.#images = createImages(plane, this.barrier, options.images ?? [])
    const shared = {
      world: this.#world,
      barrier: this.barrier,
      plane,
      images: this.#images,
      version: topology.kubernetesVersion ?? KUBERNETES_VERSION,
      serviceCIDR: topology.serviceCIDR ?? SERVICE_CIDR,
      podCIDR: topology.podCIDR ?? (topology.nodes.length > 256 ? WIDE_POD_CIDR : POD_CIDR),
      endpoint: this.#endpoint,
      extraArgs: options.extraArgs,
      externalCloud: this.cloud !== undefined,
      etcdCluster: controlPlanes.map(
        ({ name }) => `${name}=https://${hostAddress(topology.nodes.findIndex((n) => n.name === name))}:2380`,
      ),
    }
    this.#machines = new Map(topology.nodes.map((node, index) => [node.name, createMachine(node, index, shared)]))
    if (this.cloud !== undefined) powerByCloud(this.cloud, this.#machines)
    this.#admin = this.#clientOf(ADMIN, false)
    this.#innerFaults = this.#faultsOf(plane)
    this.faults = recordedFaults(this.#innerFaults, (input) => this.#record(input))
    this.hosts = new Map([...this.#machines].map(([name, machine]) => [name, this.#door(machine)]))
    this.etcd = etcdView(etcd, members)
    this.streams = this.#streams()
    const machines = [...this.#machines.values()]
    const bare = options.profile === 'control-plane'
    if (bare) runControlPlaneProcesses(machines[0]!, this.#images, this.#world, this.network, seed)
    boot({
      ...shared,
      bare,
      clock: this.clock,
      machines,
      admin: this.#admin,
      caCertificate: plane.caCertificate,
      cloud: this.cloud && { provider: this.cloud.provider, routes: topology.cloud?.routes ?? true },
    })
    this.bootedAt = this.#schedule?.begin() ?? this.clock.now()
  }

  #door(machine: Machine): HostDoor {
    return new HostDoor(machine, (input) => this.#record(input))
  }

  get disturbances(): readonly Disturbance[] {
    return this.#schedule?.taken ?? []
  }

  apiServer(): ApiServer | undefined {
    const inner = this.#endpoints.any()
    if (inner === undefined) return undefined
    if (this.#recordedServer?.inner !== inner) {
      this.#recordedServer = { inner, outer: recorded(inner, (input) => this.#record(input)) }
    }
    return this.#recordedServer.outer
  }

  auditLogs(): readonly string[] {
    return this.#endpoints.auditLogs()
  }

  client(user?: string, groups: readonly string[] = ['system:authenticated']): Client {
    return this.#clientOf(user === undefined ? ADMIN : { name: user, groups }, true)
  }

  declareImage(image: DeclaredImage): void {
    this.#record({ type: 'image', image })
    this.#images.declare(image)
  }

  request(from: From, url: string): RequestOutcome {
    this.#record({ type: 'connect', from, url })
    return this.#request(from, url)
  }

  resolve(from: From, name: string): readonly string[] {
    return resolveFrom(this.network, this.#sourceOf(), from, name)
  }

  logs(namespace: string, pod: string, container: string): readonly string[] {
    return linesOf((sink) => this.streamLogs(namespace, pod, container, {}, sink))
  }

  streamLogs(
    namespace: string,
    pod: string,
    container: string,
    options: LogOptions,
    sink: LogSink,
  ): Answer<() => void> {
    const node = this.#admin.get('Pod', pod, namespace)?.spec.nodeName
    const machine = node === undefined ? undefined : this.#machines.get(node)
    if (machine === undefined) return notFound({ group: '', resource: 'pods' }, pod)
    const { kubelet, host } = machine
    if (kubelet === undefined) return noKubelet(host, `${namespace}/${pod}/${container}`)
    return kubelet.logs(namespace, pod, container, options, sink)
  }

  async apply(input: Input): Promise<void> {
    const faults = this.#innerFaults
    if (input.type === 'request') this.#endpoints.any()?.handle(input.request)
    else if (input.type === 'audit') this.#endpoints.any()?.audit?.write(input.line)
    else if (input.type === 'component') faults.component(input.name, input.action, input.host)
    else if (input.type === 'node') faults.node(input.name, input.fault)
    else if (input.type === 'pressure') faults.pressure(input.node, input.of, input.change)
    else if (input.type === 'link') faults.link(input.a, input.b, input.state)
    else if (input.type === 'container') faults.container(input.pod, input.namespace, input.container, input.exitCode)
    else if (input.type === 'requests') faults.requests(input.percent, input.status)
    else if (input.type === 'load') faults.load(input.from, input.url, input.perSecond)
    else if (input.type === 'probe') faults.probe(input.pod, input.namespace, input.probe, input.outcome)
    else if (input.type === 'connect') this.#request(input.from, input.url)
    else if (input.type === 'cloud') faults.cloud(input.action)
    else if (input.type === 'image') this.#images.declare(input.image)
    else if (input.type === 'stream' || input.type === 'stdin' || input.type === 'dial') this.streams.apply(input)
    else await (this.hosts.get(input.host) as HostDoor).apply(input)
  }

  #streams(): ClusterStreams {
    return new ClusterStreams({
      network: this.network,
      machines: this.#machines,
      admin: this.#admin,
      apiServerHost: () => this.#endpoints.anyHost(),
      record: (input) => this.#record(input),
      choose: (n) => this.#requests.int(n),
    })
  }

  #record(input: Input): void {
    this.#options.onInput?.(input)
  }

  why(namespace: string, name: string): PodExplanation | string {
    return whyPod(this.#admin, this.#schedulers, namespace, name)
  }

  #request(from: From, url: string): RequestOutcome {
    return requestFrom(this.network, this.#sourceOf(), from, url, (n) => this.#requests.int(n))
  }

  #sourceOf() {
    return { admin: this.#admin, machines: this.#machines }
  }

  #plane(seed: number, etcd: EtcdCluster): ControlPlane {
    return {
      seed,
      network: this.network,
      etcd,
      endpoints: this.#endpoints,
      cloud: this.cloud,
      sockets: new CsiSockets(),
      haltedProxies: new Halted(),
      schedulers: this.#schedulers,
      renewals: this.#renewals(etcd),
      authority: this.#options.authority,
      certificates: this.#options.certificates,
      caCertificate: this.#options.caCertificate ?? PLACEHOLDER_CA,
      extensions: checkedExtensions(this.#options.extensions ?? []),
      client: (host, endpoint, user, readsBehind) =>
        createClient({
          user,
          origin: originOf(user, this.#machines.get(host)),
          connection: this.#endpoints.connection(host, endpoint),
          world: this.#world,
          readsInformers: true,
          disturbed: this.#schedule && { schedule: this.#schedule, who: clientName(user, host), readsBehind },
          random: new Random(seed, `client/${user.name}/${host}`),
        }),
      starts: (host) => {
        const starts = (this.#starts.get(host) ?? 0) + 1
        this.#starts.set(host, starts)
        return starts
      },
    }
  }

  #renewals(etcd: EtcdCluster): Renewals {
    const renewals = new Renewals(this.clock)
    etcd.onChange(() => {
      this.#endpoints.changed()
      renewals.check()
    })
    return renewals
  }

  /** A client of somebody outside: what it writes is recorded (unless it is the cluster's own), its timers do not count. */
  #clientOf(user: UserInfo, outside: boolean): Client {
    const connection = this.#endpoints.connection(undefined, this.#endpoint)
    const world = outside ? { ...this.#world, clock: onlookerClock(this.clock) } : this.#world
    const server = outside
      ? () => (connection.server() === undefined ? undefined : this.apiServer())
      : connection.server
    return createClient({
      user,
      connection: { ...connection, server },
      isWitness: outside,
      world,
      random: new Random(this.#options.seed ?? 1, `client/${user.name}/${outside}`),
    })
  }

  #faultsOf({ haltedProxies }: ControlPlane): ClusterFaults {
    const cloud = new CloudActions(this.cloud)
    const choose = (n: number) => this.#requests.int(n)
    const ask = (from: From, url: string) => void askFrom(this.network, this.#machines, from, url, choose)
    const loads = new Loads(this.clock, ask)
    return new ClusterFaults(this.#machines, this.network, this.#admin, haltedProxies, cloud, this.#endpoints, loads)
  }
}
