import { parseTime } from '../../../../api/time.ts'
import { syslogTime } from '../../../container-runtime/programs/log-times.ts'
import type { Host } from '../../contract.ts'
import type { JournalEntry } from '../../journal.ts'
import { unitName } from '../../systemd/index.ts'
import type { CommandResult, ShellCommand, ShellRun } from '../engine.ts'
import { parseFlags } from './flags.ts'

const FLAGS = {
  '-u': 'unit=',
  '--unit': 'unit=',
  '-n': 'lines=',
  '--lines': 'lines=',
  '-f': 'follow',
  '--follow': 'follow',
  '-e': 'end',
  '-x': 'catalog',
  '-r': 'reverse',
  '--reverse': 'reverse',
  '--no-pager': 'no-pager',
  '-b': 'boot',
  '-o': 'output=',
  '--output': 'output=',
  '--since': 'since=',
  '-S': 'since=',
  '-p': 'priority=',
  '-l': 'full',
  '-g': 'grep=',
  '--grep': 'grep=',
} as const

/** How often (virtual ms) `-f` looks for what has come. */
const FOLLOW_MS = 500

/** journalctl(1). `-f` goes on until it is interrupted, or `timeout` ends it. */
export function journalctl(host: Host): ShellCommand {
  return async (args, _context, shell) => {
    const { flags, unknown } = parseFlags(args, FLAGS)
    if (unknown !== undefined) return { stderr: `journalctl: unrecognized option '${unknown}'\n`, exitCode: 1 }
    const unit = flags.get('unit')
    const all = () => host.journal.entries(unit === undefined ? undefined : unitName(unit))
    let entries = all()
    const since = sinceOf(flags.get('since'), host.world.clock.now())
    if (since === undefined) return { stderr: `Failed to parse timestamp: ${flags.get('since')}\n`, exitCode: 1 }
    entries = entries.filter(({ at }) => at >= since)
    if (flags.has('boot')) entries = entries.filter(({ boot }) => boot === host.journal.entries().at(-1)?.boot)
    const isWanted = ({ message }: JournalEntry) => message.includes(flags.get('grep') ?? '')
    entries = entries.filter(isWanted)
    const lines = Number(
      flags.get('lines') ?? (flags.has('follow') ? 10 : flags.has('end') ? 1000 : Number.POSITIVE_INFINITY),
    )
    if (Number.isFinite(lines)) entries = entries.slice(-lines)
    if (flags.has('follow')) return follow(host, shell, entries, () => all().filter(isWanted))
    if (entries.length === 0) return { stdout: '-- No entries --\n' }
    const shown = flags.get('output') === 'cat' ? entries.map(({ message }) => message) : withBoots(host.name, entries)
    return { stdout: `${(flags.has('reverse') ? [...shown].reverse() : shown).join('\n')}\n` }
  }
}

/** What is there, and then what comes. */
async function follow(
  host: Host,
  shell: ShellRun,
  first: readonly JournalEntry[],
  all: () => readonly JournalEntry[],
): Promise<CommandResult> {
  const seen = new Set(all())
  for (let fresh = first; ; fresh = all().filter((entry) => !seen.has(entry))) {
    for (const entry of fresh) {
      seen.add(entry)
      shell.print(`${journalLine(host.name, entry)}\n`)
    }
    if (shell.now >= shell.deadline) return {}
    await shell.sleep(FOLLOW_MS)
  }
}

function withBoots(host: string, entries: readonly JournalEntry[]): readonly string[] {
  return entries.flatMap((entry, i) => {
    const before = entries[i - 1]
    const line = journalLine(host, entry)
    return before !== undefined && before.boot !== entry.boot ? [`-- Boot ${entry.boot} --`, line] : [line]
  })
}

/** `Jan 01 00:00:00 cp-1 kubelet[512]: …` */
export function journalLine(host: string, { at, identifier, pid, message }: JournalEntry): string {
  return `${syslogTime(at)} ${host} ${identifier}[${pid}]: ${message}`
}

/** `5 min ago`, `-10m`, `today`, `2026-01-01 00:00:00`. */
function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return Number.NEGATIVE_INFINITY
  if (text === 'today') return now - (now % 86_400_000)
  if (text === 'yesterday') return now - (now % 86_400_000) - 86_400_000
  const ago = /^-?(\d+)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)(?:\s+ago)?$/.exec(text)
  if (ago)
    return (
      now - Number(ago[1]) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2]![0] as 's' | 'm' | 'h' | 'd']
    )
  const at = parseTime(/\d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}Z` : `${text.slice(0, 10)}T00:00:00Z`)
  return Number.isNaN(at) ? undefined : at
}
