import { humanDuration } from '../../../../api/duration.ts'
import { weekdayTime } from '../../../container-runtime/programs/log-times.ts'
import type { Host } from '../../contract.ts'
import { exitName, type UnitStatus, unitName } from '../../systemd/index.ts'
import type { CommandResult, ShellCommand, ShellRun } from '../engine.ts'
import { parseFlags, table } from './flags.ts'
import { journalLine } from './journalctl.ts'

/** systemctl(1), of service units. */
export function systemctl(host: Host): ShellCommand {
  return async (args, _context, shell) => {
    const { flags, rest: words } = parseFlags(args, SIGNAL_FLAGS)
    const [verb = 'list-units', ...names] = words.filter((arg) => !arg.startsWith('-'))
    const now = args.includes('--now')
    if (verb === 'list-units' || verb === 'list-unit-files')
      return { stdout: verb === 'list-units' ? units(host, args) : unitFiles(host) }
    if (verb === 'daemon-reload') return done(() => host.systemd.daemonReload())
    if (verb === 'reboot') return done(() => host.world.clock.defer(() => host.reboot()))
    if (verb === 'poweroff') return done(() => host.world.clock.defer(() => host.shutDown()))
    if (verb === 'is-system-running') return { stdout: 'running\n' }
    if (names.length === 0) return { stderr: 'Too few arguments.\n', exitCode: 1 }
    if (verb === 'kill') return joined(names.map((name) => kill(host, unitName(name), flags.get('signal'))))
    const results: CommandResult[] = []
    for (const name of names) results.push(await one(host, shell, verb, name, now))
    return joined(results)
  }
}

function done(action: () => void): CommandResult {
  action()
  return {}
}

function joined(results: readonly CommandResult[]): CommandResult {
  return {
    stdout: results.map(({ stdout }) => stdout ?? '').join(''),
    stderr: results.map(({ stderr }) => stderr ?? '').join(''),
    exitCode: results.find(({ exitCode }) => exitCode)?.exitCode ?? 0,
  }
}

async function one(host: Host, shell: ShellRun, verb: string, name: string, now: boolean): Promise<CommandResult> {
  const unit = unitName(name)
  const status = host.systemd.status(unit)
  if (verb === 'is-active') return word(status?.active ?? 'inactive', status?.active === 'active' ? 0 : 3)
  if (status === undefined) return unknownUnit(verb, unit)
  switch (verb) {
    case 'status':
      return { stdout: statusText(host, status), exitCode: status.active === 'active' ? 0 : 3 }
    case 'is-enabled':
      return word(status.enabled ? 'enabled' : 'disabled', status.enabled ? 0 : 1)
    case 'is-failed':
      return word(status.active, status.active === 'failed' ? 0 : 1)
    case 'cat':
      return {
        stdout: [status.file.path, ...status.file.dropIns]
          .map((path) => `# ${path}\n${host.files.read(path)}\n`)
          .join(''),
      }
    case 'enable':
    case 'disable':
      return {
        ...switchOn(host, status, verb),
        ...(now && (await act(host, shell, verb === 'enable' ? 'start' : 'stop', unit))),
      }
    case 'reset-failed':
      return act(host, shell, 'reset', unit)
    case 'reload':
    case 'try-restart':
      return act(host, shell, 'restart', unit)
    case 'start':
    case 'stop':
    case 'restart':
      return {
        ...(await act(host, shell, verb, unit)),
        stderr: host.systemd.needsReload(unit) ? reloadWarning(unit) : '',
      }
    default:
      return { stderr: `systemctl ${verb}: not simulated\n`, exitCode: 1 }
  }
}

const SIGNAL_FLAGS = { '-s': 'signal=', '--signal': 'signal=' } as const

/** SIGTERM unless told otherwise; nobody handles other signals but SIGKILL here. */
function kill(host: Host, unit: string, signal = 'SIGTERM'): CommandResult {
  if (host.systemd.status(unit) === undefined) return unknownUnit('kill', unit)
  if (/^(SIG)?KILL$|^9$/.test(signal)) return done(() => host.systemd.crash(unit))
  if (/^(SIG)?TERM$|^15$/.test(signal)) return done(() => host.systemd.terminate(unit))
  return { stderr: `systemctl kill -s ${signal}: not simulated; SIGTERM and SIGKILL are\n`, exitCode: 1 }
}

function word(text: string, exitCode: number): CommandResult {
  return { stdout: `${text}\n`, exitCode }
}

function unknownUnit(verb: string, unit: string): CommandResult {
  if (verb === 'status') return { stderr: `Unit ${unit} could not be found.\n`, exitCode: 4 }
  if (verb === 'is-enabled')
    return { stderr: `Failed to get unit file state for ${unit}: No such file or directory\n`, exitCode: 1 }
  if (verb === 'enable' || verb === 'disable')
    return { stderr: `Failed to ${verb} unit: Unit file ${unit} does not exist.\n`, exitCode: 1 }
  return { stderr: `Failed to ${verb} ${unit}: Unit ${unit} not found.\n`, exitCode: 5 }
}

function reloadWarning(unit: string): string {
  return `Warning: The unit file, source configuration file or drop-ins of ${unit} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`
}

/** Comes back when the unit has done it, as systemctl waits for its job. */
async function act(
  host: Host,
  shell: ShellRun,
  action: 'start' | 'stop' | 'restart' | 'reset',
  unit: string,
): Promise<CommandResult> {
  host.systemd.do(action, unit)
  while (host.systemd.status(unit)?.active === 'deactivating') await shell.sleep(100)
  await shell.sleep(0)
  return {}
}

function switchOn(host: Host, { name, file, enabled }: UnitStatus, verb: 'enable' | 'disable'): CommandResult {
  const link = `/etc/systemd/system/multi-user.target.wants/${name}`
  if (verb === 'enable') host.systemd.enable(name)
  else host.systemd.disable(name)
  if ((verb === 'enable') === enabled) return {}
  return { stderr: verb === 'enable' ? `Created symlink ${link} → ${file.path}.\n` : `Removed "${link}".\n` }
}

function statusText(host: Host, status: UnitStatus): string {
  const { name, file, active, since, pid, lastExit, argv } = status
  const dot = active === 'active' ? '●' : active === 'failed' ? '×' : active === 'inactive' ? '○' : '●'
  const lines = [
    `${dot} ${name} - ${file.description}`,
    `     Loaded: loaded (${file.path}; ${status.enabled ? 'enabled' : 'disabled'}; preset: enabled)`,
  ]
  if (file.dropIns.length > 0) {
    const slash = file.dropIns[0]!.lastIndexOf('/')
    lines.push(
      `    Drop-In: ${file.dropIns[0]!.slice(0, slash)}`,
      `             └─${file.dropIns.map((path) => path.slice(slash + 1)).join(', ')}`,
    )
  }
  lines.push(`     Active: ${activeText(status)}${sinceText(since, host.world.clock.now())}`)
  if (lastExit !== undefined)
    lines.push(`    Process: ${lastExit.pid} ExecStart=${argv.join(' ')} (${exitText(lastExit.code)})`)
  if (file.documentation.length > 0) lines.push(`       Docs: ${file.documentation[0]}`)
  if (pid !== undefined) {
    const identifier = argv[0]?.split('/').at(-1) ?? ''
    lines.push(
      `   Main PID: ${pid} (${identifier})`,
      '      Tasks: 12 (limit: 4556)',
      '     Memory: 38.4M',
      '        CPU: 1.204s',
      `     CGroup: /system.slice/${name}`,
      `             └─${pid} ${argv.join(' ')}`,
    )
  } else if (lastExit !== undefined) {
    lines.push(`   Main PID: ${lastExit.pid} (${exitText(lastExit.code)})`)
  }
  const journal = host.journal
    .entries(name)
    .slice(-10)
    .map((entry) => journalLine(host.name, entry))
  return `${[...lines, '', ...journal].join('\n')}\n`
}

function exitText(code: number): string {
  const signal = { 129: 'HUP', 130: 'INT', 137: 'KILL', 143: 'TERM' }[code]
  return signal === undefined ? `code=exited, status=${code}/${exitName(code)}` : `code=killed, signal=${signal}`
}

function activeText({ active, sub, lastExit }: UnitStatus): string {
  if (active === 'active') return `active (${sub})`
  if (active === 'deactivating') return `deactivating (${sub})`
  const result = lastExit?.code === 137 ? 'signal' : 'exit-code'
  if (active === 'activating') return `activating (${sub}) (Result: ${result})`
  return active === 'failed' ? `failed (Result: ${result})` : 'inactive (dead)'
}

function sinceText(since: number | undefined, now: number): string {
  return since === undefined ? '' : ` since ${weekdayTime(since)}; ${humanDuration(now - since)} ago`
}

function units(host: Host, args: readonly string[]): string {
  const wanted = args.includes('--failed') || args.includes('--state=failed')
  const shown = host.systemd
    .list()
    .filter(({ active }) =>
      wanted ? active === 'failed' : active !== 'inactive' || args.includes('--all') || args.includes('-a'),
    )
  const rows = shown.map(({ name, active, sub, file }) => [
    ` ${active === 'failed' ? '●' : ' '} ${name}`,
    'loaded',
    active,
    sub,
    file.description,
  ])
  return `${table([['   UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION'], ...rows], 1)}\n${shown.length} loaded units listed.\n`
}

function unitFiles(host: Host): string {
  const rows = host.systemd.list().map(({ name, enabled }) => [name, enabled ? 'enabled' : 'disabled', 'enabled'])
  return `${table([['UNIT FILE', 'STATE', 'PRESET'], ...rows], 1)}\n${rows.length} unit files listed.\n`
}
