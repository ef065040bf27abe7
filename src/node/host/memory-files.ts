import type { Clock } from '../../sim/clock.ts'
import { createFileTree, FileError, type FileStat, type Files, type Owner } from './file-tree.ts'

/** A file system in memory (tmpfs): it has a size, and what is written is memory of who writes it. */
export class MemoryFiles {
  readonly #clock: Clock
  /** Bytes. */
  readonly size: number
  readonly #tree: Files
  #used = 0
  #charge: (bytes: number) => void = () => undefined

  constructor(clock: Clock, size: number) {
    this.#clock = clock
    this.size = size
    this.#tree = createFileTree(this.#clock, {}, (bytes) => {
      this.#used += bytes
      this.#charge(bytes)
    })
    this.#tree.setMode('/', 0o777)
  }

  /** Bytes. */
  get used(): number {
    return this.#used
  }

  get files(): Files {
    return this.#tree
  }

  /** The same files for a process whose memory they are from now on. */
  chargedTo(charge: (bytes: number) => void): Files {
    return new ChargedFiles(this, this.#tree, (change) => {
      const before = this.#charge
      this.#charge = charge
      try {
        change()
      } finally {
        this.#charge = before
      }
    })
  }
}

class ChargedFiles implements Files {
  readonly #memory: MemoryFiles
  readonly #tree: Files
  readonly #charged: (change: () => void) => void

  constructor(memory: MemoryFiles, tree: Files, charged: (change: () => void) => void) {
    this.#memory = memory
    this.#tree = tree
    this.#charged = charged
  }

  read(path: string): string | undefined {
    return this.#tree.read(path)
  }

  write(path: string, content: string, mode?: number): void {
    const grows = content.length - (this.#tree.read(path)?.length ?? 0)
    if (this.#memory.used + grows > this.#memory.size) throw new FileError('ENOSPC', path)
    this.#charged(() => this.#tree.write(path, content, mode))
  }

  remove(path: string): void {
    this.#charged(() => this.#tree.remove(path))
  }

  list(path: string): readonly string[] {
    return this.#tree.list(path)
  }

  isDirectory(path: string): boolean {
    return this.#tree.isDirectory(path)
  }

  stat(path: string): FileStat | undefined {
    return this.#tree.stat(path)
  }

  makeDirectory(path: string, mode?: number): void {
    this.#charged(() => this.#tree.makeDirectory(path, mode))
  }

  setMode(path: string, mode: number): void {
    this.#tree.setMode(path, mode)
  }

  setOwner(path: string, owner: Owner): void {
    this.#tree.setOwner(path, owner)
  }

  onChange(path: string, listener: () => void): () => void {
    return this.#tree.onChange(path, listener)
  }
}
