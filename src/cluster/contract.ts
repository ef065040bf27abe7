import type { ApiServer, CertificateSigner, TokenAuthority } from '../api/request.ts'
import type { Answer } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { Cloud, Quotas } from '../cloud/contract.ts'
import type { PodExplanation } from '../control-plane/scheduler/index.ts'
import type { Network } from '../network/contract.ts'
import type { DeclaredImage } from '../node/container-runtime/declared-image.ts'
import type { FileTree } from '../node/contract.ts'
import type { Completion, ShellResult } from '../node/host/shell/contract.ts'
import type { LogOptions, LogSink } from '../node/kubelet/contract.ts'
import type { Barrier } from '../sim/barrier.ts'
import type { VirtualClock } from '../sim/clock.ts'
import type { LiveCharts } from '../sim/live-charts.ts'
import type { Disturbance, ScheduleOptions } from '../sim/schedule.ts'
import type { Trace } from '../sim/trace.ts'
import type { CloudAction } from './cloud.ts'
import type { Extension } from './extension.ts'
import type { ExtraRuntime } from './hardware.ts'
import type { Input } from './inputs.ts'
import type { Streams } from './streams.ts'

/** A topology file: which machines there are. Defaults: one control plane `cp-1` and two workers `worker-1`, `worker-2`. */
export interface Topology {
  readonly nodes: readonly TopologyNode[]
  readonly podCIDR?: string
  readonly serviceCIDR?: string
  readonly kubernetesVersion?: string
  /** The machines are rented in a simulated cloud, and a cloud-controller-manager runs. */
  readonly cloud?: TopologyCloud
}

/** A cloud with an account of its own. Whatever is not said is as {@link createCloud} has it. */
export interface TopologyCloud {
  /** Default `region-1`. */
  readonly region?: string
  /** Default three: `region-1a` to `region-1c`. */
  readonly zones?: readonly string[]
  /** What the account may have at most. */
  readonly quotas?: Partial<Quotas>
  /** --configure-cloud-routes. Default true. */
  readonly routes?: boolean
}

export interface TopologyNode {
  readonly name: string
  readonly role: 'control-plane' | 'worker'
  readonly cpu?: string
  readonly memory?: string
  readonly pods?: number
  /** GPUs in the machine: what a device plugin finds. */
  readonly gpus?: number
  /** OCI runtimes besides runc: gVisor's `runsc`, `kata`. */
  readonly runtimes?: readonly ExtraRuntime[]
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly string[]
  /** With a cloud: where it stands. Default: the zones in turn. */
  readonly zone?: string
  /** With a cloud. Default `standard-` and the number of its CPUs. */
  readonly instanceType?: string
}

/** By component, then by flag without its dashes. */
export type ExtraArgs = Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>

export interface ClusterOptions {
  readonly topology?: Topology
  readonly seed?: number
  /** Virtual time at power-on, ms since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: number
  /** `control-plane`: etcd, API server and controllers only: no nodes, scheduler or kubelets. */
  readonly profile?: 'full' | 'control-plane'
  /** Flags of control plane components on top of those in their manifests, as kubeadm's extraArgs: `{ 'kube-apiserver': { 'authorization-mode': 'RBAC' } }`. */
  readonly extraArgs?: ExtraArgs
  /** Signs service account tokens; without one, tokens are unsigned and good inside this process only. */
  readonly authority?: TokenAuthority
  /** Signs certificates for CertificateSigningRequests; without one, nothing is signed. */
  readonly certificates?: CertificateSigner
  /** Told of everything that comes in from outside, right before it is done: the journal. */
  readonly onInput?: (input: Input) => void
  /** PEM of the CA certificate that clients and pods trust. */
  readonly caCertificate?: string
  /** Keeps the whole trace as text, not only its hash. */
  readonly keepTrace?: boolean
  /** Extra images, as declared in YAML (fixtures/images). */
  readonly images?: readonly DeclaredImage[]
  /** Controllers, plug-ins and programs of somebody's own: docs/extending.md. */
  readonly extensions?: readonly Extension[]
  /** Explores: from boot on, events go in other orders, and single messages are late or lost. */
  readonly schedule?: ScheduleOptions | undefined
}

export type { DeclaredImage } from '../node/container-runtime/declared-image.ts'

export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubelet'
  | 'containerd'
  | 'kube-proxy'
  | 'coredns'
  | 'cloud-controller-manager'

/** A running cluster: what the doors (server, gherkin, exercises) hold. Booted by `createCluster`: nodes Ready, CoreDNS running. */
export interface Cluster {
  readonly clock: VirtualClock
  /** When it had booted: nodes Ready, CoreDNS running. Virtual ms. */
  readonly bootedAt: number
  readonly barrier: Barrier
  readonly trace: Trace
  /** What the schedule has disturbed so far, in order. */
  readonly disturbances: readonly Disturbance[]
  /** The statecharts that run, and the state of each. */
  readonly charts: LiveCharts
  /** Why a Pod is where it is, or nowhere, judged now by the scheduler that is responsible; a text says why nobody can tell. */
  why(namespace: string, pod: string): PodExplanation | string
  readonly network: Network
  /** What runs it; undefined: its machines are nobody's but ours. Look only: changes go through {@link Faults.cloud}. */
  readonly cloud: Cloud | undefined
  /** The API server that answers at the cluster's endpoint now; undefined: connection refused. */
  apiServer(): ApiServer | undefined
  /** What the audit logs of the API servers that answer hold: a line of JSON an event, as far as they are kept in files. */
  auditLogs(): readonly string[]
  /** A client as a user; default kubernetes-admin (system:masters). */
  client(user?: string, groups?: readonly string[]): Client
  readonly hosts: ReadonlyMap<string, HostView>
  readonly etcd: EtcdView
  /** Faults: what can be done to components, nodes and links. */
  readonly faults: Faults
  /** Makes an image known to every registry. */
  declareImage(image: DeclaredImage): void
  /** A request from a pod (or a host) to a URL, resolved and routed as from inside. */
  request(from: RequestSource, url: string): RequestOutcome
  /** The addresses a name has for a pod (or a host), as its resolver finds them; none when it does not resolve. */
  resolve(from: RequestSource, name: string): readonly string[]
  /** Does what a journal says was done. Resolves at once, except for shell lines. */
  apply(input: Input): Promise<void>
  /** Streams the log of a container from the kubelet that runs it; a Status says why there is none. */
  streamLogs(namespace: string, pod: string, container: string, options: LogOptions, sink: LogSink): Answer<() => void>
  /** exec, attach, port-forward and proxies, as the API server passes them on. */
  readonly streams: Streams
  /** The lines a container has logged, oldest first. */
  logs(namespace: string, pod: string, container: string): readonly string[]
}

/** Who asks: a Pod, a machine, or somebody outside of the cluster at an address of the internet. */
export type RequestSource =
  | { readonly pod: string; readonly namespace: string }
  | { readonly host: string }
  | { readonly outside: string }

export interface RequestOutcome {
  readonly outcome: 'answered' | 'refused' | 'timeout' | 'unresolved'
  readonly status?: number
  readonly body?: string
  /** By name in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Name of the pod that answered. */
  readonly pod?: string
  readonly because?: string
  readonly hops: readonly string[]
}

export interface HostView {
  readonly name: string
  readonly ip: string
  readonly files: FileTree
  readonly up: boolean
  /** systemd's view of a unit. */
  unit(name: string): { readonly active: string; readonly enabled: boolean } | undefined
  /** Running containers, as crictl ps sees them. */
  containers(): readonly {
    readonly id: string
    readonly name: string
    readonly pod: string
    readonly namespace: string
    readonly state: string
  }[]
  /** Opens a login shell (async: see sim/barrier.ts). */
  shell(): HostShell
  /** Writes a file from outside; `undefined` removes it. */
  writeFile(path: string, content: string | undefined): void
}

export interface HostShell {
  /** Runs one command line; the shell keeps its directory and variables between calls. */
  run(line: string, onOutput?: (text: string) => void): Promise<ShellResult>
  /** Ctrl-C: the line that runs ends with exit code 130. */
  interrupt(): void
  /** What Tab offers for a line up to its cursor. */
  complete(line: string): Promise<Completion>
  /** Whether a command goes on with the next line. */
  isUnfinished(text: string): Promise<boolean>
  readonly cwd: string
}

export interface EtcdView {
  readonly members: readonly { readonly name: string; readonly state: string; readonly term: number }[]
  leader(): string | undefined
  /** The newest revision that is committed; undefined without a leader. */
  revision(): number | undefined
  /** Keys that start with the prefix, in order, as etcdctl get --prefix --keys-only prints them; none without a leader. */
  keys(prefix: string): readonly string[]
  /** The host a member runs on; undefined for a name no member has. */
  hostOf(member: string): string | undefined
}

/** `shuts down`: in order, as `poweroff` does it. */
export type NodeFault = 'fails' | 'reboots' | 'shuts down' | 'recovers'
export type PressureKind = 'memory' | 'disk' | 'PID'

export interface Faults {
  /** Static pods are stopped by moving their manifest away and started by putting it back; units through systemd; workloads are killed in the runtime. `crashes`: the process dies and comes back as its supervisor decides. */
  component(name: ComponentName, action: 'stops' | 'starts' | 'restarts' | 'crashes', host?: string): void
  node(name: string, fault: NodeFault): void
  link(a: string, b: string, state: 'cut' | 'healed'): void
  /** A process outside of any pod takes memory, disk or process numbers until next to nothing is left, or gives it back. */
  pressure(node: string, of: PressureKind, change: 'begins' | 'ends'): void
  /** So many of a hundred requests to the API servers, of components and of others, are answered with this status; 0: none any more. */
  requests(percent: number, status: number): void
  /** Somebody makes so many requests a second from now on, in place of those he made before; 0: none any more. */
  load(from: RequestSource, url: string, perSecond: number): void
  /** Makes a container exit. */
  container(pod: string, namespace: string, container: string, exitCode: number): Answer<undefined>
  /** Forces the outcome of a probe until told otherwise. */
  probe(
    pod: string,
    namespace: string,
    probe: 'readiness' | 'liveness' | 'startup',
    outcome: 'fails' | 'succeeds' | 'as declared',
  ): void
  /** What happens in the cloud, or at its console. @throws for a cluster without one */
  cloud(action: CloudAction): void
}

export type { Cloud, LoadBalancer, Operation, QuotaName } from '../cloud/contract.ts'
export type { CloudAction } from './cloud.ts'
