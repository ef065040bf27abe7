import { parseResolvConf } from '../../../network/resolver.ts'
import type { NodeResources } from '../../container-runtime/usage/node-resources.ts'
import { iptablesSave, ipvsadm } from '../../kube-proxy/iptables-save.ts'
import type { Host } from '../contract.ts'
import type { Files } from '../file-tree.ts'
import { withContainerLogs } from '../log-files.ts'
import { resolvePath } from '../paths.ts'
import { stateOf } from './command-text.ts'
import { crictl } from './commands/crictl.ts'
import { curl, wget } from './commands/http.ts'
import type { Inside, MeasuredUse } from './commands/inside.ts'
import { journalctl } from './commands/journalctl.ts'
import { dig, getent, ip, nc, nslookup, ping } from './commands/network.ts'
import { pager } from './commands/pager.ts'
import { netstat, ss } from './commands/sockets.ts'
import { systemCommands } from './commands/system.ts'
import { systemctl } from './commands/systemctl.ts'
import { completeLine } from './completion.ts'
import type { Completion, LoginShell, ShellEffect, ShellResult } from './contract.ts'
import { builtInCommands, type CommandResult, quote, type ShellCommand, type ShellContext, ShellRun } from './engine.ts'

/** root's login shell. Every line runs in a shell of its own that starts where the last one ended. */
export function openSession(host: Host): LoginShell {
  return new Session(host)
}

const EDITORS = ['vi', 'vim', 'nano', 'edit', 'editor', 'emacs', 'code']

class Session implements LoginShell {
  readonly #host: Host
  readonly #files: Files
  readonly #commands: Readonly<Record<string, ShellCommand>>
  #env: Readonly<Record<string, string>>
  #cwd = '/root'
  #effect: ShellEffect | undefined
  #lastExitCode = 0
  /** Ends the line that runs. */
  #interrupt: (() => void) | undefined
  /** Lines that define functions and aliases, played again before each line. */
  #definitions = ''

  constructor(host: Host) {
    this.#host = host
    this.#files = withContainerLogs(host)
    this.#env = {
      HOME: '/root',
      USER: 'root',
      SHELL: '/bin/bash',
      PATH,
      HOSTNAME: host.name,
      TERM: 'xterm-256color',
      EDITOR: 'vi',
    }
    this.#commands = this.#allCommands(insideOf(host, this.#files))
  }

  get cwd(): string {
    return this.#cwd
  }

  async run(line: string, onOutput?: (text: string) => void): Promise<ShellResult> {
    if (!this.#host.up)
      return {
        stdout: '',
        stderr: `ssh: connect to host ${this.#host.name} port 22: Connection timed out\n`,
        exitCode: 255,
      }
    let stdout = ''
    let stderr = ''
    const { world, barrier } = this.#host
    const shell = new ShellRun({
      files: this.#files,
      clock: world.clock,
      barrier,
      random: this.#host.random,
      commands: this.#commands,
      interactive: true,
      onOutput: (stream, text) => {
        if (stream === 'stdout') stdout += text
        else stderr += text
        onOutput?.(text)
      },
    })
    const interrupted = new Promise<ShellResult>((resolve) => {
      this.#interrupt = () => {
        shell.kill()
        this.#lastExitCode = 130
        resolve({ stdout, stderr, exitCode: 130 })
      }
    })
    const options = { env: this.#env, cwd: this.#cwd }
    // Each line runs in a shell of its own, which has to know how the last one ended.
    const before = this.#lastExitCode === 0 ? '' : `(exit ${this.#lastExitCode})\n`
    const finished = shell.run(this.#definitions + before + line, options, ({ exitCode, env, cwd }): ShellResult => {
      this.#interrupt = undefined
      this.#lastExitCode = exitCode
      this.#env = env
      this.#cwd = cwd
      if (exitCode === 0 && DEFINITION.test(line)) this.#definitions += `${line}\n`
      const effect = this.#takeEffect() ?? (EXIT.test(line) ? { logout: true } : undefined)
      return { stdout, stderr, exitCode, ...(effect && { effect }) }
    })
    return Promise.race([finished, interrupted])
  }

  interrupt(): void {
    this.#interrupt?.()
    this.#interrupt = undefined
  }

  async complete(line: string): Promise<Completion> {
    const { systemd } = this.#host
    const commands = [...builtInCommands(), ...Object.keys(this.#commands), ...OF_THE_SHELL]
    return completeLine(line, {
      files: this.#files,
      commands,
      cwd: this.#cwd,
      units: systemd.list().map(({ name }) => name),
    })
  }

  async isUnfinished(text: string): Promise<boolean> {
    return stateOf(text) === 'unfinished'
  }

  #allCommands(inside: Inside): Readonly<Record<string, ShellCommand>> {
    const host = this.#host
    const edit: ShellCommand = (args, context) => this.#edit(args, context)
    return {
      ...systemCommands(inside),
      ...Object.fromEntries(EDITORS.map((name) => [name, edit])),
      curl: curl(inside),
      wget: wget(inside),
      nslookup: nslookup(inside),
      dig: dig(inside),
      getent: getent(inside),
      nc: nc(inside),
      ip: ip(inside),
      ping,
      ss: ss(inside),
      netstat: netstat(inside),
      less: pager,
      more: pager,
      top: () => ({
        stderr: 'top: what single processes take is not simulated; ps, free, df and `kubectl top` are\n',
        exitCode: 1,
      }),
      openssl: () => ({
        stderr: 'openssl: not simulated: of the files in /etc/kubernetes/pki only ca.crt holds a certificate\n',
        exitCode: 1,
      }),
      systemctl: systemctl(host),
      journalctl: journalctl(host),
      crictl: crictl(host),
      sudo: (args, context) => passOn(args, context),
      iptables: (args) => iptables(host, args),
      'iptables-save': () => ({ stdout: iptablesSave(host.network.rules(host.name)) }),
      ipvsadm: () => ({ stdout: ipvsadm(host.network.rules(host.name)) }),
      service: ([name = '', verb = 'status'], context) => run(`systemctl ${quote(verb)} ${quote(name)}`, context),
      reboot: () => later(() => host.reboot(), host),
      shutdown: (args) => later(() => (args.includes('-r') ? host.reboot() : host.shutDown()), host),
      poweroff: () => later(() => host.shutDown(), host),
      logout: () => this.#logout(),
      swapoff: () => ({}),
      modprobe: () => ({}),
      kubectl: () => ({
        stderr: 'kubectl: command not found: use it on your own machine, KUBECONFIG is set there\n',
        exitCode: 127,
      }),
      kubeadm: () => ({ stderr: 'kubeadm: not simulated\n', exitCode: 1 }),
      docker: () => ({ stderr: 'docker: command not found: this node runs containerd, see crictl\n', exitCode: 127 }),
    }
  }

  #edit(args: readonly string[], context: ShellContext): CommandResult {
    const path = args.find((arg) => !arg.startsWith('-') && !arg.startsWith('+'))
    if (path === undefined) return { stderr: 'edit: which file?\n', exitCode: 1 }
    const at = resolvePath(path, context.cwd)
    if (this.#files.isDirectory(at)) return { stderr: `edit: ${at} is a directory\n`, exitCode: 1 }
    this.#effect = { edit: at }
    return {}
  }

  #takeEffect(): ShellEffect | undefined {
    const effect = this.#effect
    this.#effect = undefined
    return effect
  }

  #logout(): CommandResult {
    this.#effect = { logout: true }
    return {}
  }
}

/** A line that leaves the shell: each line runs in a shell of its own, so it would only leave that one. */
const EXIT = /^\s*exit(\s+\d+)?\s*;?\s*$/
/** Words that are no programs. */
const OF_THE_SHELL = ['alias', 'cd', 'exit', 'export', 'read', 'set', 'source', 'type', 'unalias', 'unset']
const DEFINITION = /^\s*(?:alias\s|function\s|[\w-]+\s*\(\)\s*\{)/
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Lists the nat table; rules are kube-proxy's to write. */
function iptables(host: Host, args: readonly string[]): CommandResult {
  const at = args.findIndex((arg) => arg === '-S' || arg === '-L' || arg === '-nL' || arg === '-Ln')
  if (at < 0) return { stderr: 'iptables: only listing (-t nat -S [CHAIN]) is simulated\n', exitCode: 2 }
  const chain = args[at + 1]?.startsWith('-') ? undefined : args[at + 1]
  const [nat = ''] = iptablesSave(host.network.rules(host.name)).split('COMMIT')
  const lines = nat.split('\n').filter((line) => line.startsWith('-A '))
  const shown = chain === undefined ? lines : lines.filter((line) => line.startsWith(`-A ${chain} `))
  if (chain !== undefined && shown.length === 0)
    return { stderr: `iptables: No chain/target/match by that name.\n`, exitCode: 1 }
  return { stdout: shown.map((line) => `${line}\n`).join('') }
}

function passOn(args: readonly string[], context: ShellContext): CommandResult | Promise<CommandResult> {
  const rest = args.slice(args.findIndex((arg) => !arg.startsWith('-')))
  if (args.length === 0 || args.every((arg) => arg.startsWith('-'))) return {}
  return run(rest.map(quote).join(' '), context)
}

async function run(line: string, context: ShellContext): Promise<CommandResult> {
  return context.exec!(line, { cwd: context.cwd })
}

/** After the shell has answered: the machine takes it down with everything else. */
function later(action: () => void, host: Host): CommandResult {
  host.world.clock.defer(action)
  return {}
}

function insideOf(host: Host, files: Files): Inside {
  const { name, ip: address, network } = host
  return {
    network,
    hostname: name,
    files,
    identity: { uid: 0, gid: 0, groups: [0] },
    cpus: host.cpus,
    memoryBytes: host.memoryBytes,
    ...(host.runtime !== undefined && { measured: () => measured(host.runtime!.resources, host.world.clock.now()) }),
    uptimeMs: () => host.world.clock.now() - host.bootedAt,
    processes: () => processesOf(host),
    source: {
      host: name,
      ip: address,
      get resolver() {
        return parseResolvConf(files.read('/etc/resolv.conf') ?? '')
      },
      get hosts() {
        return files.read('/etc/hosts') ?? ''
      },
    },
  }
}

/** Of the whole machine. */
function measured({ memory, disk }: NodeResources, now: number): MeasuredUse {
  const taken = { bytes: disk.bytes.taken(now), files: disk.files.taken(now) }
  return { memory: memory.taken(now), disk: taken, capacity: disk.capacity }
}

function processesOf(host: Host): ReturnType<Inside['processes']> {
  const units = host.systemd
    .list()
    .flatMap(({ pid, argv }) => (pid === undefined ? [] : [{ pid, user: 'root', command: argv.join(' ') }]))
  const containers = [...(host.runtime?.containers() ?? [])].filter(({ state }) => state === 'running')
  const inContainers = containers.map(({ config: { command, args, image } }, i) => ({
    pid: 2000 + i,
    user: 'root',
    command: [...(command ?? image.entrypoint ?? []), ...(args ?? (command ? [] : (image.cmd ?? [])))].join(' '),
  }))
  return [{ pid: 1, user: 'root', command: '/sbin/init' }, ...units, ...inContainers]
}
