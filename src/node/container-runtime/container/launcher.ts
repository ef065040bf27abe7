import type { Network } from '../../../network/contract.ts'
import type { ChartWorld } from '../../../sim/chart.ts'
import type { Random } from '../../../sim/random.ts'
import type { FileTree } from '../../contract.ts'
import type { Files } from '../../host/file-tree.ts'
import { type Mount, mountTree } from '../../host/mounts.ts'
import { seenBy } from '../../host/permissions.ts'
import { createProcess, type ProcessHandle } from '../../process.ts'
import { LogBuffer } from '../log.ts'
import type { NodeResources } from '../usage/node-resources.ts'
import { effectiveSet, filePowers } from './capabilities.ts'
import type { ProcessEnds } from './exec.ts'
import { identityOf } from './identity.ts'
import { ContainerProcess, type Surroundings } from './process-options.ts'
import { argvOf, type ContainerRecord, commandLines, mountsOf, processesIn } from './record.ts'
import { streamsOf } from './streams.ts'

export interface LauncherDeps {
  readonly world: ChartWorld
  readonly network: Network
  readonly random: Random
  readonly host: string
  readonly ip: string
  /** The host's. */
  readonly files: FileTree
  readonly resources: NodeResources
  /** What runs on the machine besides containers. */
  readonly machineProcesses?: () => readonly (readonly string[])[]
  /** All of the machine. */
  containers(): Iterable<ContainerRecord>
  started(container: ContainerRecord): void
  /** It began to serve a port. */
  ports(container: ContainerRecord): void
  /** Its log has grown. */
  grown(container: ContainerRecord): void
  ended(container: ContainerRecord, exitCode: number): void
}

/** Makes the processes of containers. Source: containerd's shim */
export class Launcher {
  readonly #deps: LauncherDeps
  readonly #around: Surroundings

  constructor(deps: LauncherDeps) {
    this.#deps = deps
    const { world, network, random, host, ip, resources } = deps
    this.#around = {
      world,
      network,
      random,
      host,
      ip,
      files: deps.files,
      filesOf: (container) => this.#seenBy(container),
      processesOf: (container) => this.#processes(container),
      onPort: (container) => deps.ports(container),
      use: (container, amounts) => resources.use(container, amounts),
      served: (container) => resources.served(container),
    }
  }

  /** Starts the container's own process. */
  run(container: ContainerRecord): void {
    const { world, resources, started, grown } = this.#deps
    container.state = 'running'
    container.startedAt = world.clock.now()
    resources.started(container)
    container.log ??= new LogBuffer((bytes) => {
      resources.disk.grew(bytes, 0)
      if (bytes > 0) grown(container)
    })
    container.streams = streamsOf(container)
    const handle = this.process(container, argvOf(container.config), new OwnEnds(this.#deps, container))
    container.handle = handle
    started(container)
    container.config.image.program.start(handle.process)
  }

  process(container: ContainerRecord, argv: readonly string[], on: ProcessEnds): ProcessHandle {
    return createProcess(new ContainerProcess(this.#around, container, argv, on))
  }

  /** With hostPID those of the whole machine. */
  #processes(container: ContainerRecord): readonly (readonly string[])[] {
    if (container.sandbox.config.pod.spec.hostPID !== true) return processesIn(container)
    const running = [...this.#deps.containers()].filter(({ state }) => state === 'running')
    const machine = this.#deps.machineProcesses?.() ?? [['/sbin/init']]
    return [...machine, ...running.flatMap((each) => commandLines(each))]
  }

  /** What an almighty process sees is all there is. */
  #seenBy(container: ContainerRecord): Files {
    const files = this.filesOf(container)
    const identity = identityOf(container.sandbox.config.pod, container.config)
    const powers = filePowers(effectiveSet(identity, container.config))
    return powers.override && powers.chown && powers.fowner ? files : seenBy(files, identity, powers)
  }

  /** Put together when somebody looks: in most containers nobody does. */
  filesOf(container: ContainerRecord): Files {
    container.files ??= mountTree(() => this.#mountsOf(container))
    return container.files
  }

  #mountsOf(container: ContainerRecord): readonly Mount[] {
    const { world, resources, files: host } = this.#deps
    const on = {
      grew: (bytes: number, files: number) => resources.disk.layerGrew(container, bytes, files),
      charge: (bytes: number) => resources.memoryFilesGrew(container, bytes),
    }
    return mountsOf(container, world.clock, on, host)
  }
}

/** Where the output and the end of a container's own process go. */
class OwnEnds implements ProcessEnds {
  readonly #deps: LauncherDeps
  readonly #container: ContainerRecord

  constructor(deps: LauncherDeps, container: ContainerRecord) {
    this.#deps = deps
    this.#container = container
  }

  get stdin(): ProcessEnds['stdin'] {
    return this.#container.streams?.stdin
  }

  get terminal(): ProcessEnds['terminal'] {
    return this.#container.streams?.terminal
  }

  log(line: string, stream: 'stdout' | 'stderr'): void {
    this.#container.log!.append(this.#deps.world.clock.now(), stream, line)
  }

  onWrite(text: string, stream: 'stdout' | 'stderr'): void {
    this.#container.streams?.write(text, stream)
  }

  onExit(code: number): void {
    this.#deps.ended(this.#container, code)
  }
}
