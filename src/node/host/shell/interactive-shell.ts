import { textOf } from '../../bytes.ts'
import { hostnameOf } from '../../container-runtime/programs/declared.ts'
import type { Process } from '../../contract.ts'
import { stateOf } from './command-text.ts'
import type { ShellCommand, ShellRun } from './engine.ts'
import type { ContainerShellOptions } from './start.ts'

type MakeShell = (options: ContainerShellOptions, more: Readonly<Record<string, ShellCommand>>) => ShellRun

/** The shell of `kubectl exec -it`: reads commands from its input and runs them one by one, in one state. */
export function openInteractiveShell(options: ContainerShellOptions, make: MakeShell): void {
  new InteractiveShell(options, make).open()
}

/** What a shell in a container starts with. */
export function environmentOf(process: Process): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    HOSTNAME: hostnameOf(process),
    ...(process.terminal !== undefined && { TERM: 'xterm' }),
    ...process.env,
  }
}

/** Run after every command: when it does not come, the command has left the shell. */
const STILL_HERE = 'kubedrill-still-here'
const DEFINITION = /^\s*(?:alias\s|function\s|[\w-]+\s*\(\)\s*\{)/

class InteractiveShell {
  readonly #options: ContainerShellOptions
  readonly #make: MakeShell
  readonly #process: Process
  #env: Readonly<Record<string, string>>
  #cwd: string
  #definitions = ''
  #unread = ''
  #ended = false
  #command = ''
  #lastExitCode = 0
  #running: ShellRun | undefined

  constructor(options: ContainerShellOptions, make: MakeShell) {
    this.#options = options
    this.#make = make
    this.#process = options.process
    this.#env = environmentOf(options.process)
    this.#cwd = options.process.container?.workingDir ?? '/'
  }

  open(): void {
    const { terminal, stdin } = this.#process
    if (terminal !== undefined) terminal.onInterrupt = () => this.#interrupt()
    this.#process.onEnd(() => this.#running?.kill())
    this.#process.onSignal((signal) => signal === 'SIGHUP' && this.#process.exit(129))
    this.#prompt()
    stdin!.onData((bytes) => {
      if (bytes === undefined) this.#ended = true
      else this.#unread += bytes
      this.#goOn()
    })
  }

  /** Reads lines until there is a whole command, and runs it. */
  #goOn(): void {
    while (this.#running === undefined) {
      const end = this.#unread.indexOf('\n')
      if (end < 0 && !(this.#ended && this.#unread !== '')) break
      const line = end < 0 ? this.#unread : this.#unread.slice(0, end)
      this.#unread = end < 0 ? '' : this.#unread.slice(end + 1)
      this.#command += `${textOf(line)}\n`
      const state = stateOf(this.#command)
      if (state === 'unfinished' && !(this.#ended && this.#unread === '')) {
        this.#show('> ')
        continue
      }
      const command = this.#command
      this.#command = ''
      if (command.trim() === '') this.#prompt()
      else if (state !== 'whole') this.#complain(command)
      else return void this.#run(command)
    }
    if (this.#ended && this.#unread === '' && this.#running === undefined) this.#process.exit(this.#lastExitCode)
  }

  async #run(command: string): Promise<void> {
    let here = false
    const shell = this.#make(this.#options, {
      [STILL_HERE]: ([code]) => {
        here = true
        return { exitCode: Number(code) }
      },
    })
    this.#running = shell
    const script = `${this.#definitions}(exit ${this.#lastExitCode})\n${command}${STILL_HERE} $?\n`
    await shell.run(script, { env: this.#env, cwd: this.#cwd }, ({ exitCode, env, cwd }) => {
      if (this.#running !== shell) return
      this.#running = undefined
      this.#lastExitCode = exitCode
      this.#env = env
      this.#cwd = cwd
      if (DEFINITION.test(command)) this.#definitions += command
      if (!here) return this.#process.exit(exitCode)
      this.#prompt()
      this.#goOn()
    })
  }

  #complain(command: string): void {
    this.#lastExitCode = 2
    this.#process.write(`sh: syntax error: unexpected ${JSON.stringify(command.trim().split(/\s+/)[0])}\n`, 'stderr')
    this.#prompt()
  }

  #interrupt(): boolean {
    const shell = this.#running
    this.#running = undefined
    shell?.kill()
    this.#command = ''
    this.#lastExitCode = 130
    this.#prompt()
    return true
  }

  #prompt(): void {
    const { known } = this.#options
    const at = this.#cwd === this.#env.HOME ? '~' : this.#cwd
    if (known.has('bash')) this.#show(`root@${hostnameOf(this.#process)}:${at}# `)
    else this.#show(`${at} # `)
  }

  #show(text: string): void {
    if (this.#process.terminal !== undefined) this.#process.write(text)
  }
}
