import type { Container, Pod } from '../../../api/types.ts'
import type { Clock } from '../../../sim/clock.ts'
import { bytesOf, textOf } from '../../bytes.ts'
import type { FileTree, Image } from '../../contract.ts'
import { createFileTree, type Files } from '../../host/file-tree.ts'
import type { Mount } from '../../host/mounts.ts'
import type { ProcessHandle } from '../../process.ts'
import type { ContainerConfig, ContainerState, RuntimeContainer, Sandbox } from '../contract.ts'
import type { LogBuffer } from '../log.ts'
import type { Meter } from '../usage/meter.ts'
import type { DiskUse } from '../usage/node-disk.ts'
import { statusText } from './capabilities.ts'
import { identityOf } from './identity.ts'
import type { ProcessStreams } from './streams.ts'

/** A sandbox with what only the runtime sees of it. */
export interface SandboxRecord extends Sandbox {
  ready: boolean
  containers: readonly ContainerRecord[]
}

const NOTHING: DiskUse = { bytes: 0, files: 0 }

/** A container with what only the runtime sees of it. */
export class ContainerRecord implements RuntimeContainer {
  readonly id: string
  readonly sandbox: SandboxRecord
  config: ContainerConfig
  readonly createdAt: number
  state: ContainerState = 'created'
  startedAt?: number
  finishedAt?: number
  exitCode?: number
  reason?: string
  message?: string
  log: LogBuffer | undefined
  handle: ProcessHandle | undefined
  files: Files | undefined
  execs: Set<ProcessHandle> | undefined
  /** Of its own process, once somebody may want them: `stdin` or `tty` in its spec, or somebody has attached. */
  streams: ProcessStreams | undefined
  /** What the next exit will be called, when somebody else than the program has caused it. */
  exitReason: string | undefined
  meter?: Meter
  /** What is in its writable layer beyond the image. */
  layer: DiskUse = NOTHING
  /** Bytes of files in memory that it has written. */
  memoryFiles = 0

  constructor(id: string, sandbox: SandboxRecord, config: ContainerConfig, createdAt: number) {
    this.id = id
    this.sandbox = sandbox
    this.config = config
    this.createdAt = createdAt
  }

  resize(resources: Container['resources']): void {
    const { resources: _, ...container } = this.config.container
    this.config = { ...this.config, container: resources === undefined ? container : { ...container, resources } }
  }

  get sandboxId(): string {
    return this.sandbox.id
  }
}

/** What is run: command replaces the entrypoint, and then the image's cmd no longer counts. Source: containerd internal/cri/opts WithProcessArgs */
export function argvOf({ image, command, args }: ContainerConfig): readonly string[] {
  if (command !== undefined && command.length > 0) return [...command, ...(args ?? [])]
  const rest = args !== undefined && args.length > 0 ? args : (image.cmd ?? [])
  return [...(image.entrypoint ?? []), ...rest]
}

export function hostnameOf(sandbox: Sandbox, host: string): string {
  const { spec, metadata } = sandbox.config.pod
  return sandbox.config.hostname ?? (spec.hostNetwork === true ? host : (spec.hostname ?? metadata.name))
}

/**
 * What the end of a container is called. A program that ends with 137 by itself, inside a memory limit, was killed by
 * the kernel. Source: containerd internal/cri/server/events.go (TaskOOM), container_status.go
 */
export function reasonOf({ config }: ContainerRecord, exitCode: number): string {
  if (exitCode === 0) return 'Completed'
  const isLimited = config.container.resources?.limits?.memory !== undefined
  return exitCode === 137 && isLimited ? 'OOMKilled' : 'Error'
}

interface RootListeners {
  /** The container's own layer has grown. */
  readonly grew: (bytes: number, files: number) => void
  /** It has written to memory. */
  readonly charge: (bytes: number) => void
}

/** What a container sees below `/`: its image's files, what is mounted, and what every container has. */
export function mountsOf(
  { config, sandbox }: ContainerRecord,
  clock: Clock,
  { grew, charge }: RootListeners,
  host: FileTree,
): readonly Mount[] {
  const { mounts, image, container } = config
  const { readOnlyRootFilesystem: readOnly = false, privileged } = container.securityContext ?? {}
  const { pod } = sandbox.config
  const devices = image.hostDevices || privileged === true
  const dev = devices ? [{ path: '/dev', files: host, from: '/dev' }] : []
  const isRestricted = readOnly || container.securityContext !== undefined || pod.spec.securityContext !== undefined
  const root = () => {
    const files = createFileTree(clock, layersOf(image), grew)
    if (isRestricted || image.user !== undefined) for (const [path, mode] of MODES) files.setMode(path, mode)
    return files
  }
  return [
    { path: '/', files: root, readOnly },
    ...dev,
    { path: '/proc', files: () => procFiles(config, pod, clock), readOnly: true },
    ...(isRestricted ? [terminationLog(container, clock)] : []),
    ...mounts.map((mount) =>
      mount.memory === undefined ? mount : { ...mount, files: mount.memory.chargedTo(charge) },
    ),
  ]
}

/** Directories of a system that are not as others are. */
const MODES = [
  ['/tmp', 0o1777],
  ['/root', 0o700],
] as const

function procFiles(config: ContainerConfig, pod: Pod, clock: Clock): Files {
  const status = statusText(identityOf(pod, config), config)
  return createFileTree(clock, { '/1/status': status, '/self/status': status })
}

/** A file of the kubelet's that everybody may write. Source: kubelet_pods.go makeMounts (TerminationMessagePath) */
function terminationLog({ terminationMessagePath = '/dev/termination-log' }: Container, clock: Clock): Mount {
  const files = () => {
    const tree = createFileTree(clock)
    tree.write('/log', '', 0o666)
    return tree
  }
  return { path: terminationMessagePath, files, from: '/log' }
}

const layers = new WeakMap<Image, Readonly<Record<string, string>>>()

/** Every image has the directories of a Linux system; laid out once for all containers of it. */
function layersOf(image: Image): Readonly<Record<string, string>> {
  let known = layers.get(image)
  if (known === undefined) {
    known = { ...DIRECTORIES, ...image.files }
    layers.set(image, known)
  }
  return known
}

const DIRECTORIES = Object.fromEntries(
  'bin dev etc home lib proc root run sbin sys tmp usr/bin usr/lib usr/local/bin usr/share var/log var/run'
    .split(' ')
    .map((path) => [`/${path}/`, '']),
)

/** In bytes, and lines. Source: pkg/kubelet/container/runtime.go MaxContainerTerminationMessage* */
const MAX_MESSAGE = 4096
const MAX_FROM_LOG = 2048
const MAX_LOG_LINES = 80

/** The ends of them. Source: pkg/kubelet/kuberuntime/kuberuntime_container.go getTerminationMessage, readLastStringFromContainerLogs */
export function terminationMessage({ config, files, log, exitCode }: ContainerRecord): string | undefined {
  const { terminationMessagePath = '/dev/termination-log', terminationMessagePolicy } = config.container
  const written = files?.read(terminationMessagePath)
  if (written !== undefined && written !== '') return lastBytes(written, MAX_MESSAGE)
  if (terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0 || log === undefined) return undefined
  const tail = log.lines.slice(-MAX_LOG_LINES).map(({ text }) => `${text}\n`)
  return tail.length === 0 ? undefined : lastBytes(tail.join(''), MAX_FROM_LOG)
}

function lastBytes(text: string, count: number): string {
  return textOf(bytesOf(text).slice(-count))
}

/** Command lines of what runs in a container, its own process first. */
export function processesIn(container: ContainerRecord): readonly (readonly string[])[] {
  const { sandbox, config } = container
  const isShared = sandbox.config.pod.spec.shareProcessNamespace === true
  const target = (config.container as { readonly targetContainerName?: string }).targetContainerName
  const seen = sandbox.containers.filter(
    (other) => other === container || isShared || other.config.container.name === target,
  )
  const argvs = seen.flatMap(commandLines)
  return isShared ? [['/pause'], ...argvs] : argvs
}

/** Its own process, as the program calls it, and further commands. */
export function commandLines({ handle, execs, config }: ContainerRecord): readonly (readonly string[])[] {
  const own = handle === undefined ? [] : (config.image.program.titles?.(handle.process.argv) ?? [handle.process.argv])
  return [...own, ...[...(execs ?? [])].map((each) => each.process.argv)]
}
