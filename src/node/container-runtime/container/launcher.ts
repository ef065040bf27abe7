import type { Network } from '../../../network/contract.ts'
import type { ChartWorld } from '../../../sim/chart.ts'
import type { Random } from '../../../sim/random.ts'
import type { FileTree } from '../../contract.ts'
import type { Files } from '../../host/file-tree.ts'
import { createProcess, type ProcessHandle } from '../../process.ts'
import { LogBuffer } from '../log.ts'
import type { Amounts } from '../usage/amounts.ts'
import type { NodeResources } from '../usage/node-resources.ts'
import type { ProcessEnds } from './exec.ts'
import { processOptions } from './process-options.ts'
import { argvOf, type ContainerRecord, processesIn, rootOf } from './record.ts'
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

  constructor(deps: LauncherDeps) {
    this.#deps = deps
  }

  /** Starts the container's own process. */
  run(container: ContainerRecord): void {
    const { world, resources, started, ended, grown } = this.#deps
    const { clock } = world
    container.state = 'running'
    container.startedAt = clock.now()
    resources.started(container)
    container.log ??= new LogBuffer((bytes) => {
      resources.disk.grew(bytes, 0)
      if (bytes > 0) grown(container)
    })
    const { log } = container
    container.streams = streamsOf(container)
    const handle = this.process(container, argvOf(container.config), {
      ...container.streams?.options,
      log: (line, stream) => log.append(clock.now(), stream, line),
      onWrite: (text, stream) => container.streams?.write(text, stream),
      onExit: (code) => ended(container, code),
    })
    container.handle = handle
    started(container)
    container.config.image.program.start(handle.process)
  }

  process(container: ContainerRecord, argv: readonly string[], on: ProcessEnds): ProcessHandle {
    const { resources, ports } = this.#deps
    const own = {
      files: this.filesOf(container),
      processes: () => processesIn(container),
      onPort: () => ports(container),
      use: (amounts: Amounts) => resources.use(container, amounts),
      served: () => resources.served(container),
    }
    return createProcess(processOptions(this.#deps, container, argv, { ...on, ...own }))
  }

  filesOf(container: ContainerRecord): Files {
    const { world, resources, files: host } = this.#deps
    container.files ??= rootOf(
      container.config,
      world.clock,
      {
        grew: (bytes, files) => resources.disk.layerGrew(container, bytes, files),
        charge: (bytes) => resources.memoryFilesGrew(container, bytes),
      },
      host,
    )
    return container.files
  }
}
