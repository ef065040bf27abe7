import type { Client } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { FileTree } from '../../contract.ts'
import { createFileTree, FileError, type Files } from '../../host/file-tree.ts'
import { isWithin, resolvePath } from '../../host/paths.ts'
import type { ProjectedFiles } from './projection.ts'

/**
 * Files made of objects of the API, always as the objects are now: upstream writes them anew within the sync period.
 * While the API server is away they stay as they were. Nobody watches the objects until somebody watches the files.
 * Source: pkg/volume/util/atomic_writer.go
 */
export class ObjectFiles implements FileTree {
  readonly #client: Client
  readonly #clock: Clock
  readonly #namespace: string
  readonly #make: () => ProjectedFiles
  #files: Readonly<Record<string, string>> = {}
  #tree: Files | undefined

  constructor(client: Client, clock: Clock, namespace: string, make: () => ProjectedFiles) {
    this.#client = client
    this.#clock = clock
    this.#namespace = namespace
    this.#make = make
  }

  read(path: string): string | undefined {
    return this.#current().read(path)
  }

  list(directory: string): readonly string[] {
    return this.#current().list(directory)
  }

  isDirectory(path: string): boolean {
    return resolvePath(path) === '/' || this.#current().isDirectory(path)
  }

  write(path: string): void {
    throw new FileError('EROFS', path)
  }

  remove(path: string): void {
    throw new FileError('EROFS', path)
  }

  onChange(path: string, listener: () => void): () => void {
    let before = this.#below(path)
    const check = () => {
      const now = this.#below(path)
      if (now === before) return
      before = now
      listener()
    }
    const stops = this.#make().objects.map(({ kind, name }) =>
      this.#client.watch(kind, { namespace: this.#namespace, fieldSelector: `metadata.name=${name}` }, check),
    )
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Everything at or below a path, as one text to compare. */
  #below(path: string): string {
    const at = resolvePath(path)
    const { files } = this.#make()
    return JSON.stringify(Object.entries(files).filter(([file]) => isWithin(file, at)))
  }

  #current(): Files {
    const { files } = this.#make()
    if (this.#tree === undefined || !sameFiles(files, this.#files)) {
      this.#files = files
      this.#tree = createFileTree(this.#clock, files)
    }
    return this.#tree
  }
}

function sameFiles(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
