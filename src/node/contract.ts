import type { Container, Pod } from '../api/types.ts'
import type { Serve } from '../network/contract.ts'
import type { ChartWorld } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import type { Amounts } from './container-runtime/usage/amounts.ts'
import type { Stdin } from './pipe.ts'
import type { Terminal } from './terminal.ts'

/** A file tree, synchronous: of a host, or of a container (its image's files plus its volumes). Paths are absolute. */
export interface FileTree {
  read(path: string): string | undefined
  write(path: string, content: string, mode?: number): void
  remove(path: string): void
  list(directory: string): readonly string[]
  isDirectory(path: string): boolean
  /** Called on the clock after something at or below `path` has changed. */
  onChange(path: string, listener: () => void): () => void
}

/** What is inside a container (or a systemd unit) while it runs: everything a program may touch. */
export interface Process {
  readonly world: ChartWorld
  readonly random: Random
  /** entrypoint + args, resolved: what `crictl inspect` shows. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly files: FileTree
  /** Name of the host the process runs on. */
  readonly host: string
  /** Own address: the pod's IP, or the node's with hostNetwork. */
  readonly ip: string
  readonly pod?: Pod
  readonly container?: Container
  /** Who it runs as; root without one. */
  readonly identity?: Identity
  /** What it may do beside what its user may: `CHOWN`; everything without it. */
  readonly capabilities?: ReadonlySet<string>
  /** Whether the kernel refuses it to serve this port. */
  refusesPort?(port: number): boolean
  /** The OCI runtime of its pod when it is not the default one. */
  readonly runtimeHandler?: string
  /** One line of output, without the newline. */
  log(line: string, stream?: 'stdout' | 'stderr'): void
  /** Output as it is; what has no newline yet waits where output is kept by lines. */
  write(text: string, stream?: 'stdout' | 'stderr'): void
  /** What it reads; without one every read meets the end of the file. */
  readonly stdin?: Stdin
  readonly terminal?: Terminal
  /** Command lines of the processes around it, the container's own first. */
  processes?(): readonly (readonly string[])[]
  /** Says what it takes of the machine from now on, instead of what its image declares. */
  use?(amounts: Amounts): void
  /** Serves a port on `ip`; closed when the process ends. */
  listen(port: number, protocol: 'TCP' | 'UDP', serve: Serve): void
  /** Ends the process; later calls do nothing. */
  exit(code: number): void
  /** Called when a signal comes in. Without a handler SIGTERM ends the process with 143, as the kernel does. */
  onSignal(handler: (signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP') => void): void
  /** Called once when the process has ended, however it ended (SIGKILL and node failure too): give back what is held. */
  onEnd(handler: () => void): void
}

export interface Identity {
  readonly uid: number
  readonly gid: number
  /** The primary group among them. */
  readonly groups: readonly number[]
}

/** What an image does when a container of it runs: it starts at once and lives until it exits or is killed. */
export interface Program {
  start(process: Process): void
  /** What `ps` shows of it and its children, where that is not the command line it was started with. */
  titles?(argv: readonly string[]): readonly (readonly string[])[] | undefined
  /**
   * Why `argv` cannot be started at all, as runc words it (`exec: "x": executable file not found in $PATH`); undefined
   * when it can. The runtime asks before `start`: a container then fails with reason StartError, exit code 128.
   * A command of `kubectl exec`, an exec probe or a hook is one more `start` with the command as `argv`.
   */
  startError?(argv: readonly string[], files: FileTree): string | undefined
}

/** A container image as the registry knows it. */
export interface Image {
  /** `docker.io/library/nginx:1.27` */
  readonly name: string
  readonly sizeBytes: number
  /** How long a pull takes; default: by size. */
  readonly pullTakesMs?: number
  readonly entrypoint?: readonly string[]
  readonly cmd?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly user?: number
  /** What a container of it takes. */
  readonly usage?: Amounts
  /** Files beyond the usual ones. */
  readonly files?: Readonly<Record<string, string>>
  /** Its containers see the machine's own /dev, as the NVIDIA runtime and privileged containers do. */
  readonly hostDevices?: boolean
  readonly program: Program
}

/** Finds images by name; undefined for one that no registry has (`not found`). */
export interface ImageCatalogue {
  find(name: string): Image | undefined
}

export type { NetworkAnswer, NetworkRequest, Serve } from '../network/contract.ts'
