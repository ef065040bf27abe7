import { rfc3339Nano } from '../../api/time.ts'
import type { ContainerRuntime, RuntimeContainer } from '../container-runtime/contract.ts'
import type { Host } from './contract.ts'
import { FileError, type FileStat, type Files } from './file-tree.ts'
import { mountTree } from './mounts.ts'
import { isWithin, parentOf, resolvePath } from './paths.ts'

const PODS = '/var/log/pods'
const CONTAINERS = '/var/log/containers'

/**
 * A machine's files with the logs of its containers, as they are found when nothing but the disk can be asked:
 * /var/log/pods/NAMESPACE_POD_UID/CONTAINER/ATTEMPT.log, and links to them in /var/log/containers.
 * Source: pkg/kubelet/kuberuntime/helpers.go BuildContainerLogsDirectory, buildContainerLogsPath, legacy.go logSymlink
 */
export function withContainerLogs({ files, runtime }: Host): Files {
  if (runtime === undefined) return files
  return mountTree([
    { path: '/', files },
    { path: PODS, files: new LogFiles(runtime, PODS) },
    { path: CONTAINERS, files: new LogFiles(runtime, CONTAINERS) },
  ])
}

interface LogFile {
  readonly container: RuntimeContainer
  /** Of a link: where it leads. */
  readonly target?: string
}

/** What the runtime has of logs, read when somebody looks. Only the runtime writes and deletes them. */
class LogFiles implements Files {
  readonly #runtime: ContainerRuntime
  readonly #directory: typeof PODS | typeof CONTAINERS

  constructor(runtime: ContainerRuntime, directory: typeof PODS | typeof CONTAINERS) {
    this.#runtime = runtime
    this.#directory = directory
  }

  read(path: string): string | undefined {
    const file = this.#all().get(resolvePath(path))
    if (file === undefined) return undefined
    const lines = this.#runtime.log(file.container.id)?.lines ?? []
    return lines.map(({ at, stream, text }) => `${rfc3339Nano(at)} ${stream} F ${text}\n`).join('')
  }

  list(path: string): readonly string[] {
    const directory = resolvePath(path)
    const names = [...this.#all().keys()].flatMap((file) => {
      if (file === directory || !isWithin(file, directory)) return []
      return [file.slice(directory === '/' ? 1 : directory.length + 1).split('/')[0]!]
    })
    return [...new Set(names)].sort()
  }

  isDirectory(path: string): boolean {
    const at = resolvePath(path)
    return at === '/' || [...this.#all().keys()].some((file) => isWithin(parentOf(file), at))
  }

  stat(path: string): FileStat | undefined {
    const file = this.#all().get(resolvePath(path))
    if (file === undefined)
      return this.isDirectory(path) ? { type: 'directory', mode: 0o755, mtime: 0, size: 4096 } : undefined
    const log = this.#runtime.log(file.container.id)
    const { createdAt } = file.container
    const size = (log?.fileBytes ?? 0) + (log?.lines.length ?? 0) * STAMP.length
    return { type: 'file', mode: 0o640, mtime: log?.lines.at(-1)?.at ?? createdAt, size }
  }

  link(path: string): string | undefined {
    return this.#all().get(resolvePath(path))?.target
  }

  onChange(): () => void {
    return () => {}
  }

  write(path: string): void {
    throw new FileError('EPERM', path)
  }

  remove(path: string): void {
    throw new FileError('EPERM', path)
  }

  makeDirectory(path: string): void {
    throw new FileError('EPERM', path)
  }

  setMode(path: string): void {
    throw new FileError('EPERM', path)
  }

  setOwner(path: string): void {
    throw new FileError('EPERM', path)
  }

  /** By path below the directory. */
  #all(): ReadonlyMap<string, LogFile> {
    const all = new Map<string, LogFile>()
    for (const container of this.#runtime.containers()) {
      const pod = this.#runtime.sandbox(container.sandboxId)?.config.pod.metadata
      if (pod === undefined) continue
      const { container: spec, attempt } = container.config
      const path = `/${pod.namespace}_${pod.name}_${pod.uid}/${spec.name}/${attempt}.log`
      if (this.#directory === PODS) all.set(path, { container })
      else
        all.set(`/${pod.name}_${pod.namespace}_${spec.name}-${container.id}.log`, {
          container,
          target: `${PODS}${path}`,
        })
    }
    return all
  }
}

/** What stands before each line. Source: containerd internal/cri/io/logger.go */
const STAMP = '2026-01-01T00:00:00.000000000Z stdout F '
