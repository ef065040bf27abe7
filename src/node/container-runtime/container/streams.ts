import { bytesOf } from '../../bytes.ts'
import { Pipe } from '../../pipe.ts'
import type { ProcessHandle, ProcessOptions } from '../../process.ts'
import { Terminal } from '../../terminal.ts'
import type { StreamListener, StreamSession } from '../contract.ts'
import type { ContainerRecord } from './record.ts'

/** The streams of one process whose user is somewhere else: pipes, or a terminal. Source: containerd pkg/cio */
export class ProcessStreams {
  readonly stdin: Pipe | undefined
  readonly terminal: Terminal | undefined
  readonly #listeners = new Set<StreamListener>()

  constructor({ stdin, tty }: { readonly stdin: boolean; readonly tty: boolean }, interrupt: () => void) {
    this.stdin = stdin ? new Pipe() : undefined
    if (!tty) return
    const keys = this.stdin ?? new Pipe()
    this.terminal = new Terminal({ stdin: keys, write: (text) => this.write(text, 'stdout'), interrupt })
  }

  /** What a process that uses them is made with. */
  get options(): Pick<ProcessOptions, 'stdin' | 'terminal'> {
    return { stdin: this.stdin, terminal: this.terminal }
  }

  add(listener: StreamListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  write(text: string, stream: 'stdout' | 'stderr'): void {
    if (this.#listeners.size === 0) return
    const isTerminal = this.terminal !== undefined
    const bytes = bytesOf(isTerminal ? text.replace(/\r?\n/g, '\r\n') : text)
    for (const listener of [...this.#listeners]) listener.onOutput(isTerminal ? 'stdout' : stream, bytes)
  }

  exited(exitCode: number): void {
    for (const listener of [...this.#listeners]) listener.onExit(exitCode)
    this.#listeners.clear()
  }

  session(kill: () => void, leave: () => void): StreamSession {
    return {
      input: (bytes) => {
        if (bytes === undefined) this.stdin?.end()
        else if (this.terminal !== undefined) this.terminal.type(bytes)
        else this.stdin?.write(bytes)
      },
      resize: (size) => {
        if (this.terminal !== undefined) this.terminal.size = size
      },
      leave,
      kill,
    }
  }
}

/** ^C reaches the process in the foreground: SIGINT, and the end of one that does not handle it. */
export function interrupting(handle: () => ProcessHandle | undefined): () => void {
  return () => handle()?.signal('SIGINT')
}

/** Of a container's own process, where its spec wants any. */
export function streamsOf(container: ContainerRecord): ProcessStreams | undefined {
  const { stdin = false, tty = false } = container.config.container
  const interrupt = interrupting(() => container.handle)
  return stdin || tty ? new ProcessStreams({ stdin, tty }, interrupt) : undefined
}
