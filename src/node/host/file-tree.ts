import type { Clock } from '../../sim/clock.ts'
import { bytesOf } from '../bytes.ts'
import type { FileTree } from '../contract.ts'
import { ChangeListeners } from './change-listeners.ts'
import type { MountPoint } from './mounts.ts'
import { parentOf, resolvePath } from './paths.ts'

/** What `stat` tells about a path. `mtime`: virtual ms since the epoch. */
export interface FileStat {
  readonly type: 'file' | 'directory'
  readonly mode: number
  readonly mtime: number
  /** Bytes. */
  readonly size: number
  /** Absent: root. */
  readonly owner?: Owner
}

/** Whose a file is, by numbers. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** A file tree with what shells need besides reading and writing. */
export interface Files extends FileTree {
  stat(path: string): FileStat | undefined
  /** Makes the directory and its parents. */
  makeDirectory(path: string, mode?: number): void
  setMode(path: string, mode: number): void
  setOwner(path: string, owner: Owner): void
  /** Where a symbolic link leads; undefined for anything else. */
  link?(path: string): string | undefined
  /** What it is put together of. */
  mountPoints?(): readonly MountPoint[]
  /** Whether a process that looks through this tree is refused it. */
  denied?(path: string, what: 'read' | 'write' | 'enter'): boolean
}

/** A failure a system call would report; `message` is worded as the C library does (`Is a directory`). */
export class FileError extends Error {
  readonly code: 'EISDIR' | 'ENOTDIR' | 'ENOENT' | 'EROFS' | 'EBUSY' | 'EACCES' | 'EPERM' | 'ENOSPC'
  readonly path: string

  constructor(code: FileError['code'], path: string) {
    super(WORDING[code])
    this.code = code
    this.path = path
  }
}

const WORDING = {
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  ENOENT: 'No such file or directory',
  EROFS: 'Read-only file system',
  EBUSY: 'Device or resource busy',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOSPC: 'No space left on device',
} as const

interface File {
  readonly content: string
  readonly mode: number
  readonly mtime: number
  readonly owner?: Owner
}

interface Directory {
  readonly entries: Map<string, File | Directory>
  mode: number
  mtime: number
  owner?: Owner
}

/**
 * A tree in memory. What is there from the start is laid out when somebody looks for the first time, so a tree nobody
 * looks into costs a few hundred bytes whatever is in it.
 *
 * @param initial path -> content, shared and never changed; a path ending in `/` is an empty directory
 * @param grew told of what is written and removed: bytes and files more or less than before
 */
export function createFileTree(
  clock: Clock,
  initial: Readonly<Record<string, string>> = {},
  grew?: (bytes: number, files: number) => void,
): Files {
  return new MemoryTree(clock, initial, grew)
}

function sizeOf(entry: File | Directory): { bytes: number; files: number } {
  if ('content' in entry) return { bytes: entry.content.length, files: 1 }
  const sum = { bytes: 0, files: 1 }
  for (const each of entry.entries.values()) {
    const { bytes, files } = sizeOf(each)
    sum.bytes += bytes
    sum.files += files
  }
  return sum
}

const resolved = new WeakMap<object, boolean>()

/** Whether files are found by their paths as they stand, so that what is not among them is not there. */
function isResolved(initial: Readonly<Record<string, string>>): boolean {
  let known = resolved.get(initial)
  if (known === undefined) {
    known = Object.keys(initial).every((path) => path.endsWith('/') || resolvePath(path) === path)
    resolved.set(initial, known)
  }
  return known
}

class MemoryTree implements Files {
  readonly #clock: Clock
  readonly #born: number
  #initial: Readonly<Record<string, string>> | undefined
  #laidOut: Directory | undefined
  #listeners: ChangeListeners | undefined
  readonly #grew: ((bytes: number, files: number) => void) | undefined

  constructor(
    clock: Clock,
    initial: Readonly<Record<string, string>>,
    grew: ((bytes: number, files: number) => void) | undefined,
  ) {
    this.#grew = grew
    this.#clock = clock
    this.#born = clock.now()
    this.#initial = initial
  }

  read(path: string): string | undefined {
    const at = resolvePath(path)
    const initial = this.#initial
    if (initial !== undefined) {
      if (Object.hasOwn(initial, at)) return initial[at]
      if (isResolved(initial)) return undefined
    }
    const entry = this.#find(at)
    return entry !== undefined && 'content' in entry ? entry.content : undefined
  }

  write(path: string, content: string, mode?: number): void {
    const at = resolvePath(path)
    const [directory, name] = this.#parent(at)
    const before = directory.entries.get(name)
    if (name === '' || (before !== undefined && 'entries' in before)) throw new FileError('EISDIR', at)
    const now = this.#clock.now()
    const owner = before?.owner === undefined ? undefined : { owner: before.owner }
    directory.entries.set(name, { content, mode: mode ?? before?.mode ?? 0o644, mtime: now, ...owner })
    if (before === undefined) directory.mtime = now
    this.#grew?.(content.length - (before?.content.length ?? 0), before === undefined ? 1 : 0)
    this.#listeners?.changed(at)
  }

  remove(path: string): void {
    const at = resolvePath(path)
    if (at === '/') throw new FileError('EBUSY', at)
    const directory = this.#find(parentOf(at))
    if (directory === undefined || !('entries' in directory)) return
    const name = at.slice(at.lastIndexOf('/') + 1)
    const gone = directory.entries.get(name)
    if (gone === undefined) return
    directory.entries.delete(name)
    if (this.#grew !== undefined) {
      const { bytes, files } = sizeOf(gone)
      this.#grew(-bytes, -files)
    }
    directory.mtime = this.#clock.now()
    this.#listeners?.changed(at)
  }

  list(path: string): readonly string[] {
    const entry = this.#find(resolvePath(path))
    return entry !== undefined && 'entries' in entry ? [...entry.entries.keys()].sort() : []
  }

  isDirectory(path: string): boolean {
    const entry = this.#find(resolvePath(path))
    return entry !== undefined && 'entries' in entry
  }

  stat(path: string): FileStat | undefined {
    const entry = this.#find(resolvePath(path))
    if (entry === undefined) return undefined
    const { mode, mtime, owner } = entry
    const facts = owner === undefined ? { mode, mtime } : { mode, mtime, owner }
    if ('entries' in entry) return { type: 'directory', size: 4096, ...facts }
    return { type: 'file', size: bytesOf(entry.content).length, ...facts }
  }

  makeDirectory(path: string, mode?: number): void {
    const at = resolvePath(path)
    const isNew = this.#find(at) === undefined
    const directory = this.#enter(this.#root(), at, this.#clock.now())
    if (mode !== undefined) directory.mode = mode
    if (isNew) this.#listeners?.changed(at)
  }

  setMode(path: string, mode: number): void {
    const at = resolvePath(path)
    const entry = this.#find(at)
    if (entry === undefined) throw new FileError('ENOENT', at)
    if ('entries' in entry) entry.mode = mode
    else this.#parent(at)[0].entries.set(at.slice(at.lastIndexOf('/') + 1), { ...entry, mode })
  }

  setOwner(path: string, owner: Owner): void {
    const at = resolvePath(path)
    const entry = this.#find(at)
    if (entry === undefined) throw new FileError('ENOENT', at)
    if ('entries' in entry) entry.owner = owner
    else this.#parent(at)[0].entries.set(at.slice(at.lastIndexOf('/') + 1), { ...entry, owner })
  }

  onChange(path: string, listener: () => void): () => void {
    this.#listeners ??= new ChangeListeners(this.#clock)
    return this.#listeners.add(resolvePath(path), listener)
  }

  #root(): Directory {
    if (this.#laidOut === undefined) {
      this.#laidOut = { entries: new Map(), mode: 0o755, mtime: this.#born }
      for (const [path, content] of Object.entries(this.#initial ?? {})) this.#layOut(path, content)
      this.#initial = undefined
    }
    return this.#laidOut
  }

  #layOut(path: string, content: string): void {
    const at = resolvePath(path)
    if (path.endsWith('/')) {
      this.#enter(this.#laidOut!, at, this.#born)
      return
    }
    const directory = this.#enter(this.#laidOut!, parentOf(at), this.#born)
    directory.entries.set(at.slice(at.lastIndexOf('/') + 1), { content, mode: 0o644, mtime: this.#born })
  }

  #find(at: string): File | Directory | undefined {
    let entry: File | Directory | undefined = this.#root()
    if (at === '/') return entry
    for (const name of at.slice(1).split('/')) {
      if (entry === undefined || !('entries' in entry)) return undefined
      entry = entry.entries.get(name)
    }
    return entry
  }

  #parent(at: string): [Directory, string] {
    return [this.#enter(this.#root(), parentOf(at), this.#clock.now()), at.slice(at.lastIndexOf('/') + 1)]
  }

  /** The directory at a path, made where it is missing. */
  #enter(root: Directory, at: string, now: number): Directory {
    let directory = root
    if (at === '/') return directory
    for (const name of at.slice(1).split('/')) {
      let next = directory.entries.get(name)
      if (next === undefined) {
        next = { entries: new Map(), mode: 0o755, mtime: now }
        directory.entries.set(name, next)
        directory.mtime = now
      }
      if (!('entries' in next)) throw new FileError('ENOTDIR', at)
      directory = next
    }
    return directory
  }
}
