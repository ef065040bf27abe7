import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bash, type CommandContext, decodeBytesToUtf8, defineCommand, ReadWriteFs } from 'just-bash'
import { parseGoDuration } from '../../api/duration.ts'
import { hostNamed } from '../../gherkin/hosts.ts'
import type { Kubectl } from '../../gherkin/kubectl.ts'
import type { World } from '../../gherkin/world.ts'
import { LIMITS as PACK_LIMITS } from '../limits.ts'
import { kubectlLine } from './kubectl-line.ts'

/** What a script of a pack came to. */
export interface ScriptResult {
  readonly exitCode: number
  readonly output: string
  /** Command lines of kubectl that could not mean anything here, and what they were answered. */
  readonly mistaken: readonly string[]
}

interface CommandResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** What kubectl says of names that nothing has and words it does not know. */
const MISTAKEN =
  /\(NotFound\)|not found$|unknown (command|flag|shorthand flag)|doesn't have a resource type|error (parsing|converting)|no objects passed/
/** Scripts may ask whether something is there. */
const ASKS = /^(-\S+ \S+ )?(get|wait|describe|logs)\b/

/** How long (wall ms) a script may take before it is stopped. */
const PATIENCE_MS = 120_000
const LIMITS = { maxLoopIterations: 10_000, maxCommandCount: 10_000, maxFileSystemBytes: 64 * 1024 * 1024 }

/**
 * Where scripts of packs run: a shell in this process whose only files are a directory of its own, and whose only ways out
 * are `kubectl`, which knows one cluster, and `kubedrill`. A pack comes from somebody else; nothing of it runs on this
 * machine.
 */
export class Sandbox {
  readonly #root = mkdtempSync(join(tmpdir(), 'kubedrill-attempt-'))
  readonly #world: World
  readonly #kubectl: Kubectl
  readonly #bash: Bash
  readonly #patienceMs: number
  #passed = 0
  #mistaken: string[] = []
  #signal: AbortSignal | undefined

  constructor(world: World, kubectl: Kubectl, patienceMs = PATIENCE_MS) {
    this.#world = world
    this.#patienceMs = patienceMs
    this.#kubectl = kubectl
    for (const directory of ['root', 'tmp']) mkdirSync(join(this.#root, directory))
    const command = (name: string, run: (args: readonly string[], context: CommandContext) => Promise<CommandResult>) =>
      defineCommand(name, (args, context) => run(args, context))
    this.#bash = new Bash({
      fs: new ReadWriteFs({ root: this.#root }),
      cwd: '/root',
      env: { HOME: '/root' },
      executionLimits: LIMITS,
      customCommands: [
        command('kubectl', (args, context) => this.#runKubectl(args, context)),
        command('k', (args, context) => this.#runKubectl(args, context)),
        command('kubedrill', (args, context) => this.#runKubedrill(args, context)),
      ],
      sleep: (ms) => this.#pass(ms),
    })
  }

  /** Runs a script; one that does not end is stopped, and fails. */
  async run(script: string): Promise<ScriptResult> {
    const signal = AbortSignal.timeout(this.#patienceMs)
    this.#signal = signal
    this.#mistaken = []
    try {
      const { stdout, stderr, exitCode } = await this.#bash.exec(script, { signal })
      if (signal.aborted) throw new Error(`it took more than ${this.#patienceMs / 1000} seconds`)
      return { exitCode, output: `${stdout}${stderr}`, mistaken: this.#mistaken }
    } catch (error) {
      const output = `the script was stopped: ${(error as Error).message}`
      return { exitCode: 124, output, mistaken: this.#mistaken }
    }
  }

  close(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }

  async #runKubectl(args: readonly string[], context: CommandContext): Promise<CommandResult> {
    const line = kubectlLine(args, { root: this.#root, cwd: context.cwd })
    if ('refused' in line) {
      this.#mistaken.push(line.refused)
      return failed(line.refused)
    }
    const stdin = decodeBytesToUtf8(context.stdin)
    const { exitCode, stdout, stderr } = await this.#kubectl.pipe(this.#world.cluster, line.args, {
      stdin,
      cwd: join(this.#root, context.cwd),
      alone: true,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    })
    await this.#world.advance(0)
    if (exitCode !== 0 && MISTAKEN.test(stderr) && !ASKS.test(args.join(' ')))
      this.#mistaken.push(`kubectl ${args.join(' ')}: ${stderr.split('\n').find((each) => MISTAKEN.test(each))}`)
    return { stdout, stderr, exitCode }
  }

  /** Lets time pass, as long as a script may. */
  async #pass(ms: number): Promise<void> {
    this.#passed += ms
    if (this.#passed > PACK_LIMITS.virtualMs) throw new Error('more than seven days pass in it')
    await this.#world.advance(ms)
  }

  async #runKubedrill([name = '', ...args]: readonly string[], context: CommandContext): Promise<CommandResult> {
    if (name === 'skip') {
      const ms = parseGoDuration(args[0] ?? '')
      if (ms === undefined) return failed(`kubedrill skip: "${args[0]}" is not a duration like 90s or 10m`)
      await this.#pass(ms)
      return { stdout: '', stderr: '', exitCode: 0 }
    }
    if (name === 'ssh') return this.#ssh(args, context)
    return failed(`kubedrill ${name}: scripts of packs know kubedrill ssh and kubedrill skip`)
  }

  async #ssh([node = '', ...command]: readonly string[], context: CommandContext): Promise<CommandResult> {
    const world = this.#world
    const line = command.length > 0 ? command.join(' ') : decodeBytesToUtf8(context.stdin)
    const host = hostNamed(world, node)
    if (!host.up) return failed(`ssh: connect to host ${node} port 22: No route to host`)
    const { stdout, stderr, exitCode, effect } = await world.whileTimePasses(host.shell().run(line))
    if (effect !== undefined && 'edit' in effect) await this.#edit(node, effect.edit, context)
    return { stdout, stderr, exitCode }
  }

  /** A node's file in the script's editor, `EDITOR='sed -i …'`, on a copy. */
  async #edit(node: string, path: string, context: CommandContext): Promise<void> {
    const host = hostNamed(this.#world, node)
    const copy = `/tmp/${path.split('/').at(-1)}`
    const editor = context.env.get('KUBE_EDITOR') ?? context.env.get('EDITOR') ?? 'false'
    await context.fs.writeFile(copy, host.files.read(path) ?? '')
    const { exitCode } = await context.exec!(`${editor} ${copy}`, { cwd: '/root' })
    if (exitCode === 0) host.writeFile(path, await context.fs.readFile(copy))
    await this.#world.advance(0)
  }
}

const failed = (message: string): CommandResult => ({ stdout: '', stderr: `${message}\n`, exitCode: 1 })
