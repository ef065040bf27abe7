import type { Container, Pod } from '../api/types.ts'
import type { Network } from '../network/contract.ts'
import { AddressInUseError } from '../network/listeners.ts'
import type { ChartWorld } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import { klogTime } from './container-runtime/programs/log-times.ts'
import type { Amounts } from './container-runtime/usage/amounts.ts'
import type { FileTree, Identity, Process, Serve } from './contract.ts'
import type { Stdin } from './pipe.ts'
import type { Terminal } from './terminal.ts'

export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'

/** What a process is started with. */
export interface ProcessOptions {
  readonly world: ChartWorld
  readonly network: Pick<Network, 'listen'>
  readonly random: Random
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>)
  readonly files: FileTree
  readonly host: string
  readonly ip: string
  readonly pod?: Pod
  readonly container?: Container
  readonly identity?: Identity
  readonly capabilities?: ReadonlySet<string>
  refusesPort?(port: number): boolean
  readonly runtimeHandler?: string
  /** Where lines of output go. */
  log(line: string, stream: 'stdout' | 'stderr'): void
  /** Where output goes as it is written; default: by lines, to `log`. */
  write?(text: string, stream: 'stdout' | 'stderr'): void
  /** Sees output as it is written, besides. */
  onWrite?(text: string, stream: 'stdout' | 'stderr'): void
  readonly stdin?: Stdin | undefined
  readonly terminal?: Terminal | undefined
  processes?(): readonly (readonly string[])[]
  /** Takes down what it says it takes. */
  use?(amounts: Amounts): void
  /** The process has ended: called exactly once, on the clock, never inside `start`, `exit` or `kill`. */
  onExit(code: number): void
}

/** A process as its supervisor (container runtime, systemd) holds it. */
export interface ProcessHandle {
  readonly process: Process
  readonly running: boolean
  /** Undefined while it runs. */
  readonly exitCode: number | undefined
  /** A signal the program may handle. */
  signal(signal: Signal): void
  /** SIGKILL: ends now, with 137, whatever the program wants. */
  kill(): void
  /** Ends now with any code: a crash declared from outside (137 with reason OOMKilled, an injected exit). */
  end(code: number): void
}

/** Makes a process; nothing of it runs yet: hand `process` to a `Program`. */
export function createProcess(options: ProcessOptions): ProcessHandle {
  return new SimulatedProcess(options)
}

/** Exit code of a process a signal has ended: 128 + its number. */
const EXIT_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
const EXIT_BY_SIGKILL = 137

class SimulatedProcess implements Process, ProcessHandle {
  readonly #options: ProcessOptions
  #exitCode: number | undefined
  #ends: (() => void)[] | undefined
  /** Output without its newline yet. */
  #unfinished: { stdout: string; stderr: string } | undefined
  #signalHandler: ((signal: Signal) => void) | undefined

  constructor(options: ProcessOptions) {
    this.#options = options
  }

  get process(): Process {
    return this
  }
  get world(): ChartWorld {
    return this.#options.world
  }
  get random(): Random {
    return this.#options.random
  }
  get argv(): readonly string[] {
    return this.#options.argv
  }
  get env(): Readonly<Record<string, string>> {
    const { env = NO_ENVIRONMENT } = this.#options
    return typeof env === 'function' ? env() : env
  }
  get files(): FileTree {
    return this.#options.files
  }
  get host(): string {
    return this.#options.host
  }
  get ip(): string {
    return this.#options.ip
  }
  get pod(): Pod | undefined {
    return this.#options.pod
  }
  get container(): Container | undefined {
    return this.#options.container
  }
  get identity(): Identity | undefined {
    return this.#options.identity
  }
  get capabilities(): ReadonlySet<string> | undefined {
    return this.#options.capabilities
  }
  get runtimeHandler(): string | undefined {
    return this.#options.runtimeHandler
  }
  get stdin(): Stdin | undefined {
    return this.#options.stdin
  }
  get terminal(): Terminal | undefined {
    return this.#options.terminal
  }
  get running(): boolean {
    return this.#exitCode === undefined
  }
  get exitCode(): number | undefined {
    return this.#exitCode
  }

  log(line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    if (!this.running) return
    const text = withKlogHeader(line, this.world.clock.now())
    this.#options.onWrite?.(`${text}\n`, stream)
    if (this.#options.write === undefined) this.#options.log(text, stream)
    else this.#options.write(`${text}\n`, stream)
  }

  write(text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    if (!this.running || text === '') return
    this.#options.onWrite?.(text, stream)
    if (this.#options.write !== undefined) {
      this.#options.write(text, stream)
      return
    }
    this.#unfinished ??= { stdout: '', stderr: '' }
    const lines = (this.#unfinished[stream] + text).split('\n')
    this.#unfinished[stream] = lines.pop()!
    for (const line of lines) this.#options.log(line, stream)
  }

  processes(): readonly (readonly string[])[] {
    return this.#options.processes?.() ?? [this.argv]
  }

  use(amounts: Amounts): void {
    if (this.running) this.#options.use?.(amounts)
  }

  refusesPort(port: number): boolean {
    return this.#options.refusesPort?.(port) === true
  }

  listen(port: number, protocol: 'TCP' | 'UDP', serve: Serve): void {
    if (!this.running) return
    if (this.refusesPort(port)) {
      this.log(`listen ${protocol.toLowerCase()} :${port}: bind: permission denied`, 'stderr')
      this.exit(1)
      return
    }
    try {
      this.onEnd(this.#options.network.listen(this.ip, port, protocol, serve, programOf(this.argv)))
    } catch (error) {
      if (!(error instanceof AddressInUseError)) throw error
      this.log(error.message, 'stderr')
      this.exit(1)
    }
  }

  exit(code: number): void {
    this.end(code)
  }

  end(code: number): void {
    if (!this.running) return
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#unfinished?.[stream] ?? ''
      if (rest !== '') this.#options.log(rest, stream)
    }
    this.#exitCode = code
    for (const end of (this.#ends ?? []).splice(0).reverse()) end()
    this.#signalHandler = undefined
    this.world.clock.defer(() => this.#options.onExit(code))
  }

  onSignal(handler: (signal: Signal) => void): void {
    if (this.running) this.#signalHandler = handler
  }

  onEnd(handler: () => void): void {
    if (!this.running) handler()
    else if (this.#ends === undefined) this.#ends = [handler]
    else this.#ends.push(handler)
  }

  signal(signal: Signal): void {
    if (!this.running) return
    if (this.#signalHandler !== undefined) this.#signalHandler(signal)
    else this.end(EXIT_BY_SIGNAL[signal])
  }

  kill(): void {
    this.end(EXIT_BY_SIGKILL)
  }
}

const NO_ENVIRONMENT: Readonly<Record<string, string>> = {}

/** `I server.go:210] …` with the time and the thread of klog's header. Source: klog/v2 internal/buffer FormatHeader */
function withKlogHeader(line: string, now: number): string {
  if (line[1] !== ' ') return line
  return line.replace(/^([IWEF]) (?=[\w.]+\.go)/, (_, severity: string) => `${severity}${klogTime(now)}       1 `)
}

/** `/usr/bin/kubelet --config …` -> `kubelet` */
function programOf([path = '']: readonly string[]): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
