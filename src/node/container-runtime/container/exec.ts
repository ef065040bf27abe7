import type { Clock } from '../../../sim/clock.ts'
import type { FileTree } from '../../contract.ts'
import type { ProcessHandle, ProcessOptions } from '../../process.ts'
import type { ExecResult, StreamListener, StreamOptions, StreamSession } from '../contract.ts'
import type { ContainerRecord } from './record.ts'
import { interrupting, ProcessStreams } from './streams.ts'

export type ProcessEnds = Pick<ProcessOptions, 'log' | 'onExit' | 'write' | 'onWrite' | 'stdin' | 'terminal'>

interface ExecParts {
  readonly clock: Clock
  files(container: ContainerRecord): FileTree
  process(container: ContainerRecord, argv: readonly string[], on: ProcessEnds): ProcessHandle
  newId(): string
}

/** Further processes in running containers; they end with their container. */
export class Execs {
  readonly #parts: ExecParts

  constructor(parts: ExecParts) {
    this.#parts = parts
  }

  /** @see ContainerRuntime.exec */
  run(
    container: ContainerRecord | undefined,
    argv: readonly string[],
    onDone: (result: ExecResult) => void,
  ): () => void {
    const error = this.#obstacle(container, argv)
    if (error !== undefined) {
      this.#parts.clock.defer(() => onDone({ exitCode: -1, output: '', stderr: '', error }))
      return () => undefined
    }
    const output: string[] = []
    const stderr: string[] = []
    const handle = this.#parts.process(container!, argv, {
      log: (line, stream) => {
        output.push(`${line}\n`)
        if (stream === 'stderr') stderr.push(`${line}\n`)
      },
      onExit: (exitCode) => {
        container!.execs?.delete(handle)
        onDone({ exitCode, output: output.join(''), stderr: stderr.join('') })
      },
    })
    start(container!, handle)
    return () => handle.kill()
  }

  /** @see ContainerRuntime.execStreams */
  stream(
    container: ContainerRecord | undefined,
    argv: readonly string[],
    options: StreamOptions,
    listener: StreamListener,
  ): StreamSession | { readonly error: string } {
    const error = this.#obstacle(container, argv)
    if (error !== undefined) return { error }
    const streams = new ProcessStreams(
      options,
      interrupting(() => handle),
    )
    const handle: ProcessHandle = this.#parts.process(container!, argv, {
      ...streams.options,
      log: (line, stream) => streams.write(`${line}\n`, stream),
      write: (text, stream) => streams.write(text, stream),
      onExit: (exitCode) => {
        container!.execs?.delete(handle)
        streams.exited(exitCode)
      },
    })
    const leave = streams.add(listener)
    start(container!, handle)
    return streams.session(() => handle.kill(), leave)
  }

  /** @see ContainerRuntime.attach */
  attach(container: ContainerRecord | undefined, listener: StreamListener): StreamSession | { readonly error: string } {
    if (container?.state !== 'running') return { error: 'container is not running' }
    container.streams ??= new ProcessStreams({ stdin: false, tty: false }, () => undefined)
    return container.streams.session(() => undefined, container.streams.add(listener))
  }

  #obstacle(container: ContainerRecord | undefined, argv: readonly string[]): string | undefined {
    if (container?.state !== 'running') return `container ${container?.id ?? ''} is not running`
    const why = container.config.image.program.startError?.(argv, this.#parts.files(container))
    return why === undefined ? undefined : execErrorMessage(this.#parts.newId(), why)
  }
}

function start(container: ContainerRecord, handle: ProcessHandle): void {
  container.execs ??= new Set()
  container.execs.add(handle)
  container.config.image.program.start(handle.process)
}

/** Source: containerd internal/cri/server/container_start.go, opencontainers/runc libcontainer */
export function startErrorMessage(why: string): string {
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}: unknown`
}

/** Source: containerd internal/cri/server/container_execsync.go */
export function execErrorMessage(execId: string, why: string): string {
  return `failed to exec in container: failed to start exec "${execId}": OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`
}
