import { FileError, type FileStat, type Files, type Owner } from '../../file-tree.ts'
import { statOf } from '../../mounts.ts'
import { joinPath, resolvePath } from '../../paths.ts'
import type { CommandResult, ShellCommand } from '../engine.ts'
import type { Inside } from './inside.ts'

const ROOT: Owner = { uid: 0, gid: 0 }

/** What a number is called: by /etc/passwd or /etc/group, else the number. */
function nameOf(inside: Inside, file: '/etc/passwd' | '/etc/group', id: number): string {
  const line = (inside.files.read(file) ?? '').split('\n').find((each) => each.split(':')[2] === String(id))
  return line?.split(':')[0] ?? (id === 0 ? 'root' : String(id))
}

function numberOf(inside: Inside, file: '/etc/passwd' | '/etc/group', name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name)
  const line = (inside.files.read(file) ?? '').split('\n').find((each) => each.startsWith(`${name}:`))
  return line === undefined ? (name === 'root' ? 0 : undefined) : Number(line.split(':')[2])
}

/** ls(1): long lists tell whose files are, which just-bash does not know. */
export function ls(inside: Inside): ShellCommand {
  return async (args, context) => {
    const result = await context.origCommand!([...args])
    if (!args.some((arg) => /^-[a-zA-Z0-9]*l/.test(arg))) return result
    const paths = args.filter((arg) => !arg.startsWith('-'))
    const only = paths.length === 1 ? resolvePath(paths[0]!, context.cwd) : undefined
    const isItself = args.some((arg) => /^-[a-zA-Z]*d/.test(arg))
    let directory = only !== undefined && !isItself && inside.files.isDirectory(only) ? only : context.cwd
    const lines = result.stdout.split('\n').map((line) => {
      if (/^[^ ]+:$/.test(line)) directory = resolvePath(line.slice(0, -1), context.cwd)
      const parts = /^([-dl])[-rwxst]{9}( +\d+) user user (.*?)\/?$/.exec(line)
      if (parts === null) return line
      const [, type = '-', links = '', rest = ''] = parts
      const name = /^ *\d+ \w+ +\d+ +(?:\d\d:\d\d|\d{4}) (.+?)(?: -> .*)?$/.exec(rest)?.[1] ?? ''
      const stat = statOf(inside.files, resolvePath(name, directory))
      const { uid, gid } = stat?.owner ?? ROOT
      const target = linkAt(inside, resolvePath(name, directory))
      if (target !== undefined) return `lrwxrwxrwx${links} root root ${rest} -> ${target}`
      const mode = type === 'l' || stat === undefined ? line.slice(1, 10) : modeText(stat)
      return `${type}${mode}${links} ${nameOf(inside, '/etc/passwd', uid)} ${nameOf(inside, '/etc/group', gid)} ${rest}`
    })
    return { ...result, stdout: lines.join('\n') }
  }
}

function linkAt({ files }: Inside, path: string): string | undefined {
  return 'link' in files ? (files as Files).link?.(path) : undefined
}

function modeText({ mode }: FileStat): string {
  const bits = [6, 3, 0].map((shift) => {
    const part = (mode >> shift) & 7
    return `${part & 4 ? 'r' : '-'}${part & 2 ? 'w' : '-'}${part & 1 ? 'x' : '-'}`
  })
  const special = (text: string, bit: number, letter: string) =>
    mode & bit ? text.slice(0, 2) + (text[2] === 'x' ? letter : letter.toUpperCase()) : text
  return special(bits[0]!, 0o4000, 's') + special(bits[1]!, 0o2000, 's') + special(bits[2]!, 0o1000, 't')
}

/** chown(1) and chgrp(1), also with -R. */
export function chown(inside: Inside, command: 'chown' | 'chgrp'): ShellCommand {
  return (args, context) => {
    const isDeep = args.includes('-R')
    const unknown = args.find((arg) => arg.startsWith('-') && arg !== '-R')
    if (unknown !== undefined) return { stderr: `${command}: ${unknown} is not simulated\n`, exitCode: 1 }
    const [who = '', ...paths] = args.filter((arg) => !arg.startsWith('-'))
    if (paths.length === 0) return { stderr: `${command}: missing operand\n`, exitCode: 1 }
    const [user = '', group] = command === 'chgrp' ? ['', who] : who.split(':')
    const uid = user === '' ? undefined : numberOf(inside, '/etc/passwd', user)
    const gid = group === undefined || group === '' ? undefined : numberOf(inside, '/etc/group', group)
    if ((user !== '' && uid === undefined) || (group && gid === undefined))
      return {
        stderr: `${command}: unknown ${user !== '' && uid === undefined ? `user ${user}` : `group ${group}`}\n`,
        exitCode: 1,
      }
    const problems = paths.flatMap((path) => give(inside, resolvePath(path, context.cwd), path, { uid, gid }, isDeep))
    const stderr = problems.map((problem) => `${command}: ${problem}\n`).join('')
    return problems.length === 0 ? {} : { stderr, exitCode: 1 }
  }
}

interface Wanted {
  readonly uid: number | undefined
  readonly gid: number | undefined
}

function give(inside: Inside, at: string, shown: string, { uid, gid }: Wanted, isDeep: boolean): readonly string[] {
  const files = inside.files as Files
  const stat = statOf(files, at)
  if (stat === undefined) return [`${shown}: No such file or directory`]
  const below = isDeep && stat.type === 'directory' ? files.list(at) : []
  const problems = below.flatMap((name) =>
    give(inside, joinPath(at, `/${name}`), `${shown.replace(/\/$/, '')}/${name}`, { uid, gid }, true),
  )
  const { uid: ownUid, gid: ownGid } = stat.owner ?? ROOT
  try {
    if ('setOwner' in files) files.setOwner(at, { uid: uid ?? ownUid, gid: gid ?? ownGid })
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return [...problems, `${shown}: ${error.message}`]
  }
  return problems
}

/** mount(8): lists what is mounted; nothing can be. */
export function mount(inside: Inside): ShellCommand {
  return (args): CommandResult => {
    const others = args.filter((arg) => arg !== '-l')
    if (others.length === 0) return { stdout: (inside.mounts?.() ?? []).map(mountLine).join('') }
    if (inside.can?.('SYS_ADMIN') === false)
      return { stderr: 'mount: permission denied (are you root?)\n', exitCode: 1 }
    return { stderr: 'mount: mounting is not simulated; what is mounted is listed\n', exitCode: 1 }
  }
}

function mountLine({ path, readOnly, memory }: NonNullable<ReturnType<NonNullable<Inside['mounts']>>>[number]): string {
  const how = readOnly ? 'ro' : 'rw'
  if (memory !== undefined)
    return `tmpfs on ${path} type tmpfs (${how},relatime,size=${Math.floor(memory.size / 1024)}k)\n`
  if (path === '/') return `overlay on / type overlay (${how},relatime)\n`
  if (path === '/proc') return 'proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)\n'
  return `/dev/vda1 on ${path} type ext4 (${how},relatime)\n`
}
