import type { Container, Pod } from '../../api/types.ts'
import type { Image } from '../contract.ts'
import type { Mount } from '../host/mounts.ts'
import type { TerminalSize } from '../terminal.ts'
import type { RuntimeHandler } from './runtime-handlers.ts'
import type { Meter } from './usage/meter.ts'
import type { DiskUse } from './usage/node-disk.ts'
import type { NodeResources } from './usage/node-resources.ts'

/** What the kubelet asks a pod sandbox for. Source: cri-api PodSandboxConfig */
export interface SandboxConfig {
  readonly pod: Pod
  /** Which sandbox of this pod, from 0. */
  readonly attempt: number
  /** What the kernel calls the pod; default: its hostname or name. */
  readonly hostname?: string
  /** Which OCI runtime: a name of containerd's configuration; empty or absent is the default. */
  readonly runtimeHandler?: string
}

/** The pod's shell: its network namespace and address. It keeps the pod it was made for, as containerd keeps labels. */
export interface Sandbox {
  readonly id: string
  readonly config: SandboxConfig
  /** The node's address with hostNetwork. */
  readonly ip: string
  /** Virtual ms. */
  readonly createdAt: number
  readonly ready: boolean
}

/** What the kubelet asks a container for. Source: cri-api ContainerConfig */
export interface ContainerConfig {
  readonly container: Container
  /** Which container of this name in the pod, from 0: the restart count. */
  readonly attempt: number
  readonly image: Image
  /** Replaces the image's entrypoint. */
  readonly command?: readonly string[]
  /** Replaces the image's cmd. */
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly Mount[]
  /** Images whose files are among the mounts. */
  readonly volumeImages?: readonly Image[]
  /** How gladly the kernel ends it when memory is short: -1000 never, 1000 first. */
  readonly oomScoreAdj?: number
}

export type ContainerState = 'created' | 'running' | 'exited'

export interface RuntimeContainer {
  /** 64 hex digits; the API shows `containerd://<id>`. */
  readonly id: string
  readonly sandboxId: string
  readonly config: ContainerConfig
  readonly state: ContainerState
  /** Virtual ms, as all times here. */
  readonly createdAt: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly exitCode?: number
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown` (the machine went down). */
  readonly reason?: string
  readonly message?: string
  /** What it takes, where that was declared. */
  readonly meter?: Meter
  /** Bytes of files in memory that it has written. */
  readonly memoryFiles?: number
  /** What is in its writable layer beyond the image. */
  readonly layer: DiskUse
}

export interface LogLine {
  /** Virtual ms. */
  readonly at: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** Lines of one container's file, oldest first; those of rotated files are not in it. */
export interface ContainerLog {
  readonly lines: readonly LogLine[]
  /** How much of it there is, with the files that were rotated away; and in the file that is written now. */
  readonly bytes: number
  readonly fileBytes: number
  /** Starts a new file; so many are kept. */
  rotate(maxFiles: number): void
  /** Called for every further line. */
  follow(onLine: (line: LogLine) => void): () => void
}

export type PullResult =
  | { readonly image: Image; readonly pullMs: number }
  /** As containerd words it, without the kubelet's `Failed to pull image`. */
  | { readonly error: string }

/** `state`: what has changed. `ports`: the container began to serve a port. `log`: it has written a further MiB. */
export type RuntimeEvent = {
  readonly type: 'created' | 'started' | 'exited' | 'ports' | 'log' | 'removed'
  readonly container: RuntimeContainer
}

/** The outcome of a command run inside a container. */
export interface ExecResult {
  readonly exitCode: number
  /** Both streams, as they came. */
  readonly output: string
  readonly stderr: string
  /** The command could not even be started. */
  readonly error?: string
}

/** Who holds the streams of a process from outside; bytes as byte strings (node/bytes.ts). */
export interface StreamListener {
  onOutput(stream: 'stdout' | 'stderr', bytes: string): void
  /** The process has ended; all it wrote has come before. */
  onExit(exitCode: number): void
}

export interface StreamOptions {
  readonly stdin: boolean
  readonly tty: boolean
}

/** The other end of a process's streams. */
export interface StreamSession {
  /** Undefined is the end of the input. */
  input(bytes: string | undefined): void
  resize(size: TerminalSize): void
  /** Hears nothing any more; the process goes on. */
  leave(): void
  kill(): void
}

/**
 * containerd on one node as the kubelet and crictl see it (the CRI), synchronous. While the unit is stopped nobody is
 * answered, but containers run on: callers look at `error()` first.
 */
export interface ContainerRuntime {
  readonly host: string
  /** What containers take of the machine. */
  readonly resources: NodeResources
  /** Why the CRI cannot be reached; undefined while it answers. */
  error(): string | undefined
  /** Why pods get no network: `NetworkReady=false reason:NetworkPluginNotReady message:…`; undefined when they do. */
  networkError(): string | undefined
  /** The OCI runtimes it has been configured with. */
  handlers(): readonly RuntimeHandler[]
  /** systemd has started or stopped containerd. */
  setUp(up: boolean): void
  /** The machine lost power: every container is gone without a word; images, logs and exited containers stay on disk. */
  powerOff(): void
  /** @returns the sandbox, or why there is none (no network, no address left) */
  runPodSandbox(config: SandboxConfig): Sandbox | { readonly error: string }
  stopPodSandbox(id: string): void
  removePodSandbox(id: string): void
  sandbox(id: string): Sandbox | undefined
  sandboxes(): Iterable<Sandbox>
  /** Sandboxes of a pod by its uid, newest first. */
  sandboxesOf(podUid: string): readonly Sandbox[]
  /** The image if it is on this node. */
  presentImage(name: string): Image | undefined
  presentImages(): Iterable<Image>
  removeImage(name: string): void
  /** Virtual ms: when it came, and when its last container went. */
  imageTimes(name: string): { readonly pulledAt: number; readonly lastUsedAt: number | undefined }
  /** Brings an image from its registry; `onDone` is called on the clock. */
  pullImage(name: string, onDone: (result: PullResult) => void): void
  /** @returns the container, or why it cannot be made */
  createContainer(sandboxId: string, config: ContainerConfig): RuntimeContainer | { readonly error: string }
  /** @returns why it could not start: the container has then exited with 128, StartError */
  startContainer(id: string): string | undefined
  /** SIGTERM, and SIGKILL after the grace period; again with less grace shortens it. `exited` tells when it is over. */
  stopContainer(id: string, gracePeriodMs: number): void
  removeContainer(id: string): void
  /** Of a container that runs on. */
  updateContainerResources(id: string, resources: Container['resources']): void
  /** The pod's annotations say now that it takes other amounts than before. */
  updateUsage(id: string, annotations: Readonly<Record<string, string>> | undefined): void
  container(id: string): RuntimeContainer | undefined
  containers(): Iterable<RuntimeContainer>
  /** Containers of a sandbox, oldest first. */
  containersOf(sandboxId: string): readonly RuntimeContainer[]
  /** The node's log files: also answered while the CRI is down. */
  log(id: string): ContainerLog | undefined
  /** Runs a command inside a running container; `onDone` comes on the clock. @returns how to abandon it */
  exec(id: string, argv: readonly string[], onDone: (result: ExecResult) => void): () => void
  /** Runs a command whose streams somebody holds. @returns why it cannot be started, as containerd words it */
  execStreams(
    id: string,
    argv: readonly string[],
    options: StreamOptions,
    listener: StreamListener,
  ): StreamSession | { readonly error: string }
  /** Joins the streams of a running container's own process. */
  attach(id: string, listener: StreamListener): StreamSession | { readonly error: string }
  /** Ends a container from outside with any exit code (137 with reason `OOMKilled`). */
  crash(id: string, exitCode: number, reason?: string): void
  /** Called within the change itself; nobody is told while the CRI is down. */
  onEvent(listener: (event: RuntimeEvent) => void): () => void
  /** Called after containerd or the pod network came or went. */
  onStatus(listener: () => void): () => void
}
