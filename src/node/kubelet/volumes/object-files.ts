import { rfc3339 } from '../../../api/time.ts'
import type { Clock } from '../../../sim/clock.ts'
import { ChangeListeners } from '../../host/change-listeners.ts'
import { createFileTree, FileError, type FileStat, type Files, type Owner } from '../../host/file-tree.ts'
import { resolvePath } from '../../host/paths.ts'
import { digestOf } from '../hash.ts'

/** One file of a volume made of objects. */
export interface ProjectedFile {
  readonly content: string
  readonly mode: number
  /** Of tokens: the one user that all containers of the pod run as, and after which time there is a new one (ms). */
  readonly uid?: number
  readonly goodForMs?: number
}

/** Path in the volume, absolute -> file. */
export type Payload = Readonly<Record<string, ProjectedFile>>

/** What was written at one instant; made when somebody looks, of objects as they were then. */
interface Written {
  /** Virtual ms. */
  readonly at: number
  readonly make: () => Payload
  payload?: Payload
  /** When it has to be made again, virtual ms. */
  goodUntil?: number
  tree?: Files
}

const READ_ONLY_BITS = 0o440
const DIRECTORY_BITS = 0o2110

/**
 * A volume made of objects of the API as it lies on the disk: files in a directory named after the time it was written
 * at, which `..data` leads to, so that all of them change at once.
 * Source: pkg/volume/util/atomic_writer.go; pkg/volume/volume_linux.go changeFilePermission
 */
export class ObjectFiles implements Files {
  readonly #clock: Clock
  readonly #id: string
  readonly #fsGroup: number | undefined
  #written: Written
  #listeners: ChangeListeners | undefined

  /** @param id tells volumes apart: names of their directories differ */
  constructor(clock: Clock, id: string, fsGroup: number | undefined, written: Pick<Written, 'at' | 'make'>) {
    this.#clock = clock
    this.#id = id
    this.#fsGroup = fsGroup
    this.#written = written
  }

  /** Writes everything anew unless it is the same as before. */
  update(make: () => Payload): void {
    const next = { at: this.#clock.now(), make, payload: make() }
    if (samePayload(next.payload, this.#payload())) return
    this.#written = next
    this.#listeners?.changed('/')
  }

  /** What is there now and stays so, as a container has it that mounts a part of it. */
  frozen(): Files {
    return new ObjectFiles(this.#clock, this.#id, this.#fsGroup, this.#written)
  }

  read(path: string): string | undefined {
    return this.#tree().read(this.#inside(path))
  }

  list(directory: string): readonly string[] {
    const at = resolvePath(directory)
    const names = this.#tree().list(this.#inside(at))
    return at === '/' ? [this.#directory, '..data', ...names].sort() : names
  }

  isDirectory(path: string): boolean {
    return resolvePath(path) === '/' || this.#tree().isDirectory(this.#inside(path))
  }

  stat(path: string): FileStat | undefined {
    const at = resolvePath(path)
    if (at === '/') {
      const mode = this.#fsGroup === undefined ? 0o777 : 0o777 | 0o2000
      return { type: 'directory', mode, mtime: this.#written.at, size: 4096, ...this.#owner() }
    }
    const inside = this.#inside(at)
    const stat = this.#tree().stat(inside)
    if (stat === undefined) return undefined
    const { mode, uid } = this.#payload()[inside] ?? { mode: 0o755, uid: undefined }
    const bits = stat.type === 'directory' ? READ_ONLY_BITS | DIRECTORY_BITS : READ_ONLY_BITS
    return { ...stat, mode: this.#fsGroup === undefined ? mode : mode | bits, ...this.#owner(uid) }
  }

  link(path: string): string | undefined {
    const at = resolvePath(path)
    if (at === '/..data') return this.#directory
    const isTop = at.lastIndexOf('/') === 0 && at !== '/' && at !== `/${this.#directory}`
    return isTop && this.#tree().stat(at) !== undefined ? `..data${at}` : undefined
  }

  write(path: string): void {
    throw new FileError('EROFS', path)
  }

  remove(path: string): void {
    throw new FileError('EROFS', path)
  }

  makeDirectory(path: string): void {
    throw new FileError('EROFS', path)
  }

  setMode(path: string): void {
    throw new FileError('EROFS', path)
  }

  setOwner(path: string): void {
    throw new FileError('EROFS', path)
  }

  onChange(path: string, listener: () => void): () => void {
    this.#listeners ??= new ChangeListeners(this.#clock)
    return this.#listeners.add(resolvePath(path), listener)
  }

  /** `..2026_01_01_00_00_12.482901337` */
  get #directory(): string {
    const { at } = this.#written
    const digits = Number.parseInt(digestOf(`${this.#id} ${at}`, 8), 16)
    return `..${rfc3339(at).slice(0, 19).replaceAll(/[-:T]/g, '_')}.${digits}`
  }

  #owner(uid = 0): { readonly owner?: Owner } {
    return uid === 0 && this.#fsGroup === undefined ? {} : { owner: { uid, gid: this.#fsGroup ?? 0 } }
  }

  /** Where a path leads once links are followed. */
  #inside(path: string): string {
    const at = resolvePath(path)
    if (!at.startsWith('/..')) return at
    const end = at.indexOf('/', 1)
    const first = end < 0 ? at.slice(1) : at.slice(1, end)
    if (first !== '..data' && first !== this.#directory) return at
    return end < 0 ? '/' : at.slice(end)
  }

  #payload(): Payload {
    const written = this.#written
    const now = this.#clock.now()
    if (written.payload === undefined || (written.goodUntil ?? now + 1) <= now) {
      written.payload = written.make()
      const lives = Object.values(written.payload).flatMap(({ goodForMs }) =>
        goodForMs === undefined ? [] : goodForMs,
      )
      if (lives.length > 0) written.goodUntil = now + Math.min(...lives)
      delete written.tree
    }
    return written.payload
  }

  #tree(): Files {
    const payload = this.#payload()
    const files = () => Object.fromEntries(Object.entries(payload).map(([path, { content }]) => [path, content]))
    this.#written.tree ??= createFileTree(this.#clock, files())
    return this.#written.tree
  }
}

function samePayload(a: Payload, b: Payload): boolean {
  const paths = Object.keys(a)
  return (
    paths.length === Object.keys(b).length &&
    paths.every((path) => a[path]!.content === b[path]?.content && a[path]!.mode === b[path]?.mode)
  )
}
