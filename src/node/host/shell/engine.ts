import {
  Bash,
  bytesOutput,
  type CommandContext,
  type CommandName,
  defineCommand,
  getCommandNames,
  unsafeBytesFromLatin1,
} from 'just-bash'
import type { Barrier } from '../../../sim/barrier.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'
import type { Random } from '../../../sim/random.ts'
import type { FileTree } from '../../contract.ts'
import { ShellFileSystem, type Sink } from './file-system.ts'
import { STDERR, STDOUT, stream, TICK } from './streaming.ts'

export type ShellContext = CommandContext

/** What a command of ours gives back; what it wrote before with `print` is out already. */
export interface CommandResult {
  readonly stdout?: string
  /** In place of `stdout`: a byte string. */
  readonly bytes?: string
  readonly stderr?: string
  readonly exitCode?: number
}

/** One of our commands. `shell` lets time pass. */
export type ShellCommand = (
  args: readonly string[],
  context: ShellContext,
  shell: ShellRun,
) => CommandResult | Promise<CommandResult>

export interface ShellRunOptions {
  readonly files: FileTree
  readonly clock: Clock
  readonly barrier: Barrier
  readonly random: Random
  readonly commands: Readonly<Record<string, ShellCommand>>
  /** Commands that exist; default: all. */
  readonly known?: ReadonlySet<string>
  /** Further files that are no files: `/proc/1/fd/1`. */
  readonly sinks?: ReadonlyMap<string, Sink>
  onOutput(stream: 'stdout' | 'stderr', text: string): void
  /** A typed line is stopped earlier than a container's script, which may loop for virtual days. */
  readonly interactive?: boolean
}

export interface ScriptOptions {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** `$0`, `$1`, … */
  readonly args?: readonly string[]
  /** A byte string. */
  readonly stdin?: string
}

export interface ScriptResult {
  readonly exitCode: number
  /** All variables as the script left them. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** Turns of a loop in one virtual instant before time passes, and how much passes. */
const TURNS_PER_TICK = 100
const TICK_MS = 100

/** A shell that lives in virtual time. The clock is held while it computes, and let go while it waits. */
export class ShellRun {
  readonly #options: ShellRunOptions
  readonly #bash: Bash
  #leave: (() => void) | undefined
  #timer: Timer | undefined
  #turns = 0
  #isNew = false
  #turnsAt = Number.NaN
  #ended = false
  /** The end of `timeout`'s patience, virtual ms. */
  deadline = Number.POSITIVE_INFINITY

  constructor(options: ShellRunOptions) {
    this.#options = options
    const { known } = options
    const builtIn = builtInCommands().filter((name) => known?.has(name) ?? true)
    const sinks = new Map<string, Sink>([
      [STDOUT, (text) => options.onOutput('stdout', text)],
      [STDERR, (text) => options.onOutput('stderr', text)],
      ['/dev/stdout', (text) => options.onOutput('stdout', text)],
      ['/dev/stderr', (text) => options.onOutput('stderr', text)],
      ['/dev/null', () => undefined],
      ...(options.sinks ?? []),
    ])
    const names = new Set([...builtIn, ...this.#ownCommands().map(([name]) => name), TICK, CHANCE, SECONDS])
    this.#bash = new Bash({
      fs: new ShellFileSystem(options.files, sinks, names),
      commands: builtIn as CommandName[],
      customCommands: this.#customCommands(),
      sleep: (ms) => this.sleep(ms),
      executionLimits: options.interactive ? INTERACTIVE_LIMITS : CONTAINER_LIMITS,
      // Commands of ours run the world (a restarted kubelet, a request that is served): just-bash's second line of defence
      // would forbid that code what it forbids scripts. Scripts are interpreted and reach nothing but the files given here.
      defenseInDepth: false,
      processInfo: { pid: 1, ppid: 0, uid: 0, gid: 0 },
    })
    this.#bash.registerTransformPlugin({
      name: 'stream',
      transform: ({ ast }) => {
        // Scripts within the script (`sh -c`, `$(( $(x) ))`) come by here too: where their output goes is not ours to say.
        const result = this.#isNew ? stream(ast) : ast
        this.#isNew = false
        return { ast: result }
      },
    })
  }

  get now(): number {
    return this.#options.clock.now()
  }

  get random(): Random {
    return this.#options.random
  }

  /**
   * Runs a script to its end, letting virtual time pass where it waits.
   *
   * @param then what is to happen with the result at the same instant: only after it the clock may go on
   */
  async run<T>(
    script: string,
    { env, cwd, args = [], stdin }: ScriptOptions,
    then: (result: ScriptResult) => T,
  ): Promise<T> {
    this.#enter()
    try {
      const text = positional(args) + replaceChance(script)
      const input = stdin === undefined ? {} : { stdin, stdinKind: 'bytes' as const }
      const options = { env: { ...env }, replaceEnv: true, cwd, rawScript: true, ...input }
      this.#isNew = true
      const result = await this.#bash.exec(text, options).catch((error: unknown) => unwritable(error, env))
      if (result.stdout !== '') this.#options.onOutput('stdout', result.stdout)
      if (result.stderr !== '') this.#options.onOutput('stderr', result.stderr)
      return then({ exitCode: result.exitCode, env: result.env ?? env, cwd: result.env?.PWD ?? cwd })
    } finally {
      this.#exit()
    }
  }

  /** Lets virtual time pass. Never comes back when the shell has been killed meanwhile. */
  sleep(ms: number): Promise<void> {
    if (this.#ended) return NEVER
    const until = Math.min(this.now + ms, this.deadline)
    if (until === Number.POSITIVE_INFINITY) {
      this.#exit()
      return NEVER
    }
    return this.wait((resume) => {
      this.#timer = this.#options.clock.setTimeout(resume, until - this.now)
    })
  }

  /** Lets the world run until something in it calls `resume`; two that wait at once come back one after the other. */
  wait(start: (resume: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      let done = false
      start(() => {
        if (done || this.#ended) return
        done = true
        this.#enter()
        resolve()
      })
      if (!done) this.#exit()
    })
  }

  /** Calls back when virtual time has come to `at` while the shell is still on. @returns how to call it off */
  onDeadline(at: number, then: () => void): () => void {
    if (at === Number.POSITIVE_INFINITY) return () => undefined
    const timer = this.#options.clock.setTimeout(() => {
      if (!this.#ended) then()
    }, at - this.now)
    return () => this.#options.clock.clearTimeout(timer)
  }

  /** Writes at once, where the output of the command would come only at its end. */
  print(text: string): void {
    this.#options.onOutput('stdout', text)
  }

  /** Stops for good: what the script waits for never comes, so nothing of it runs any more. */
  kill(): void {
    this.#ended = true
    this.#options.clock.clearTimeout(this.#timer)
    this.#exit()
  }

  #enter(): void {
    this.#leave ??= this.#options.barrier.enter()
  }

  #exit(): void {
    this.#leave?.()
    this.#leave = undefined
  }

  #ownCommands(): readonly (readonly [string, ShellCommand])[] {
    const { commands, known } = this.#options
    return Object.entries(commands).filter(([name]) => known?.has(name) ?? true)
  }

  #customCommands() {
    return [
      ...this.#ownCommands().map(([name, run]) =>
        defineCommand(name, async (args, context) => {
          const result = await run(args, context as ShellContext, this)
          const { stdout = '', bytes, stderr = '', exitCode = 0 } = result
          return { ...(bytes === undefined ? { stdout } : bytesOutput(unsafeBytesFromLatin1(bytes))), stderr, exitCode }
        }),
      ),
      defineCommand(TICK, () => this.#tick()),
      defineCommand(CHANCE, async () => ({ stdout: `${this.random.int(32_768)}\n`, stderr: '', exitCode: 0 })),
      defineCommand(SECONDS, async () => ({ stdout: `${Math.floor(this.now / 1000)}\n`, stderr: '', exitCode: 0 })),
    ]
  }

  async #tick() {
    if (this.#turnsAt !== this.now) {
      this.#turnsAt = this.now
      this.#turns = 0
    }
    if (++this.#turns > TURNS_PER_TICK) await this.sleep(TICK_MS)
    return { stdout: '', stderr: '', exitCode: 0 }
  }
}

/**
 * A redirection to where nothing can be written: just-bash lets the file system's error through, which ends the script.
 * Anything else is a mistake of ours.
 */
function unwritable(error: unknown, env: Readonly<Record<string, string>>) {
  const parts = /^(?:EROFS|EACCES|EPERM|ENOSPC|ENOTDIR|EISDIR): (.)(.*), \w+ '(.*)'$/.exec(
    error instanceof Error ? error.message : '',
  )
  if (parts === null) throw error
  const [, first = '', rest = '', path = ''] = parts
  return { stdout: '', stderr: `sh: can't create ${path}: ${first.toUpperCase()}${rest}\n`, exitCode: 1, env }
}

const NEVER = new Promise<never>(() => undefined)

const CHANCE = 'kubedrill-random'
const SECONDS = 'kubedrill-seconds'

/** Variables that would look at the real world. */
function replaceChance(script: string): string {
  if (!/RANDOM|EPOCHSECONDS|SECONDS/.test(script)) return script
  return script
    .replace(/\$\{RANDOM\}|\$RANDOM\b|\bRANDOM\b/g, `$(${CHANCE})`)
    .replace(/\$\{(?:EPOCH)?SECONDS\}|\$(?:EPOCH)?SECONDS\b/g, `$(${SECONDS})`)
}

function positional(args: readonly string[]): string {
  if (args.length < 2) return ''
  return `set -- ${args.slice(1).map(quote).join(' ')}\n`
}

/** A word as the shell reads it back. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Commands of just-bash that look at the real clock, or that no image has. */
const UNSUITABLE = new Set([
  'date',
  'timeout',
  'hostname',
  'html-to-markdown',
  'sqlite3',
  'xan',
  'rg',
  'history',
  'help',
  'whoami',
])

/** What the shell brings along beside commands of ours. */
export function builtInCommands(): readonly string[] {
  return getCommandNames().filter((name) => !UNSUITABLE.has(name))
}

const UNLIMITED = Number.MAX_SAFE_INTEGER

const CONTAINER_LIMITS = {
  maxLoopIterations: 10_000_000,
  maxCommandCount: 100_000_000,
  maxWorkUnits: UNLIMITED,
  maxOutputSize: UNLIMITED,
  maxInputBytes: UNLIMITED,
  maxExecutionTimeMs: Number.POSITIVE_INFINITY,
  maxStringLength: 8 * 1024 * 1024,
  maxLiveBytes: 64 * 1024 * 1024,
} as const

const INTERACTIVE_LIMITS = { ...CONTAINER_LIMITS, maxLoopIterations: 10_000, maxCommandCount: 100_000 } as const
