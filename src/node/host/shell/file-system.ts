import type { FileContent, FsStat, IFileSystem } from 'just-bash'
import { unsafeBytesFromLatin1 } from 'just-bash'
import { byteArray, byteString, bytesOf, textOf as textOfBytes } from '../../bytes.ts'
import type { FileTree } from '../../contract.ts'
import { FileError, type Files } from '../file-tree.ts'
import { statOf } from '../mounts.ts'
import { joinPath, resolvePath } from '../paths.ts'

/** Where a path that is no file leads: the shell's own output, a container's log. */
export type Sink = (text: string) => void

type Encoding = Parameters<IFileSystem['writeFile']>[2]

/** A file tree as just-bash wants it. Everything is answered at once; the promises are only its way of asking. */
export class ShellFileSystem implements IFileSystem {
  readonly #files: FileTree
  readonly #sinks: ReadonlyMap<string, Sink>
  readonly #commands: ReadonlySet<string>

  /** @param commands names of what lies in /usr/bin and /bin, whatever the tree has there */
  constructor(files: FileTree, sinks: ReadonlyMap<string, Sink>, commands: ReadonlySet<string>) {
    this.#files = files
    this.#sinks = sinks
    this.#commands = commands
  }

  async readFile(path: string): Promise<string> {
    return this.#read(path)
  }

  async readFileBytes(path: string) {
    return unsafeBytesFromLatin1(bytesOf(this.#read(path)))
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return byteArray(bytesOf(this.#read(path)))
  }

  async writeFile(path: string, content: FileContent, encoding?: Encoding): Promise<void> {
    const text = textOf(content, encoding)
    const sink = this.#sinks.get(path)
    if (sink !== undefined) sink(text)
    else this.#change('open', path, () => this.#files.write(path, text))
  }

  async appendFile(path: string, content: FileContent, encoding?: Encoding): Promise<void> {
    const text = textOf(content, encoding)
    const sink = this.#sinks.get(path)
    if (sink !== undefined) sink(text)
    else this.#change('open', path, () => this.#files.write(path, (this.#files.read(path) ?? '') + text))
  }

  async exists(path: string): Promise<boolean> {
    return this.#stat(path) !== undefined
  }

  async stat(path: string): Promise<FsStat> {
    return this.#stat(path) ?? fail('ENOENT', 'no such file or directory', 'stat', path)
  }

  async lstat(path: string): Promise<FsStat> {
    const stat = this.#stat(path)
    if (stat !== undefined && this.#link(path) !== undefined)
      return { ...stat, isFile: false, isDirectory: false, isSymbolicLink: true, mode: 0o777 }
    return stat ?? fail('ENOENT', 'no such file or directory', 'lstat', path)
  }

  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    if (!options?.recursive) {
      if (this.#stat(path) !== undefined) fail('EEXIST', 'file already exists', 'mkdir', path)
      if (!this.#files.isDirectory(resolvePath(`${path}/..`)))
        fail('ENOENT', 'no such file or directory', 'mkdir', path)
    }
    this.#change('mkdir', path, () => {
      if ('makeDirectory' in this.#files) (this.#files as Files).makeDirectory(path)
    })
  }

  async readdir(path: string): Promise<string[]> {
    this.#demand(path, 'scandir')
    if (!this.#files.isDirectory(path)) {
      if (this.#stat(path) !== undefined) fail('ENOTDIR', 'not a directory', 'scandir', path)
      fail('ENOENT', 'no such file or directory', 'scandir', path)
    }
    return [...this.#files.list(path)]
  }

  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    if (this.#stat(path) === undefined) {
      if (!options?.force) fail('ENOENT', 'no such file or directory', 'rm', path)
      return
    }
    if (!options?.recursive && this.#files.isDirectory(path) && this.#files.list(path).length > 0)
      fail('ENOTEMPTY', 'directory not empty', 'rm', path)
    this.#change('rm', path, () => this.#files.remove(path))
  }

  async cp(source: string, target: string, options?: { recursive?: boolean }): Promise<void> {
    if (this.#stat(source) === undefined) fail('ENOENT', 'no such file or directory', 'cp', source)
    if (this.#files.isDirectory(source) && !options?.recursive) fail('EISDIR', 'is a directory', 'cp', source)
    this.#change('cp', target, () => this.#copy(resolvePath(source), resolvePath(target)))
  }

  async mv(source: string, target: string): Promise<void> {
    if (this.#stat(source) === undefined) fail('ENOENT', 'no such file or directory', 'mv', source)
    this.#change('mv', target, () => {
      this.#copy(resolvePath(source), resolvePath(target))
      this.#files.remove(source)
    })
  }

  resolvePath(base: string, path: string): string {
    return resolvePath(path, base)
  }

  getAllPaths(): string[] {
    return []
  }

  async chmod(path: string, mode: number): Promise<void> {
    if (this.#stat(path) === undefined) fail('ENOENT', 'no such file or directory', 'chmod', path)
    this.#change('chmod', path, () => {
      if ('setMode' in this.#files) (this.#files as Files).setMode(path, mode)
    })
  }

  async symlink(_target: string, path: string): Promise<void> {
    fail('EPERM', 'symbolic links are not simulated', 'symlink', path)
  }

  async link(_existing: string, path: string): Promise<void> {
    fail('EPERM', 'hard links are not simulated', 'link', path)
  }

  async readlink(path: string): Promise<string> {
    return this.#link(path) ?? fail('EINVAL', 'invalid argument', 'readlink', path)
  }

  async realpath(path: string): Promise<string> {
    if (this.#stat(path) === undefined) fail('ENOENT', 'no such file or directory', 'realpath', path)
    return resolvePath(path)
  }

  #link(path: string): string | undefined {
    return 'link' in this.#files ? (this.#files as Files).link?.(path) : undefined
  }

  async utimes(path: string): Promise<void> {
    const content = this.#files.read(path)
    if (content !== undefined) this.#change('utime', path, () => this.#files.write(path, content))
  }

  #read(path: string): string {
    if (this.#sinks.has(path)) return ''
    if (!this.#isCommand(path)) this.#demand(path, 'open')
    const content = this.#files.read(path)
    if (content !== undefined) return content
    if (this.#isCommand(path)) return ''
    if (this.#files.isDirectory(path)) fail('EISDIR', 'illegal operation on a directory', 'read', path)
    return fail('ENOENT', 'no such file or directory', 'open', path)
  }

  #stat(path: string): FsStat | undefined {
    const stat = this.#sinks.has(path) ? DEVICE : this.#isCommand(path) ? BINARY : statOf(this.#files, path)
    if (stat === undefined) return undefined
    return {
      isFile: stat.type === 'file',
      isDirectory: stat.type === 'directory',
      isSymbolicLink: false,
      mode: stat.mode,
      size: stat.size,
      mtime: new Date(stat.mtime),
    }
  }

  /** Whether who runs the shell may look at it. */
  #demand(path: string, call: string): void {
    if ('denied' in this.#files && (this.#files as Files).denied?.(path, 'read'))
      fail('EACCES', 'permission denied', call, path)
  }

  #isCommand(path: string): boolean {
    const directory = path.startsWith('/usr/bin/') ? '/usr/bin/' : path.startsWith('/bin/') ? '/bin/' : undefined
    return directory !== undefined && this.#commands.has(path.slice(directory.length))
  }

  #copy(source: string, target: string): void {
    const content = this.#files.read(source)
    if (content !== undefined) {
      this.#files.write(target, content, statOf(this.#files, source)?.mode)
      return
    }
    if ('makeDirectory' in this.#files) (this.#files as Files).makeDirectory(target)
    for (const name of this.#files.list(source)) this.#copy(joinPath(source, `/${name}`), joinPath(target, `/${name}`))
  }

  #change(call: string, path: string, change: () => void): void {
    try {
      change()
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      fail(error.code, error.message.toLowerCase(), call, path)
    }
  }
}

const BINARY = { type: 'file', mode: 0o755, mtime: 0, size: 800_000 } as const
const DEVICE = { type: 'file', mode: 0o666, mtime: 0, size: 0 } as const

/** Worded as Node's file system errors: just-bash's commands take the reason from there. */
function fail(code: string, what: string, call: string, path: string): never {
  throw new Error(`${code}: ${what}, ${call} '${path}'`)
}

function textOf(content: FileContent, encoding: Encoding): string {
  if (typeof content !== 'string') return textOfBytes(byteString(content))
  const name = typeof encoding === 'object' ? encoding.encoding : encoding
  return name === 'binary' || name === 'latin1' ? textOfBytes(content) : content
}
