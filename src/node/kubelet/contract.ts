import type { Answer, Pod } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import type { Network } from '../../network/contract.ts'
import type { ContainerRuntime, StreamListener, StreamOptions, StreamSession } from '../container-runtime/contract.ts'
import type { CsiSockets } from '../csi/sockets.ts'

/** What cadvisor would find on the machine. */
export interface MachineInfo {
  /** Quantities: `2`, `4Gi`, `40Gi`. */
  readonly cpu: string
  readonly memory: string
  readonly ephemeralStorage?: string
  /** `--max-pods`; config.yaml's maxPods comes first. Default 110. */
  readonly pods?: number
  readonly machineID?: string
  readonly systemUUID?: string
  /** Asked at every start: a new one after each boot. */
  bootID?(): string
}

/** What a kubeconfig file says: where the API server is and who we are. */
export interface Kubeconfig {
  readonly server: string
  readonly user: string
  /** The certificate's (or token's) text as written in the file, or the path it names. */
  readonly clientCertificate?: string
  readonly certificateAuthority?: string
}

/** What the kubelet of one node is given. */
export interface KubeletDeps {
  readonly nodeName: string
  readonly ip: string
  readonly runtime: ContainerRuntime
  readonly network: Network
  readonly machine: MachineInfo
  /** `v1.36.0` */
  readonly kubernetesVersion?: string
  /** Node labels besides the kubelet's own (topology): `--node-labels`. */
  readonly labels?: Readonly<Record<string, string>>
  /** `--register-with-taints`: `key=value:Effect`. */
  readonly taints?: readonly string[]
  readonly providerID?: string
  /** Where CSI drivers are reached. */
  readonly sockets?: CsiSockets
  /** The client that a kubeconfig gives; a text says why there is none (the file names a missing certificate). */
  connect(kubeconfig: Kubeconfig): Client | string
  recorder(client: Client): EventRecorder
  /** Holds up an orderly shutdown of the machine for at most that long, until `release`. @returns how to stop that */
  inhibitShutdown?(maxMs: number, onShutdown: (release: () => void) => void): () => void
  /** Called with the handle when the kubelet has started, with undefined when it has ended. */
  onHandle?(handle: KubeletHandle | undefined): void
}

export interface LogOptions {
  readonly previous?: boolean
  readonly follow?: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  /** RFC 3339. */
  readonly sinceTime?: string
  readonly timestamps?: boolean
  readonly limitBytes?: number
  /** Default `All`. */
  readonly stream?: 'Stdout' | 'Stderr' | 'All'
}

export interface LogSink {
  /** Text with its newlines; the first call comes before `logs` returns when there is something. */
  write(text: string): void
  /** Nothing more will come: at once without `follow`, else when the container has ended. */
  end(): void
}

export type ProbeKind = 'readiness' | 'liveness' | 'startup'

/** A container as `kubectl exec` names it. */
export interface StreamTarget {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** What the kubelet's streaming endpoints answer before there is a stream: an HTTP error with a text. */
export interface Refusal {
  readonly refused: { readonly code: number; readonly text: string }
}

/** A running kubelet as the API server (logs), the faults and the assembler reach it. */
export interface KubeletHandle {
  readonly nodeName: string
  /** Pods this kubelet looks after, static ones as it knows them (by their own uid). */
  pods(): readonly Pod[]
  /** Streams a container's log. The Status is the 400 or 404 a real kubelet answers. @returns how to stop following */
  logs(namespace: string, pod: string, container: string, options: LogOptions, sink: LogSink): Answer<() => void>
  /** Whether a container's streams can be had at all. */
  streamable(target: StreamTarget, what: 'exec' | 'attach'): Refusal | undefined
  /** Runs a command in a container. `error`: it could not be started; that is told in the stream. */
  exec(
    target: StreamTarget,
    command: readonly string[],
    options: StreamOptions,
    listener: StreamListener,
  ): StreamSession | { readonly error: string }
  /** Joins the streams of the container's own process. */
  attach(target: StreamTarget, listener: StreamListener): StreamSession | { readonly error: string }
  /** Where port-forward finds a pod's ports. */
  podAddress(namespace: string, pod: string): { readonly ip: string } | Refusal
  /** Bytes of memory that are to stay available: less, and pods are evicted at once. */
  readonly memoryThreshold: number | undefined
  /** Ends the container with an exit code. */
  crash(namespace: string, pod: string, container: string, exitCode: number): Answer<undefined>
  forceProbe(namespace: string, pod: string, probe: ProbeKind, outcome: 'fails' | 'succeeds' | 'as declared'): void
}
