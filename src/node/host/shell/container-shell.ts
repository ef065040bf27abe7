import { hostnameOf } from '../../container-runtime/programs/declared.ts'
import type { Process, Program } from '../../contract.ts'
import { sourceOf } from '../../process-source.ts'
import type { Files } from '../file-tree.ts'
import { curl, wget } from './commands/http.ts'
import type { Inside } from './commands/inside.ts'
import { dig, getent, ip, nc, nslookup, ping } from './commands/network.ts'
import { systemCommands } from './commands/system.ts'
import { tar } from './commands/tar.ts'
import { copiesInput } from './copy-input.ts'
import { type CommandResult, quote, type ShellCommand, ShellRun } from './engine.ts'
import { environmentOf, openInteractiveShell } from './interactive-shell.ts'
import type { ContainerShellOptions } from './start.ts'

/** Runs a container's command line in a shell: its output is the process's, its end the process's. */
export async function runContainerShell(options: ContainerShellOptions): Promise<void> {
  const { process } = options
  if (process.stdin !== undefined && isInteractive(process.argv)) return openInteractiveShell(options, shellFor)
  if (process.stdin !== undefined && copiesInput(process)) return
  const { script, args } = scriptOf(process)
  if (process.stdin === undefined || !readsInput(script)) return runScript(options, script, args)
  let input = ''
  process.stdin.onData((bytes) => {
    if (bytes !== undefined) input += bytes
    else void runScript(options, script, args, input)
  })
}

async function runScript(
  options: ContainerShellOptions,
  script: string,
  args: readonly string[],
  stdin?: string,
): Promise<void> {
  const { process } = options
  const trap = { script: undefined as string | undefined, due: false }
  const shell = shellFor(options, { trap: ([text, ...signals]) => setTrap(trap, text, signals) })
  process.onEnd(() => shell.kill())
  process.onSignal((signal) => {
    if (signal === 'SIGTERM' && trap.script !== undefined) void runTrap(process, shell, trap.script)
    if (signal === 'SIGINT') process.exit(130)
  })
  const cwd = process.container?.workingDir ?? '/'
  const from = { env: environmentOf(process), cwd, args, ...(stdin !== undefined && { stdin }) }
  await shell.run(script, from, ({ exitCode }) => process.exit(exitCode))
}

/** A shell in a container, with the commands its image has. */
function shellFor(options: ContainerShellOptions, more: Readonly<Record<string, ShellCommand>>): ShellRun {
  const { process, network, barrier, known, extra } = options
  const write = (stream: 'stdout' | 'stderr', text: string) =>
    process.write(stream === 'stderr' ? inBusyboxWords(text, known) : text, stream)
  const own = Object.entries(extra).map(([name, program]) => [name, foreground(process, program, name)] as const)
  return new ShellRun({
    files: process.files,
    clock: process.world.clock,
    barrier,
    random: process.random,
    known: new Set([...known, ...Object.keys(extra), ...SHELL_BUILTINS, ...Object.keys(more)]),
    commands: { ...containerCommands(insideOf(process, network)), ...Object.fromEntries(own), ...more },
    sinks: new Map([
      ['/proc/1/fd/1', (text) => process.write(text)],
      ['/proc/1/fd/2', (text) => process.write(text, 'stderr')],
    ]),
    onOutput: write,
    ...(process.terminal !== undefined && { interactive: true }),
  })
}

/** `sh`, `bash -i`, `ash -l`: a shell that reads what to do from its input. */
function isInteractive(argv: readonly string[]): boolean {
  const name = (argv[0] ?? '').split('/').at(-1)!
  return (
    SHELLS.has(name) &&
    argv.slice(1).every((word) => /^-[a-z]+$|^--(login|norc|noprofile)$/.test(word) && !/^-[a-z]*c/.test(word))
  )
}

/** Whether a script may read its input; one that does is started when all of it is there. */
function readsInput(script: string): boolean {
  return /(^|[^\w.-])(cat|tee|read|wc|head|tail|tar|xargs|grep|egrep|fgrep|sed|awk|sort|base64|gzip|gunzip|zcat|dd|md5sum|sha1sum|sha256sum|tr|cut|uniq|od|jq|rev|nl|tac|strings)\b/.test(
    script,
  )
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
    tar: tar(inside),
    ip: ip(inside),
    ifconfig: () => ({
      stdout: `eth0      Link encap:Ethernet\n          inet addr:${inside.source.ip}  Mask:255.255.255.0\n`,
    }),
    ping,
    yes: () => ({ stderr: 'yes: not simulated\n', exitCode: 1 }),
    kill: () => ({ stderr: 'kill: signals between processes of a container are not simulated\n', exitCode: 1 }),
    vi: () => ({ stderr: 'vi: not simulated: write files with cat, echo or tee\n', exitCode: 1 }),
  }
}

function insideOf(process: Process, network: ContainerShellOptions['network']): Inside {
  const started = process.world.clock.now()
  return {
    network,
    source: sourceOf(process),
    hostname: hostnameOf(process),
    files: process.files,
    identity: process.identity ?? { uid: 0, gid: 0, groups: [0] },
    can: (capability) => process.capabilities?.has(capability) !== false,
    mounts: () => ('mountPoints' in process.files ? ((process.files as Files).mountPoints?.() ?? []) : []),
    ...(process.runtimeHandler !== undefined && { runtimeHandler: process.runtimeHandler }),
    cpus: 2,
    memoryBytes: 4 * 1024 ** 3,
    uptimeMs: () => process.world.clock.now() - started,
    processes: () => processTable(process),
  }
}

/** `ps` sees itself: a process of its own where a script has called it. */
function processTable(process: Process): ReturnType<Inside['processes']> {
  const user = userName(process.identity?.uid ?? 0)
  const around = process.processes?.() ?? [process.argv]
  const argvs = /(^|\/)ps$/.test(process.argv[0] ?? '') ? around : [...around, ['ps']]
  return argvs.map((argv, i) => ({ pid: i === 0 ? 1 : 6 * i + 1, user, command: argv.join(' ') }))
}

function userName(uid: number): string {
  return uid === 0 ? 'root' : String(uid)
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
        ...(parent.identity && { identity: parent.identity }),
        ...(parent.capabilities && { capabilities: parent.capabilities }),
        refusesPort: (port) => parent.refusesPort?.(port) === true,
        log: (line, stream) => running && parent.log(line, stream),
        write: (text, stream) => running && parent.write(text, stream),
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
