import type { Network } from '../../network/contract.ts'
import { type Charts, type ChartWorld, createCharts } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { FileTree, Image, ImageCatalogue } from '../contract.ts'
import { createProblem } from './container/create-problem.ts'
import { Execs, startErrorMessage } from './container/exec.ts'
import { Launcher } from './container/launcher.ts'
import { containerMachine } from './container/machine.ts'
import { argvOf, ContainerRecord, reasonOf, type SandboxRecord, terminationMessage } from './container/record.ts'
import type {
  ContainerConfig,
  ContainerRuntime,
  ExecResult,
  PullResult,
  RuntimeContainer,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
  StreamListener,
  StreamOptions,
} from './contract.ts'
import { ImageStore } from './image-store.ts'
import { RuntimeListeners } from './listeners.ts'
import { LogBuffer } from './log.ts'
import { newId } from './new-id.ts'
import { PodNetwork } from './pod-network.ts'
import { configuredHandlers, handlerProblem, type RuntimeHandler } from './runtime-handlers.ts'
import { Sandboxes } from './sandboxes.ts'
import { BOUNDLESS, type MachineSize, NodeResources } from './usage/node-resources.ts'

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
  readonly podCIDR?: () => string | undefined
  /** Command lines of what runs on the machine besides containers, init first. */
  readonly machineProcesses?: () => readonly (readonly string[])[]
  /** What the machine has; without it there is enough of everything. */
  readonly size?: MachineSize
}

const UNREACHABLE =
  'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"'

/** containerd of one node. */
export function createContainerRuntime(options: ContainerRuntimeOptions): ContainerRuntime {
  return new Containerd(options)
}

class Containerd implements ContainerRuntime {
  readonly #options: ContainerRuntimeOptions
  readonly #charts: Charts<typeof containerMachine>
  readonly #images: ImageStore
  readonly #sandboxes = new Sandboxes()
  readonly #containers = new Map<string, ContainerRecord>()
  readonly #listeners = new RuntimeListeners(() => this.#up)
  readonly #podNetwork: PodNetwork
  readonly #execs: Execs
  readonly #launcher: Launcher
  readonly resources: NodeResources
  #handlers: readonly RuntimeHandler[] | undefined
  #up = false

  constructor(options: ContainerRuntimeOptions) {
    this.#options = options
    this.#charts = createCharts(containerMachine, options.world, `containerd/${options.host}`, (id, { type }) =>
      this.#perform(id, type),
    )
    this.resources = new NodeResources({
      clock: options.world.clock,
      size: options.size ?? BOUNDLESS,
      kill: ({ id }) => this.crash(id, 137, 'OOMKilled'),
    })
    this.#images = new ImageStore(options.images, options.world.clock, (bytes, count) =>
      this.resources.disk.grew(bytes, count),
    )
    this.#launcher = new Launcher({
      ...options,
      resources: this.resources,
      containers: () => this.#containers.values(),
      started: (container) => this.#listeners.emit('started', container),
      ports: (container) => this.#listeners.emit('ports', container),
      grown: (container) => this.#listeners.emit('log', container),
      ended: (container, exitCode) => this.#ended(container, exitCode),
    })
    this.#execs = new Execs({
      clock: options.world.clock,
      files: (container) => this.#launcher.filesOf(container),
      process: (container, argv, on) => this.#launcher.process(container, argv, on),
      newId: () => newId(this.#options.random),
    })
    this.#podNetwork = new PodNetwork(options, () => this.#listeners.statusChanged())
  }

  get host(): string {
    return this.#options.host
  }

  error(): string | undefined {
    return this.#up ? undefined : UNREACHABLE
  }

  networkError(): string | undefined {
    return this.#podNetwork.error()
  }

  handlers(): readonly RuntimeHandler[] {
    this.#handlers ??= configuredHandlers(this.#options.files)
    return this.#handlers
  }

  setUp(up: boolean): void {
    // The file is read when containerd starts.
    if (up && !this.#up) this.#handlers = undefined
    const changed = this.#up !== up
    this.#up = up
    if (changed) this.#listeners.statusChanged()
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
    this.#listeners.statusChanged()
  }

  runPodSandbox(config: SandboxConfig): Sandbox | { readonly error: string } {
    const { pod, runtimeHandler = '' } = config
    const id = newId(this.#options.random)
    const problem = handlerProblem(this.handlers(), runtimeHandler, id, this.#options.files)
    if (problem !== undefined) return { error: problem }
    const ip = pod.spec.hostNetwork === true ? this.#options.ip : this.#podNetwork.take()
    if (typeof ip !== 'string') return ip
    const sandbox: SandboxRecord = {
      id,
      config,
      ip,
      createdAt: this.#options.world.clock.now(),
      ready: true,
      containers: [],
    }
    this.#sandboxes.add(sandbox)
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
    this.#sandboxes.remove(sandbox)
  }

  sandbox(id: string): Sandbox | undefined {
    return this.#sandboxes.get(id)
  }

  sandboxes(): Iterable<Sandbox> {
    return this.#sandboxes.values()
  }

  sandboxesOf(podUid: string): readonly Sandbox[] {
    return this.#sandboxes.ofPod(podUid)
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

  imageTimes(name: string) {
    return this.#images.times(name)
  }

  pullImage(name: string, onDone: (result: PullResult) => void): void {
    this.#images.pull(name, onDone)
  }

  createContainer(sandboxId: string, config: ContainerConfig): RuntimeContainer | { readonly error: string } {
    const sandbox = this.#sandboxes.get(sandboxId)
    if (sandbox === undefined) throw new Error(`failed to find sandbox id "${sandboxId}": not found`)
    const error = createProblem(sandbox, config, this.#options.files)
    if (error) return { error }
    const container = new ContainerRecord(newId(this.#options.random), sandbox, config, this.#options.world.clock.now())
    this.#containers.set(container.id, container)
    sandbox.containers = sandbox.containers.concat([container])
    this.#charts.start(container.id, undefined)
    this.#listeners.emit('created', container)
    return container
  }

  startContainer(id: string): string | undefined {
    const container = this.#containers.get(id)
    if (container === undefined || container.state !== 'created') return undefined
    const why = container.config.image.program.startError?.(argvOf(container.config), this.#launcher.filesOf(container))
    if (why !== undefined) {
      container.exitReason = 'StartError'
      container.message = startErrorMessage(why)
      this.#ended(container, 128)
      return container.message
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
    this.resources.disk.removed(container)
    container.log?.removed()
    this.#images.unused(container.config.image.name)
    const { sandbox } = container
    sandbox.containers = sandbox.containers.filter((other) => other !== container)
    this.#listeners.emit('removed', container)
  }

  updateContainerResources(id: string, resources: ContainerConfig['container']['resources']): void {
    const container = this.#containers.get(id)
    container?.resize(resources)
    if (container !== undefined) this.resources.again(container)
  }

  updateUsage(id: string, annotations: Readonly<Record<string, string>> | undefined): void {
    const container = this.#containers.get(id)
    if (container !== undefined) this.resources.annotated(container, annotations)
  }

  container(id: string): RuntimeContainer | undefined {
    return this.#containers.get(id)
  }

  containers(): Iterable<RuntimeContainer> {
    return this.#containers.values()
  }

  containersOf(sandboxId: string): readonly RuntimeContainer[] {
    return this.#sandboxes.get(sandboxId)?.containers ?? []
  }

  log(id: string): LogBuffer | undefined {
    const container = this.#containers.get(id)
    if (container !== undefined) container.log ??= new LogBuffer()
    return container?.log
  }

  exec(id: string, argv: readonly string[], onDone: (result: ExecResult) => void): () => void {
    return this.#execs.run(this.#containers.get(id), argv, onDone)
  }

  execStreams(id: string, argv: readonly string[], options: StreamOptions, listener: StreamListener) {
    return this.#execs.stream(this.#containers.get(id), argv, options, listener)
  }

  attach(id: string, listener: StreamListener) {
    return this.#execs.attach(this.#containers.get(id), listener)
  }

  crash(id: string, exitCode: number, reason?: string): void {
    const container = this.#containers.get(id)
    if (container === undefined || container.state !== 'running') return
    container.exitReason = reason ?? (exitCode === 0 ? 'Completed' : 'Error')
    container.handle?.end(exitCode)
  }

  onEvent(listener: (event: RuntimeEvent) => void): () => void {
    return this.#listeners.onEvent(listener)
  }

  onStatus(listener: () => void): () => void {
    return this.#listeners.onStatus(listener)
  }

  /** What a container's chart asks for. */
  #perform(id: string, effect: 'run' | 'sigterm' | 'sigkill'): void {
    const container = this.#containers.get(id)
    if (container === undefined) return
    if (effect === 'run') this.#launcher.run(container)
    else if (effect === 'sigterm') container.handle?.signal('SIGTERM')
    else {
      container.exitReason = 'Error'
      container.handle?.kill()
    }
  }

  /** The process is over. */
  #ended(container: ContainerRecord, exitCode: number): void {
    if (container.state === 'exited') return
    container.state = 'exited'
    container.exitCode = exitCode
    container.finishedAt = this.#options.world.clock.now()
    container.startedAt ??= 0
    container.reason = container.exitReason ?? reasonOf(container, exitCode)
    container.message ??= terminationMessage(container)
    container.handle = undefined
    this.resources.ended(container)
    for (const handle of container.execs ?? []) handle.kill()
    container.streams?.exited(exitCode)
    this.#charts.send(container.id, { type: 'exited' })
    this.#charts.stop(container.id)
    this.#listeners.emit('exited', container)
  }

  #stopNetwork(sandbox: SandboxRecord): void {
    if (!sandbox.ready) return
    sandbox.ready = false
    if (sandbox.config.pod.spec.hostNetwork === true) return
    this.#podNetwork.release(sandbox.ip)
  }
}
