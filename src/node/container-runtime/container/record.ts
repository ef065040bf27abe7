import type { Files } from '../../host/file-tree.ts'
import type { ProcessHandle } from '../../process.ts'
import type { ContainerConfig, ContainerState, RuntimeContainer, Sandbox } from '../contract.ts'
import type { LogBuffer } from '../log.ts'

/** A sandbox with what only the runtime sees of it. */
export interface SandboxRecord extends Sandbox {
  ready: boolean
  readonly containers: ContainerRecord[]
}

/** A container with what only the runtime sees of it. */
export class ContainerRecord implements RuntimeContainer {
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

/** What is run: command replaces the entrypoint, and then the image's cmd no longer counts. Source: containerd internal/cri/opts WithProcessArgs */
export function argvOf({ image, command, args }: ContainerConfig): readonly string[] {
  if (command !== undefined && command.length > 0) return [...command, ...(args ?? [])]
  const rest = args !== undefined && args.length > 0 ? args : (image.cmd ?? [])
  return [...(image.entrypoint ?? []), ...rest]
}

export function hostnameOf(sandbox: Sandbox, host: string): string {
  const { spec, metadata } = sandbox.config.pod
  return spec.hostNetwork === true ? host : (spec.hostname ?? metadata.name)
}
