import { hostnameOf } from '../../container-runtime/programs/declared.ts'
import type { Process, Program } from '../../contract.ts'
import { sourceOf } from '../../process-source.ts'
import { curl, wget } from './commands/http.ts'
import type { Inside } from './commands/inside.ts'
import { dig, getent, ip, nc, nslookup, ping } from './commands/network.ts'
import { systemCommands } from './commands/system.ts'
import { type CommandResult, quote, type ShellCommand, ShellRun } from './engine.ts'
import type { ContainerShellOptions } from './start.ts'

/** Runs a container's command line in a shell: its output is the container's log, its end the process's. */
export async function runContainerShell(options: ContainerShellOptions): Promise<void> {
  const { process, network, barrier, known, extra } = options
  const output = { stdout: new Lines(process, 'stdout'), stderr: new Lines(process, 'stderr') }
  const inside = insideOf(process, network)
  const trap = { script: undefined as string | undefined, due: false }
  const write = (stream: 'stdout' | 'stderr', text: string) =>
    output[stream].write(stream === 'stderr' ? inBusyboxWords(text, known) : text)
  const shell = new ShellRun({
    files: process.files,
    clock: process.world.clock,
    barrier,
    random: process.random,
    known: new Set([...known, ...Object.keys(extra), ...SHELL_BUILTINS]),
    commands: {
      ...containerCommands(inside),
      ...Object.fromEntries(Object.entries(extra).map(([name, program]) => [name, foreground(process, program, name)])),
      trap: ([script, ...signals]) => setTrap(trap, script, signals),
    },
    sinks: new Map([
      ['/proc/1/fd/1', (text) => output.stdout.write(text)],
      ['/proc/1/fd/2', (text) => output.stderr.write(text)],
    ]),
    onOutput: write,
  })
  process.onEnd(() => shell.kill())
  process.onSignal((signal) => {
    if (signal === 'SIGTERM' && trap.script !== undefined) void runTrap(process, shell, trap.script)
  })
  const { script, args } = scriptOf(process)
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    HOSTNAME: inside.hostname,
    ...process.env,
  }
  const cwd = process.container?.workingDir ?? '/'
  await shell.run(script, { env, cwd, args }, ({ exitCode }) => {
    output.stdout.end()
    output.stderr.end()
    process.exit(exitCode)
  })
}

/** The script of `sh -c SCRIPT` or `sh FILE`; any other command line is a script of one command. */
function scriptOf({ argv, files }: Process): { readonly script: string; readonly args: readonly string[] } {
  const name = (argv[0] ?? '').split('/').at(-1)!
  if (SHELLS.has(name)) {
    const at = argv.findIndex((word, i) => i > 0 && /^-[a-z]*c$/.test(word))
    if (at > 0) {
      const options = argv
        .slice(1, at + 1)
        .map((word) => word.replace('c', ''))
        .filter((word) => word !== '-')
      const set = options.length > 0 ? `set ${options.join(' ')}\n` : ''
      return { script: set + (argv[at + 1] ?? ''), args: argv.slice(at + 2) }
    }
    const path = argv.slice(1).find((word) => !word.startsWith('-'))
    if (path !== undefined) {
      const script = files.read(path)
      return { script: script ?? `echo "${name}: can't open '${path}'" >&2; exit 2`, args: argv.slice(1) }
    }
    // A shell without a terminal reads its end of file at once.
    return { script: '', args: [] }
  }
  const file = (argv[0] ?? '').includes('/') ? files.read(argv[0]!) : undefined
  if (file !== undefined && file !== '') return { script: file, args: argv }
  return { script: [name, ...argv.slice(1)].map(quote).join(' '), args: [] }
}

/** Part of every shell, whatever commands an image has. */
const SHELL_BUILTINS = ['trap', 'wait', 'umask', 'ulimit', 'alias', 'unalias']

const SHELLS = new Set(['sh', 'ash', 'bash'])

function containerCommands(inside: Inside): Readonly<Record<string, ShellCommand>> {
  return {
    ...systemCommands(inside),
    curl: curl(inside),
    wget: wget(inside),
    nslookup: nslookup(inside),
    dig: dig(inside),
    getent: getent(inside),
    nc: nc(inside),
    ip: ip(inside),
    ifconfig: () => ({
      stdout: `eth0      Link encap:Ethernet\n          inet addr:${inside.source.ip}  Mask:255.255.255.0\n`,
    }),
    ping,
    yes: () => ({ stderr: 'yes: not simulated\n', exitCode: 1 }),
    kill: () => ({ stderr: 'kill: signals between processes of a container are not simulated\n', exitCode: 1 }),
    vi: () => ({ stderr: 'vi: there is no terminal in this container\n', exitCode: 1 }),
  }
}

function insideOf(process: Process, network: ContainerShellOptions['network']): Inside {
  const started = process.world.clock.now()
  return {
    network,
    source: sourceOf(process),
    hostname: hostnameOf(process),
    files: process.files,
    cpus: 2,
    memoryBytes: 4 * 1024 ** 3,
    uptimeMs: () => process.world.clock.now() - started,
    processes: () => [
      { pid: 1, user: 'root', command: process.argv.join(' ') },
      { pid: 7, user: 'root', command: 'ps' },
    ],
  }
}

/** Text in lines, as a container's log wants it. */
class Lines {
  readonly #process: Process
  readonly #stream: 'stdout' | 'stderr'
  #rest = ''

  constructor(process: Process, stream: 'stdout' | 'stderr') {
    this.#process = process
    this.#stream = stream
  }

  write(text: string): void {
    if (text === '') return
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#process.log(line, this.#stream)
  }

  end(): void {
    if (this.#rest !== '') this.#process.log(this.#rest, this.#stream)
    this.#rest = ''
  }
}

/** `bash: x: command not found` is `sh: x: not found` in BusyBox. */
function inBusyboxWords(text: string, known: ReadonlySet<string>): string {
  if (known.has('bash') || !text.startsWith('bash: ')) return text
  return text.replace(/^bash: (?:line (\d+): )?/, 'sh: ').replace(': command not found', ': not found')
}

function setTrap(
  trap: { script: string | undefined },
  script: string | undefined,
  signals: readonly string[],
): CommandResult {
  if (signals.some((signal) => /^(SIG)?TERM$|^15$/.test(signal))) trap.script = script === '-' ? undefined : script
  return {}
}

/** The handler runs at once: as if what the shell waits for were `wait`. */
async function runTrap(process: Process, shell: ShellRun, script: string): Promise<void> {
  const exits = /\bexit\b/.test(script)
  await shell.run(script, { env: process.env, cwd: '/' }, ({ exitCode }) => {
    if (exits) process.exit(exitCode)
  })
}

/** A binary of the image in the foreground of a script: a process in the process. */
function foreground(parent: Process, program: Program, name: string): ShellCommand {
  return async (args, _context, shell) => {
    let code = 0
    await shell.wait((resume) => {
      let running = true
      const ends: (() => void)[] = []
      const child: Process = {
        world: parent.world,
        random: parent.random,
        argv: [name, ...args],
        env: parent.env,
        files: parent.files,
        host: parent.host,
        ip: parent.ip,
        ...(parent.pod && { pod: parent.pod }),
        ...(parent.container && { container: parent.container }),
        log: (line, stream) => running && parent.log(line, stream),
        listen: (port, protocol, serve) => parent.listen(port, protocol, serve),
        onSignal: (handler) => parent.onSignal(handler),
        onEnd: (handler) => {
          const once = onlyOnce(handler)
          ends.push(once)
          parent.onEnd(once)
        },
        exit(exitCode) {
          if (!running) return
          running = false
          code = exitCode
          for (const end of ends) end()
          parent.world.clock.defer(resume)
        },
      }
      program.start(child)
    })
    return { exitCode: code }
  }
}

function onlyOnce(call: () => void): () => void {
  let called = false
  return () => {
    if (!called) call()
    called = true
  }
}
