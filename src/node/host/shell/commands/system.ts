import { civilTime } from '../../../../api/time.ts'
import { monthName, unixDate, weekdayName } from '../../../container-runtime/programs/log-times.ts'
import { sleepDuration } from '../../../container-runtime/programs/sleep.ts'
import { quote, type ShellCommand } from '../engine.ts'
import { cp } from './copy.ts'
import { table } from './flags.ts'
import type { Inside } from './inside.ts'
import { chown, ls, mount } from './ownership.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** date(1): now, in UTC; `+FORMAT` and `-u`. */
export const date: ShellCommand = (args, _context, shell) => {
  const format = args.find((arg) => arg.startsWith('+'))
  const other = args.find((arg) => !arg.startsWith('+') && arg !== '-u' && arg !== '-R' && arg !== '-Iseconds')
  if (other !== undefined)
    return { stderr: `date: ${other}: only +FORMAT, -u and -Iseconds are simulated\n`, exitCode: 1 }
  if (args.includes('-Iseconds')) return { stdout: `${formatDate('%Y-%m-%dT%H:%M:%S+00:00', shell.now)}\n` }
  return { stdout: `${format === undefined ? unixDate(shell.now) : formatDate(format.slice(1), shell.now)}\n` }
}

/** strftime, in UTC. */
function formatDate(format: string, now: number): string {
  const { year, month, day, hour, minute, second, weekday } = civilTime(now)
  const values: Readonly<Record<string, string>> = {
    Y: String(year),
    y: two(year % 100),
    m: two(month),
    d: two(day),
    e: String(day).padStart(2),
    H: two(hour),
    I: two(hour % 12 === 0 ? 12 : hour % 12),
    M: two(minute),
    S: two(second),
    N: `${String(Math.round((now % 1000) * 1000)).padStart(6, '0')}000`,
    s: String(Math.floor(now / 1000)),
    p: hour < 12 ? 'AM' : 'PM',
    a: weekdayName(weekday),
    b: monthName(month),
    u: String(weekday === 0 ? 7 : weekday),
    Z: 'UTC',
    z: '+0000',
    F: `${year}-${two(month)}-${two(day)}`,
    T: `${two(hour)}:${two(minute)}:${two(second)}`,
    R: `${two(hour)}:${two(minute)}`,
    c: unixDate(now),
    n: '\n',
    '%': '%',
  }
  return format.replace(/%(.)/g, (whole, letter: string) => values[letter] ?? whole)
}

/** sleep(1), on virtual time; `infinity` too. */
const sleep: ShellCommand = async (args, _context, shell) => {
  const ms = sleepDuration(args)
  if (ms === undefined)
    return {
      stderr: `sleep: invalid time interval '${args.find((arg) => sleepDuration([arg]) === undefined)}'\n`,
      exitCode: 1,
    }
  await shell.sleep(ms)
  return {}
}

/** timeout(1), on virtual time. */
export const timeout: ShellCommand = async (args, context, shell) => {
  // Its own options come first; a signal and what to kill after are words of their own.
  const own = args.findIndex((arg, i) => !arg.startsWith('-') && !/^-[ks]$/.test(args[i - 1] ?? ''))
  const words = args.slice(Math.max(0, own))
  const ms = sleepDuration(words.slice(0, 1))
  if (ms === undefined || words.length < 2)
    return { stderr: 'timeout: usage: timeout DURATION COMMAND\n', exitCode: 125 }
  const before = shell.deadline
  const mine = Math.min(before, shell.now + ms)
  shell.deadline = mine
  const controller = new AbortController()
  const stop = shell.onDeadline(mine, () => controller.abort())
  const result = await context.exec!(words.slice(1).map(quote).join(' '), {
    cwd: context.cwd,
    signal: controller.signal,
  })
  stop()
  shell.deadline = before
  return controller.signal.aborted ? { stdout: result.stdout, exitCode: 124 } : result
}

/** Setting the clock takes a capability that containers usually do not have. */
const setsDate =
  (inside: Inside): ShellCommand =>
  (args, context, shell) =>
    args.some((arg) => /^(-s|--set)/.test(arg)) && inside.can?.('SYS_TIME') === false
      ? { stderr: "date: can't set date: Operation not permitted\n", exitCode: 1 }
      : date(args, context, shell)

export function systemCommands(inside: Inside): Readonly<Record<string, ShellCommand>> {
  return {
    date: setsDate(inside),
    mkdir,
    sleep,
    timeout,
    env: withoutStatus,
    cp,
    ls: ls(inside),
    chown: chown(inside, 'chown'),
    chgrp: chown(inside, 'chgrp'),
    mount: mount(inside),
    printenv: withoutStatus,
    hostname: (args) => ({
      stdout: `${args.includes('-i') || args.includes('-I') ? inside.source.ip : inside.hostname}\n`,
    }),
    id: (args) => id(args, inside.identity),
    whoami: () =>
      inside.identity.uid === 0
        ? { stdout: 'root\n' }
        : { stderr: `whoami: unknown uid ${inside.identity.uid}\n`, exitCode: 1 },
    dmesg: () => ({ stdout: inside.runtimeHandler === 'runsc' ? GVISOR_BOOT : '' }),
    nproc: () => ({ stdout: `${inside.cpus}\n` }),
    uname: (args) => uname(args, inside.hostname, inside.runtimeHandler),
    ps: () => ({ stdout: processTable(inside) }),
    uptime: (_args, _context, shell) => ({ stdout: uptime(inside, shell.now) }),
    free: (args) => ({ stdout: free(inside, args.includes('-m'), args.includes('-h')) }),
    df: (args) => ({ stdout: df(inside, args) }),
    ulimit: () => ({ stdout: 'unlimited\n' }),
    wait: () => ({}),
    umask: () => ({ stdout: '0022\n' }),
    sync: () => ({}),
    sysctl: (args) => sysctl(inside, args),
  }
}

/** mkdir(1), with `-m MODE` in octal. */
const mkdir: ShellCommand = async (args, context) => {
  const at = args.findIndex((arg) => arg === '-m' || arg.startsWith('--mode=') || /^-m\d/.test(arg))
  if (at < 0) return context.origCommand!([...args])
  const isApart = args[at] === '-m'
  const mode = isApart ? (args[at + 1] ?? '') : args[at]!.replace(/^(-m|--mode=)/, '')
  if (!/^[0-7]{3,4}$/.test(mode)) return { stderr: `mkdir: invalid mode '${mode}'\n`, exitCode: 1 }
  const rest = args.filter((_, i) => i !== at && !(isApart && i === at + 1))
  const result = await context.origCommand!([...rest])
  if (result.exitCode !== 0) return result
  for (const directory of rest.filter((arg) => !arg.startsWith('-')))
    await context.fs.chmod(context.fs.resolvePath(context.cwd, directory), Number.parseInt(mode, 8))
  return result
}

/** just-bash counts `$?` among the variables of the environment. */
const withoutStatus: ShellCommand = async (args, context) => {
  const result = await context.origCommand!([...args])
  return { ...result, stdout: result.stdout.replace(/^\?=.*\n/m, '') }
}

/** What gVisor's kernel has to say of itself. Source: google/gvisor pkg/sentry/kernel/syslog.go */
const GVISOR_BOOT = `[    0.000000] Starting gVisor...
[    0.291831] Checking naughty and nice process list...
[    0.736547] Granting licence to kill(2)...
[    1.031418] Digging up root...
[    1.317245] Preparing for the zombie uprising...
[    1.720129] Setting up VFS...
[    1.951772] Ready!
`

const KERNELS: Readonly<Record<string, readonly [release: string, version: string]>> = {
  runsc: ['4.19.0-gvisor', '#1 SMP Sun Jan 10 15:06:54 PST 2016'],
  kata: ['6.12.42', '#1 SMP Mon Aug 18 09:00:00 UTC 2025'],
}

function id(args: readonly string[], { uid, gid, groups }: Inside['identity']) {
  const named = (number: number) => (number === 0 ? '0(root)' : String(number))
  if (args.includes('-u')) return { stdout: `${uid}\n` }
  if (args.includes('-g')) return { stdout: `${gid}\n` }
  if (args.includes('-G')) return { stdout: `${groups.join(' ')}\n` }
  return { stdout: `uid=${named(uid)} gid=${named(gid)} groups=${groups.map(named).join(',')}\n` }
}

function uname(args: readonly string[], hostname: string, handler = '') {
  const [release, version] = KERNELS[handler] ?? ['6.8.0-90-generic', '#91-Ubuntu SMP PREEMPT_DYNAMIC']
  const all = `Linux ${hostname} ${release} ${version} x86_64 GNU/Linux`
  if (args.includes('-a')) return { stdout: `${all}\n` }
  if (args.includes('-r')) return { stdout: `${release}\n` }
  if (args.includes('-m')) return { stdout: 'x86_64\n' }
  return { stdout: args.includes('-n') ? `${hostname}\n` : 'Linux\n' }
}

function processTable(inside: Inside): string {
  const rows = inside
    .processes()
    .map(({ pid, user, command }) => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`)
  return `  PID USER      TIME COMMAND\n${rows.join('')}`
}

function uptime(inside: Inside, now: number): string {
  const minutes = Math.floor(inside.uptimeMs() / 60_000)
  const days = Math.floor(minutes / 1440)
  const rest = `${Math.floor(minutes / 60) % 24}:${two(minutes % 60)}`
  const since = minutes < 60 ? `${minutes} min` : rest
  return ` ${formatDate('%T', now)} up ${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${since},  1 user,  load average: 0.12, 0.10, 0.09\n`
}

function free(inside: Inside, mebi: boolean, human: boolean): string {
  const unit = human || mebi ? 1024 ** 2 : 1024
  const show = (bytes: number) => `${Math.floor(bytes / unit)}${human ? 'Mi' : ''}`
  const total = inside.memoryBytes
  const measured = inside.measured?.().memory
  const used = measured ?? Math.floor(total * 0.2)
  const cached = measured === undefined ? used : Math.floor((total - used) * 0.25)
  return table([
    ['', 'total', 'used', 'free', 'shared', 'buff/cache', 'available'],
    ['Mem:', show(total), show(used), show(total - used - cached), '0', show(cached), show(total - used)],
    ['Swap:', '0', '0', '0'],
  ])
}

/** What a container sees where nobody measures it: 1 KiB blocks and inodes of a small disk. */
const USUAL_DISK = {
  disk: { bytes: 6_122_504 * 1024, files: 90_000 },
  capacity: { bytes: 40_470_732 * 1024, files: 2_621_440 },
}

function df(inside: Inside, args: readonly string[]): string {
  const { disk, capacity } = inside.measured?.() ?? USUAL_DISK
  const percent = (used: number, of: number) => `${Math.ceil((100 * used) / of)}%`
  if (args.some((arg) => /^-\w*i/.test(arg)))
    return table([
      ['Filesystem', 'Inodes', 'IUsed', 'IFree', 'IUse%', 'Mounted on'],
      [
        '/dev/vda1',
        String(capacity.files),
        String(Math.round(disk.files)),
        String(Math.round(capacity.files - disk.files)),
        percent(disk.files, capacity.files),
        '/',
      ],
    ])
  const human = args.some((arg) => /^-\w*h/.test(arg))
  const show = (bytes: number) => (human ? `${(bytes / 1024 ** 3).toFixed(0)}G` : String(Math.floor(bytes / 1024)))
  const row = (name: string, size: number, used: number, at: string) => [
    name,
    show(size),
    show(used),
    show(size - used),
    percent(used, size),
    at,
  ]
  return table([
    ['Filesystem', human ? 'Size' : '1K-blocks', 'Used', human ? 'Avail' : 'Available', 'Use%', 'Mounted on'],
    row('/dev/vda1', capacity.bytes, disk.bytes, '/'),
    row('tmpfs', inside.memoryBytes / 2, 0, '/dev/shm'),
    ...(inside.mounts?.() ?? []).flatMap(({ path, memory }) =>
      memory === undefined ? [] : [row('tmpfs', memory.size, memory.used, path)],
    ),
  ])
}

/** A container that is not privileged sees the kernel's settings, and no more. */
const READ_ONLY_KEY = 'read only'

function sysctl(inside: Inside, args: readonly string[]) {
  const lines = args
    .filter((arg) => !arg.startsWith('-'))
    .map((arg) => {
      const [key = '', value] = arg.split('=')
      const path = `/proc/sys/${key.replaceAll('.', '/')}`
      if (value !== undefined && inside.can?.('SYS_ADMIN') === false) return READ_ONLY_KEY
      if (value !== undefined) inside.files.write(path, `${value}\n`)
      const read = inside.files.read(path)
      return read === undefined ? undefined : `${key} = ${read.trim()}\n`
    })
  if (lines.includes(READ_ONLY_KEY)) {
    const key = args.find((arg) => arg.includes('='))?.split('=')[0]
    return { stderr: `sysctl: error setting key '${key}': Read-only file system\n`, exitCode: 1 }
  }
  if (lines.includes(undefined))
    return {
      stderr: `sysctl: cannot stat /proc/sys/${args.at(-1)?.replaceAll('.', '/')}: No such file or directory\n`,
      exitCode: 255,
    }
  return { stdout: lines.join('') }
}
