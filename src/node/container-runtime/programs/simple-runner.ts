import type { Timer } from '../../../sim/clock.ts'
import type { Process } from '../../contract.ts'
import { FileError, type Files } from '../../host/file-tree.ts'
import { resolvePath } from '../../host/paths.ts'
import { hostnameOf } from './declared.ts'
import { unixDate } from './log-times.ts'
import type { SimpleCommand, SimpleScript } from './simple-script.ts'
import { sleepDuration } from './sleep.ts'

/** Runs a script without a shell, on the clock; ends the process with its exit code. */
export function runSimpleScript(process: Process, script: SimpleScript): void {
  new Runner(process).run(script)
}

interface Frame {
  readonly script: SimpleScript
  readonly forever: boolean
  next: number
}

class Runner {
  readonly #process: Process
  readonly #frames: Frame[] = []
  #timer: Timer | undefined
  #code = 0
  #ended = false

  constructor(process: Process) {
    this.#process = process
    process.onEnd(() => {
      this.#ended = true
      process.world.clock.clearTimeout(this.#timer)
    })
  }

  run(script: SimpleScript): void {
    this.#frames.push({ script, forever: false, next: 0 })
    this.#goOn()
  }

  /** Steps until something waits for time. */
  #goOn(): void {
    while (!this.#ended) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) {
        this.#process.exit(this.#code)
        return
      }
      const step = frame.script[frame.next++]
      if (step === undefined) {
        if (frame.forever) frame.next = 0
        else this.#frames.pop()
      } else if (this.#applies(step.when)) {
        if ('forever' in step) this.#frames.push({ script: step.forever, forever: true, next: 0 })
        else if (this.#waits(step.command)) return
      }
    }
  }

  #applies(when: 'always' | 'success' | 'failure'): boolean {
    return when === 'always' || (when === 'success') === (this.#code === 0)
  }

  /** Runs a command; true when it takes time. */
  #waits(command: SimpleCommand): boolean {
    const argv = command.argv[0] === 'exec' ? command.argv.slice(1) : command.argv
    if (command.argv[0] === 'exec') this.#frames.length = 0
    if (argv[0] === 'sleep') return this.#sleep(sleepDuration(argv.slice(1)) ?? 0)
    if (argv[0] === 'exit') {
      this.#process.exit(argv[1] === undefined ? this.#code : Number(argv[1]) & 255)
      return true
    }
    try {
      this.#code = this.#perform(argv, command.redirect)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      const isRedirected = error.path === command.redirect?.path
      const what = isRedirected ? `sh: can't create ${error.path}` : `${argv[0]}: ${error.path}`
      this.#process.log(`${what}: ${error.message}`, 'stderr')
      this.#code = 1
    }
    return false
  }

  #sleep(ms: number): boolean {
    this.#code = 0
    if (ms === Number.POSITIVE_INFINITY) return true
    this.#timer = this.#process.world.clock.setTimeout(() => this.#goOn(), ms)
    return true
  }

  #perform([name, ...args]: readonly string[], redirect: SimpleCommand['redirect']): number {
    const { files } = this.#process
    if (name === 'echo') this.#print(args.join(' '), redirect)
    else if (name === 'date') this.#print(unixDate(this.#process.world.clock.now()), redirect)
    else if (name === 'hostname') this.#print(hostnameOf(this.#process), redirect)
    else if (name === 'touch') for (const path of args) files.write(path, files.read(path) ?? '')
    else if (name === 'rm') return this.#remove(args)
    else if (name === 'cat') return this.#cat(args, redirect)
    else if (name === 'test' || name === '[') return this.#test(args)
    else if (redirect !== undefined) this.#write('', redirect)
    return name === 'false' ? 1 : 0
  }

  #remove(args: readonly string[]): number {
    const { files } = this.#process
    const force = args.some((arg) => arg.startsWith('-'))
    let code = 0
    for (const path of args.filter((arg) => !arg.startsWith('-'))) {
      if (files.read(path) !== undefined || files.isDirectory(path)) files.remove(path)
      else if (!force) {
        this.#process.log(`rm: can't remove '${path}': No such file or directory`, 'stderr')
        code = 1
      }
    }
    return code
  }

  #cat(paths: readonly string[], redirect: SimpleCommand['redirect']): number {
    let code = 0
    for (const path of paths) {
      const content = this.#process.files.read(resolvePath(path))
      if (content === undefined) {
        const { files } = this.#process
        const isDenied = 'denied' in files && (files as Files).denied?.(path, 'read')
        const why = isDenied ? 'Permission denied' : 'No such file or directory'
        this.#process.log(`cat: can't open '${path}': ${why}`, 'stderr')
        code = 1
      } else if (content !== '') this.#print(content.replace(/\n$/, ''), redirect)
    }
    return code
  }

  #test([operator, path = '']: readonly string[]): number {
    const { files } = this.#process
    const isDirectory = files.isDirectory(path)
    const isFile = files.read(path) !== undefined
    if (operator === '-d') return isDirectory ? 0 : 1
    return isFile || (operator === '-e' && isDirectory) ? 0 : 1
  }

  #print(text: string, redirect: SimpleCommand['redirect']): void {
    if (redirect !== undefined) this.#write(`${text}\n`, redirect)
    else for (const line of text.split('\n')) this.#process.log(line)
  }

  #write(text: string, { path, append }: NonNullable<SimpleCommand['redirect']>): void {
    const { files } = this.#process
    if (path === '/dev/null') return
    if (path === '/dev/stdout' || path === '/proc/1/fd/1' || path === '/dev/stderr') {
      this.#process.log(text.replace(/\n$/, ''), path === '/dev/stderr' ? 'stderr' : 'stdout')
      return
    }
    files.write(path, append ? (files.read(path) ?? '') + text : text)
  }
}
