import type { Network } from '../../network/contract.ts'
import { type Charts, type ChartWorld, createCharts } from '../../sim/chart.ts'
import { Random } from '../../sim/random.ts'
import type { FileTree, Image, ImageCatalogue } from '../contract.ts'
import { createFileTree, type Files } from '../host/file-tree.ts'
import { mountTree } from '../host/mounts.ts'
import { createProcess, type ProcessHandle } from '../process.ts'
import { AddressPool } from './address-pool.ts'
import { containerMachine } from './container/machine.ts'
import type {
  ContainerConfig,
  ContainerRuntime,
  ContainerState,
  ExecResult,
  PullResult,
  RuntimeContainer,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
} from './contract.ts'
import { ImageStore } from './image-store.ts'
import { LogBuffer } from './log.ts'

export interface ContainerRuntimeOptions {
  readonly host: string
  /** The node's own address, which pods with hostNetwork share. */
  readonly ip: string
  readonly world: ChartWorld
  readonly random: Random
  readonly network: Network
  readonly images: ImageCatalogue
  /** The host's files: the CNI configuration is read there. */
  readonly files: FileTree
  /** Where pods of this node get their addresses. Default: the subnet that the CNI configuration names. */
  readonly podCIDR?: string
}

export const CNI_CONFIGURATION = '/etc/cni/net.d'
const SOCKET = '/run/containerd/containerd.sock'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface SandboxRecord extends Sandbox {
  ready: boolean
  readonly containers: ContainerRecord[]
}

class ContainerRecord implements RuntimeContainer {
  readonly id: string
  readonly sandbox: SandboxRecord
  readonly config: ContainerConfig
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
  /** What the next exit will be called, when somebody else than the program has caused it. */
  exitReason: string | undefined

  constructor(id: string, sandbox: SandboxRecord, config: ContainerConfig, createdAt: number) {
    this.id = id
    this.sandbox = sandbox
    this.config = config
    this.createdAt = createdAt
  }

  get sandboxId(): string {
    return this.sandbox.id
  }
}

/** containerd of one node. */
export function createContainerRuntime(options: ContainerRuntimeOptions): ContainerRuntime {
  return new Containerd(options)
}

class Containerd implements ContainerRuntime {
  readonly #options: ContainerRuntimeOptions
  readonly #charts: Charts<typeof containerMachine>
  readonly #images: ImageStore
  readonly #sandboxes = new Map<string, SandboxRecord>()
  readonly #byPod = new Map<string, SandboxRecord[]>()
  readonly #containers = new Map<string, ContainerRecord>()
  readonly #listeners = new Set<(event: RuntimeEvent) => void>()
  readonly #statusListeners = new Set<() => void>()
  #pool: AddressPool | undefined
  #up = false

  constructor(options: ContainerRuntimeOptions) {
    this.#options = options
    this.#images = new ImageStore(options.images, options.world.clock)
    this.#charts = createCharts(containerMachine, options.world, `containerd/${options.host}`, (id, { type }) =>
      this.#perform(id, type),
    )
    options.files.onChange(CNI_CONFIGURATION, () => this.#statusChanged())
  }

  get host(): string {
    return this.#options.host
  }

  error(): string | undefined {
    if (this.#up) return undefined
    return `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${SOCKET}: connect: no such file or directory"`
  }

  /** Source: containerd internal/cri/server/status.go; the CNI library looks for *.conflist, *.conf and *.json. */
  networkError(): string | undefined {
    const ready = this.#cniFiles().length > 0
    return ready
      ? undefined
      : 'NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'
  }

  setUp(up: boolean): void {
    if (this.#up === up) return
    this.#up = up
    this.#statusChanged()
  }

  powerOff(): void {
    this.#up = false
    for (const container of this.#containers.values()) {
      if (container.state === 'exited') continue
      container.exitReason = 'Unknown'
      if (container.state === 'created') this.#ended(container, 255)
      else container.handle?.end(255)
      this.#ended(container, 255)
    }
    for (const sandbox of this.#sandboxes.values()) this.#stopNetwork(sandbox)
    this.#images.powerOff()
    this.#statusChanged()
  }

  runPodSandbox(config: SandboxConfig): Sandbox | { readonly error: string } {
    const { pod } = config
    const ip = pod.spec.hostNetwork === true ? this.#options.ip : this.#takeAddress()
    if (typeof ip !== 'string') return ip
    const sandbox: SandboxRecord = {
      id: this.#newId(),
      config,
      ip,
      createdAt: this.#options.world.clock.now(),
      ready: true,
      containers: [],
    }
    if (pod.spec.hostNetwork !== true) this.#options.network.addAddress(ip, this.host)
    this.#sandboxes.set(sandbox.id, sandbox)
    const uid = pod.metadata.uid ?? ''
    const others = this.#byPod.get(uid)
    if (others === undefined) this.#byPod.set(uid, [sandbox])
    else others.unshift(sandbox)
    return sandbox
  }

  stopPodSandbox(id: string): void {
    const sandbox = this.#sandboxes.get(id)
    if (sandbox === undefined) return
    for (const container of sandbox.containers) this.stopContainer(container.id, 0)
    this.#stopNetwork(sandbox)
  }

  removePodSandbox(id: string): void {
    const sandbox = this.#sandboxes.get(id)
    if (sandbox === undefined) return
    this.stopPodSandbox(id)
    for (const container of [...sandbox.containers]) this.removeContainer(container.id)
    this.#sandboxes.delete(id)
    const uid = sandbox.config.pod.metadata.uid ?? ''
    const left = (this.#byPod.get(uid) ?? []).filter((other) => other !== sandbox)
    if (left.length === 0) this.#byPod.delete(uid)
    else this.#byPod.set(uid, left)
  }

  sandbox(id: string): Sandbox | undefined {
    return this.#sandboxes.get(id)
  }

  sandboxes(): Iterable<Sandbox> {
    return this.#sandboxes.values()
  }

  sandboxesOf(podUid: string): readonly Sandbox[] {
    return this.#byPod.get(podUid) ?? NONE
  }

  presentImage(name: string): Image | undefined {
    return this.#images.present(name)
  }

  presentImages(): Iterable<Image> {
    return this.#images.all()
  }

  removeImage(name: string): void {
    this.#images.remove(name)
  }

  pullImage(name: string, onDone: (result: PullResult) => void): void {
    this.#images.pull(name, onDone)
  }

  createContainer(sandboxId: string, config: ContainerConfig): RuntimeContainer {
    const sandbox = this.#sandboxes.get(sandboxId)
    if (sandbox === undefined) throw new Error(`failed to find sandbox id "${sandboxId}": not found`)
    const container = new ContainerRecord(this.#newId(), sandbox, config, this.#options.world.clock.now())
    this.#containers.set(container.id, container)
    sandbox.containers.push(container)
    this.#charts.start(container.id, undefined)
    this.#emit('created', container)
    return container
  }

  startContainer(id: string): string | undefined {
    const container = this.#containers.get(id)
    if (container === undefined || container.state !== 'created') return undefined
    const { image } = container.config
    const argv = argvOf(container.config)
    const why = image.program.startError?.(argv, this.#filesOf(container))
    if (why !== undefined) {
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}: unknown`
      container.exitReason = 'StartError'
      container.message = message
      this.#ended(container, 128)
      return message
    }
    this.#charts.send(id, { type: 'start' })
    return undefined
  }

  stopContainer(id: string, gracePeriodMs: number): void {
    const container = this.#containers.get(id)
    if (container === undefined || container.state === 'exited') return
    if (container.state === 'created') this.#ended(container, 0)
    else this.#charts.send(id, { type: 'stop', gracePeriodMs })
  }

  removeContainer(id: string): void {
    const container = this.#containers.get(id)
    if (container === undefined) return
    if (container.state === 'running') container.handle?.kill()
    this.#charts.stop(id)
    this.#containers.delete(id)
    const { containers } = container.sandbox
    containers.splice(containers.indexOf(container), 1)
    this.#emit('removed', container)
  }

  container(id: string): RuntimeContainer | undefined {
    return this.#containers.get(id)
  }

  containers(): Iterable<RuntimeContainer> {
    return this.#containers.values()
  }

  containersOf(sandboxId: string): readonly RuntimeContainer[] {
    return this.#sandboxes.get(sandboxId)?.containers ?? NONE
  }

  log(id: string): LogBuffer | undefined {
    const container = this.#containers.get(id)
    if (container !== undefined) container.log ??= new LogBuffer()
    return container?.log
  }

  exec(id: string, argv: readonly string[], onDone: (result: ExecResult) => void): () => void {
    const { clock } = this.#options.world
    const container = this.#containers.get(id)
    if (container === undefined || container.state !== 'running') {
      clock.defer(() => onDone({ exitCode: -1, output: '', error: `container ${id} is not running` }))
      return () => undefined
    }
    const { program } = container.config.image
    const why = program.startError?.(argv, this.#filesOf(container))
    if (why !== undefined) {
      const error = `failed to exec in container: failed to start exec "${this.#newId()}": OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`
      clock.defer(() => onDone({ exitCode: -1, output: '', error }))
      return () => undefined
    }
    const output: string[] = []
    const handle = this.#process(container, argv, {
      log: (line) => output.push(`${line}\n`),
      onExit: (exitCode) => {
        container.execs?.delete(handle)
        onDone({ exitCode, output: output.join('') })
      },
    })
    container.execs ??= new Set()
    container.execs.add(handle)
    program.start(handle.process)
    return () => handle.kill()
  }

  crash(id: string, exitCode: number, reason?: string): void {
    const container = this.#containers.get(id)
    if (container === undefined || container.state !== 'running') return
    container.exitReason = reason
    container.handle?.end(exitCode)
  }

  onEvent(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onStatus(listener: () => void): () => void {
    this.#statusListeners.add(listener)
    return () => this.#statusListeners.delete(listener)
  }

  /** What a container's chart asks for. */
  #perform(id: string, effect: 'run' | 'sigterm' | 'sigkill'): void {
    const container = this.#containers.get(id)
    if (container === undefined) return
    if (effect === 'run') this.#run(container)
    else if (effect === 'sigterm') container.handle?.signal('SIGTERM')
    else container.handle?.kill()
  }

  #run(container: ContainerRecord): void {
    const { clock } = this.#options.world
    container.state = 'running'
    container.startedAt = clock.now()
    const log = this.log(container.id)!
    const handle = this.#process(container, argvOf(container.config), {
      log: (line, stream) => log.append(clock.now(), stream, line),
      onExit: (code) => this.#ended(container, code),
    })
    container.handle = handle
    this.#emit('started', container)
    container.config.image.program.start(handle.process)
  }

  #process(
    container: ContainerRecord,
    argv: readonly string[],
    on: {
      readonly log: (line: string, stream: 'stdout' | 'stderr') => void
      readonly onExit: (code: number) => void
    },
  ): ProcessHandle {
    const { config, sandbox } = container
    const { pod } = sandbox.config
    const { world, network, random, host } = this.#options
    return createProcess({
      world,
      network: {
        listen: (ip, port, protocol, serve) => {
          const close = network.listen(ip, port, protocol, serve)
          this.#emit('ports', container)
          return close
        },
      },
      random: new Random(random.next32()),
      argv,
      env: { PATH, HOSTNAME: hostnameOf(sandbox, host), ...config.image.env, ...config.env },
      files: this.#filesOf(container),
      host,
      ip: sandbox.ip,
      pod,
      container: config.container,
      ...on,
    })
  }

  #filesOf(container: ContainerRecord): Files {
    const { mounts, image } = container.config
    container.files ??= mountTree([
      { path: '/', files: () => createFileTree(this.#options.world.clock, image.files) },
      ...mounts,
    ])
    return container.files
  }

  /** The process is over. */
  #ended(container: ContainerRecord, exitCode: number): void {
    if (container.state === 'exited') return
    container.state = 'exited'
    container.exitCode = exitCode
    container.finishedAt = this.#options.world.clock.now()
    container.startedAt ??= 0
    container.reason = container.exitReason ?? (exitCode === 0 ? 'Completed' : 'Error')
    container.handle = undefined
    for (const handle of container.execs ?? []) handle.kill()
    this.#charts.send(container.id, { type: 'exited' })
    this.#charts.stop(container.id)
    this.#emit('exited', container)
  }

  #stopNetwork(sandbox: SandboxRecord): void {
    if (!sandbox.ready) return
    sandbox.ready = false
    if (sandbox.config.pod.spec.hostNetwork === true) return
    this.#options.network.removeAddress(sandbox.ip)
    this.#pool?.release(sandbox.ip)
  }

  #takeAddress(): string | { readonly error: string } {
    const prefix = 'rpc error: code = Unknown desc = failed to setup network for sandbox: '
    const networkError = this.networkError()
    if (networkError !== undefined) return { error: `${prefix}cni plugin not initialized` }
    if (this.#pool === undefined) {
      const cidr = this.#options.podCIDR ?? this.#subnetOfCni()
      if (cidr === undefined) return { error: `${prefix}no IP ranges specified` }
      this.#pool = new AddressPool(cidr)
    }
    return this.#pool.take() ?? { error: `${prefix}no IP addresses available in range set` }
  }

  #subnetOfCni(): string | undefined {
    for (const file of this.#cniFiles()) {
      const text = this.#options.files.read(`${CNI_CONFIGURATION}/${file}`) ?? ''
      const subnet = /"subnet"\s*:\s*"([^"]+)"/.exec(text)?.[1]
      if (subnet !== undefined) return subnet
    }
    return undefined
  }

  #cniFiles(): readonly string[] {
    return this.#options.files.list(CNI_CONFIGURATION).filter((name) => /\.(conflist|conf|json)$/.test(name))
  }

  #emit(type: RuntimeEvent['type'], container: RuntimeContainer): void {
    if (!this.#up) return
    for (const listener of this.#listeners) listener({ type, container })
  }

  #statusChanged(): void {
    for (const listener of [...this.#statusListeners]) listener()
  }

  #newId(): string {
    let id = ''
    for (let i = 0; i < 8; i++) id += this.#options.random.next32().toString(16).padStart(8, '0')
    return id
  }
}

const NONE: readonly never[] = []

/** What is run: command replaces the entrypoint, and then the image's cmd no longer counts. Source: containerd internal/cri/opts WithProcessArgs */
export function argvOf({ image, command, args }: ContainerConfig): readonly string[] {
  if (command !== undefined && command.length > 0) return [...command, ...(args ?? [])]
  const rest = args !== undefined && args.length > 0 ? args : (image.cmd ?? [])
  return [...(image.entrypoint ?? []), ...rest]
}

function hostnameOf(sandbox: Sandbox, host: string): string {
  const { spec, metadata } = sandbox.config.pod
  return spec.hostNetwork === true ? host : (spec.hostname ?? metadata.name)
}
