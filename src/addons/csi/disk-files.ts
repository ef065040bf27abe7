import type { Disks } from '../../cloud/contract.ts'
import { createFileTree, type FileStat, type Files, type Owner } from '../../node/host/file-tree.ts'
import { isWithin, resolvePath } from '../../node/host/paths.ts'
import type { Clock } from '../../sim/clock.ts'

/** What is on a disk: path -> content, a path that ends in `/` is a directory. Never changed, so snapshots share it. */
type Content = Readonly<Record<string, string>>

/** The file system of a cloud disk: what is written is on the disk at once, for whichever machine has it next. */
export class DiskFiles implements Files {
  readonly #disks: Pick<Disks, 'content' | 'setContent'>
  readonly #id: string
  readonly #clock: Clock
  #content: Content | undefined
  #tree: Files | undefined

  constructor(disks: Pick<Disks, 'content' | 'setContent'>, id: string, clock: Clock) {
    this.#disks = disks
    this.#id = id
    this.#clock = clock
  }

  read(path: string): string | undefined {
    return this.#current().read(path)
  }

  write(path: string, content: string, mode?: number): void {
    this.#current().write(path, content, mode)
    this.#set({ ...this.#content, [resolvePath(path)]: content })
  }

  remove(path: string): void {
    this.#current().remove(path)
    const gone = resolvePath(path)
    this.#set(
      Object.fromEntries(
        Object.entries(this.#content ?? {}).filter(([file]) => !isWithin(file.replace(/\/$/, ''), gone)),
      ),
    )
  }

  list(directory: string): readonly string[] {
    return this.#current().list(directory)
  }

  isDirectory(path: string): boolean {
    return resolvePath(path) === '/' || this.#current().isDirectory(path)
  }

  stat(path: string): FileStat | undefined {
    return this.#current().stat(path)
  }

  makeDirectory(path: string, mode?: number): void {
    this.#current().makeDirectory(path, mode)
    this.#set({ ...this.#content, [`${resolvePath(path)}/`]: '' })
  }

  setMode(path: string, mode: number): void {
    this.#current().setMode(path, mode)
  }

  setOwner(path: string, owner: Owner): void {
    this.#current().setOwner(path, owner)
  }

  onChange(path: string, listener: () => void): () => void {
    return this.#current().onChange(path, listener)
  }

  #current(): Files {
    const content = this.#disks.content(this.#id) as Content | undefined
    if (this.#tree === undefined || content !== this.#content) {
      this.#content = content
      this.#tree = createFileTree(this.#clock, content ?? {})
    }
    return this.#tree
  }

  #set(content: Content): void {
    this.#content = content
    this.#disks.setContent(this.#id, content)
  }
}
