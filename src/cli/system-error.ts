import { stateDirectory } from './session-files.ts'

/** The exit code of a session's server that could not write down what it was about to answer. Source: sysexits(3), EX_TEMPFAIL */
export const NO_ROOM = 75

export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error))
}

export function noRoom(path = stateDirectory()): string {
  return `there is no room left on the disk of ${path}: what was answered before is kept; make room, and do this again`
}

/** What the system does not let us do, in words for who can do something about it; undefined for everything else. */
export function systemWords(error: unknown): string | undefined {
  if (!hasDirectory()) return 'the directory you are in is no longer there: cd to one that is'
  const { path, syscall } = error as NodeJS.ErrnoException
  if (isNoRoom(error)) return noRoom(path)
  // mkdirSync says so of a read-only file system and of /proc, too.
  const why = syscall === 'mkdir' && codeOf(error) === 'ENOENT' ? 'this directory cannot be made' : WHY[codeOf(error)]
  if (why === undefined || path === undefined) return undefined
  const ours = path.startsWith(stateDirectory()) || stateDirectory().startsWith(`${path}/`)
  return `${path}: ${why}${ours ? '; KUBEDRILL_HOME names another directory for what kubedrill keeps' : ''}`
}

const WHY: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'a part of this path is not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'something else is there',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'a part of this path is too long',
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? ''
}

function hasDirectory(): boolean {
  try {
    process.cwd()
    return true
  } catch {
    return false
  }
}
