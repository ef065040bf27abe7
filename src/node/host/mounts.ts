import type { FileTree } from '../contract.ts'
import { FileError, type FileStat, type Files, type Owner } from './file-tree.ts'
import type { MemoryFiles } from './memory-files.ts'
import { isWithin, joinPath, resolvePath } from './paths.ts'

/** Something mounted into a tree: a volume, a host's directory, one file of either. */
export interface Mount {
  /** Where, absolute. */
  readonly path: string
  /** What; a function is called when somebody looks for the first time. */
  readonly files: FileTree | (() => FileTree)
  /** What of it: a path in `files` (`subPath`, or the path on the host). Default `/`. */
  readonly from?: string
  readonly readOnly?: boolean
  /** Name of the image that they are. */
  readonly image?: string
  /** They lie in memory: what a container writes there is memory of its own. */
  readonly memory?: MemoryFiles
}

/** A part of a tree as a tree of its own (`hostPath`): the same files, not a copy. */
export function subtree(files: FileTree | (() => FileTree), path: string, readOnly = false): Files {
  return mountTree([{ path: '/', files, from: path, readOnly }])
}

/**
 * Trees put together: the deepest mount that holds a path answers for it. A container's root is the mount at `/`.
 *
 * @param mounts a function is called when somebody looks for the first time
 */
export function mountTree(mounts: readonly Mount[] | (() => readonly Mount[])): Files {
  return new MountTree(mounts)
}

class MountTree implements Files {
  readonly #mounts: readonly Mount[] | (() => readonly Mount[])
  #resolved: readonly Resolved[] | undefined

  constructor(mounts: readonly Mount[] | (() => readonly Mount[])) {
    this.#mounts = mounts
  }

  read(path: string): string | undefined {
    const [files, at] = this.#locate(path)
    return files?.read(at)
  }

  write(path: string, content: string, mode?: number): void {
    const [files, at, mount] = this.#locate(path)
    if (files === undefined) throw new FileError('ENOENT', path)
    if (mount?.readOnly) throw new FileError('EROFS', path)
    files.write(at, content, mode)
  }

  remove(path: string): void {
    const resolved = resolvePath(path)
    const [files, at, mount] = this.#locate(resolved)
    if (mount?.readOnly) throw new FileError('EROFS', path)
    if (this.#all().some((other) => isWithin(other.path, resolved))) throw new FileError('EBUSY', path)
    files?.remove(at)
  }

  list(path: string): readonly string[] {
    const resolved = resolvePath(path)
    const [files, at] = this.#locate(resolved)
    const below = this.#below(resolved)
    if (below.length === 0) return files?.list(at) ?? []
    return [...new Set([...(files?.list(at) ?? []), ...below])].sort()
  }

  isDirectory(path: string): boolean {
    const resolved = resolvePath(path)
    const [files, at] = this.#locate(resolved)
    return files?.isDirectory(at) === true || this.#below(resolved).length > 0
  }

  stat(path: string): FileStat | undefined {
    const resolved = resolvePath(path)
    const [files, at] = this.#locate(resolved)
    const stat = files === undefined ? undefined : statOf(files, at)
    if (stat !== undefined || this.#below(resolved).length === 0) return stat
    return { type: 'directory', mode: 0o755, mtime: 0, size: 4096 }
  }

  makeDirectory(path: string, mode?: number): void {
    const [files, at, mount] = this.#locate(path)
    if (mount?.readOnly) throw new FileError('EROFS', path)
    if (files !== undefined && 'makeDirectory' in files) (files as Files).makeDirectory(at, mode)
  }

  setMode(path: string, mode: number): void {
    const [files, at, mount] = this.#locate(path)
    if (mount?.readOnly) throw new FileError('EROFS', path)
    if (files !== undefined && 'setMode' in files) (files as Files).setMode(at, mode)
  }

  setOwner(path: string, owner: Owner): void {
    const [files, at, mount] = this.#locate(path)
    if (mount?.readOnly) throw new FileError('EROFS', path)
    if (files !== undefined && 'setOwner' in files) (files as Files).setOwner(at, owner)
  }

  link(path: string): string | undefined {
    const [files, at] = this.#locate(path)
    return files !== undefined && 'link' in files ? (files as Files).link?.(at) : undefined
  }

  mountPoints(): readonly MountPoint[] {
    return this.#all()
      .map(({ path, readOnly, memory }) => ({ path, readOnly, ...(memory && { memory }) }))
      .reverse()
  }

  onChange(path: string, listener: () => void): () => void {
    const resolved = resolvePath(path)
    const [files, at] = this.#locate(resolved)
    const stops = [files?.onChange(at, listener)]
    for (const mount of this.#all())
      if (mount.path !== resolved && isWithin(mount.path, resolved))
        stops.push(mount.files().onChange(mount.from, listener))
    return () => {
      for (const stop of stops) stop?.()
    }
  }

  #all(): readonly Resolved[] {
    this.#resolved ??= (typeof this.#mounts === 'function' ? this.#mounts() : this.#mounts)
      .map(resolveMount)
      .sort((a, b) => b.path.length - a.path.length)
    return this.#resolved
  }

  #locate(path: string): [FileTree | undefined, string, Resolved | undefined] {
    const at = resolvePath(path)
    for (const mount of this.#all()) {
      if (!isWithin(at, mount.path)) continue
      const inside = mount.path === '/' ? at : at.slice(mount.path.length) || '/'
      return [mount.files(), joinPath(mount.from, inside), mount]
    }
    return [undefined, at, undefined]
  }

  /** Names right below a directory that lead to mount points. */
  #below(directory: string): readonly string[] {
    const names: string[] = []
    for (const mount of this.#all()) {
      if (mount.path === directory || !isWithin(mount.path, directory)) continue
      const rest = directory === '/' ? mount.path.slice(1) : mount.path.slice(directory.length + 1)
      names.push(rest.split('/')[0]!)
    }
    return names
  }
}

/** One line of what mount(8) lists. */
export interface MountPoint {
  readonly path: string
  readonly readOnly: boolean
  readonly memory?: MemoryFiles
}

interface Resolved {
  readonly path: string
  readonly memory: MemoryFiles | undefined
  readonly from: string
  readonly readOnly: boolean
  readonly files: () => FileTree
}

function resolveMount(mount: Mount): Resolved {
  const { files } = mount
  let made: FileTree | undefined
  return {
    path: resolvePath(mount.path),
    memory: mount.memory,
    from: resolvePath(mount.from ?? '/'),
    readOnly: mount.readOnly ?? false,
    files: typeof files !== 'function' ? () => files : () => (made ??= files()),
  }
}

/** `stat` of any file tree, also of one that does not keep modes and times. */
export function statOf(files: FileTree, path: string): FileStat | undefined {
  if ('stat' in files) return (files as Files).stat(path)
  if (files.isDirectory(path)) return { type: 'directory', mode: 0o755, mtime: 0, size: 4096 }
  const content = files.read(path)
  if (content === undefined) return undefined
  return { type: 'file', mode: 0o644, mtime: 0, size: content.length }
}
