import type { Identity } from '../contract.ts'
import { FileError, type FileStat, type Files, type Owner } from './file-tree.ts'
import { statOf } from './mounts.ts'
import { parentOf, resolvePath } from './paths.ts'

/** What the kernel lets a process do with files beside what their modes say. Source: capabilities(7) */
export interface FilePowers {
  /** CAP_DAC_OVERRIDE: reads and writes everything. */
  readonly override: boolean
  /** CAP_CHOWN: gives files away. */
  readonly chown: boolean
  /** CAP_FOWNER: changes modes of what is not its own. */
  readonly fowner: boolean
}

/** A tree as a process sees it that is not almighty: what modes and owners forbid is refused, what it makes is its own. */
export function seenBy(files: Files, identity: Identity, powers: FilePowers): Files {
  return new UserView(files, identity, powers)
}

const ROOT: Owner = { uid: 0, gid: 0 }
const BITS = { read: 4, write: 2, enter: 1 } as const
type Wish = keyof typeof BITS

class UserView implements Files {
  readonly #files: Files
  readonly #identity: Identity
  readonly #powers: FilePowers

  constructor(files: Files, identity: Identity, powers: FilePowers) {
    this.#files = files
    this.#identity = identity
    this.#powers = powers
  }

  read(path: string): string | undefined {
    return this.denied(path, 'read') ? undefined : this.#files.read(path)
  }

  write(path: string, content: string, mode?: number): void {
    const at = resolvePath(path)
    const isNew = statOf(this.#files, at) === undefined
    if (isNew) this.makeDirectory(parentOf(at))
    this.#demand(isNew ? parentOf(at) : at, 'write', path)
    this.#files.write(at, content, mode)
    if (isNew) this.#own(at)
  }

  remove(path: string): void {
    const at = resolvePath(path)
    const directory = parentOf(at)
    this.#demand(directory, 'write', path)
    if (this.#isKept(at, directory)) throw new FileError('EPERM', path)
    this.#files.remove(at)
  }

  list(path: string): readonly string[] {
    return this.denied(path, 'read') ? [] : this.#files.list(path)
  }

  isDirectory(path: string): boolean {
    return this.#files.isDirectory(path)
  }

  stat(path: string): FileStat | undefined {
    return this.#entered(resolvePath(path)) ? statOf(this.#files, path) : undefined
  }

  makeDirectory(path: string, mode?: number): void {
    const at = resolvePath(path)
    const first = this.#firstMissing(at)
    if (first === undefined) return
    this.#demand(parentOf(first), 'write', path)
    this.#files.makeDirectory(at, mode)
    for (let each = at; each.length >= first.length; each = parentOf(each)) this.#own(each, true)
  }

  setMode(path: string, mode: number): void {
    const { uid } = this.#ownerOf(path)
    if (uid !== this.#identity.uid && !this.#powers.fowner) throw new FileError('EPERM', path)
    this.#files.setMode(path, mode)
  }

  setOwner(path: string, owner: Owner): void {
    const before = this.#ownerOf(path)
    const { uid, groups } = this.#identity
    const keepsOwner = before.uid === owner.uid && before.uid === uid && groups.includes(owner.gid)
    if (!this.#powers.chown && !keepsOwner) throw new FileError('EPERM', path)
    this.#files.setOwner(path, owner)
  }

  link(path: string): string | undefined {
    return this.#files.link?.(path)
  }

  mountPoints(): ReturnType<NonNullable<Files['mountPoints']>> {
    return this.#files.mountPoints?.() ?? []
  }

  denied(path: string, what: Wish): boolean {
    const at = resolvePath(path)
    if (!this.#entered(at)) return true
    const stat = statOf(this.#files, at)
    return stat !== undefined && !this.#may(stat, what)
  }

  onChange(path: string, listener: () => void): () => void {
    return this.#files.onChange(path, listener)
  }

  /** Every directory on the way can be entered. */
  #entered(at: string): boolean {
    if (this.#powers.override) return true
    for (let directory = parentOf(at); ; directory = parentOf(directory)) {
      const stat = statOf(this.#files, directory)
      if (stat !== undefined && !this.#may(stat, 'enter')) return false
      if (directory === '/') return true
    }
  }

  #may({ mode, owner = ROOT }: FileStat, what: Wish): boolean {
    if (this.#powers.override) return true
    const { uid, groups } = this.#identity
    const shift = owner.uid === uid ? 6 : groups.includes(owner.gid) ? 3 : 0
    return ((mode >> shift) & BITS[what]) !== 0
  }

  #demand(at: string, what: Wish, path: string): void {
    if (this.denied(at, what)) throw new FileError('EACCES', path)
  }

  #firstMissing(at: string): string | undefined {
    let missing: string | undefined
    for (let each = at; each !== '/' && statOf(this.#files, each) === undefined; each = parentOf(each)) missing = each
    return missing
  }

  /** In a directory like /tmp only owners remove. */
  #isKept(at: string, directory: string): boolean {
    const { uid } = this.#identity
    const mode = statOf(this.#files, directory)?.mode ?? 0
    const isOwner = this.#ownerOf(at).uid === uid || this.#ownerOf(directory).uid === uid
    return (mode & 0o1000) !== 0 && !isOwner && !this.#powers.fowner
  }

  #ownerOf(path: string): Owner {
    return statOf(this.#files, path)?.owner ?? ROOT
  }

  /** What a directory with the setgid bit holds is its group's, and so are directories in it. */
  #own(at: string, isDirectory = false): void {
    const directory: FileStat | undefined = statOf(this.#files, parentOf(at))
    const inherits = ((directory?.mode ?? 0) & 0o2000) !== 0
    const { uid, gid } = this.#identity
    this.#files.setOwner(at, { uid, gid: inherits ? (directory?.owner ?? ROOT).gid : gid })
    if (inherits && isDirectory) this.#files.setMode(at, (statOf(this.#files, at)?.mode ?? 0o755) | 0o2000)
  }
}
