import type { FileTree, Process, Program } from '../../contract.ts'
import { statOf } from '../../host/mounts.ts'

/** Directories of $PATH in images. */
const PATH = new Set(['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', ''])

/** What an image can run besides its own binaries. */
export interface Fallback extends Program {
  /** Whether there is a command of this name. */
  has(command: string): boolean
}

/**
 * An image's program: its own binaries by path or name, then whatever its shell knows, then scripts among its files.
 *
 * @param binaries `/coredns` (that path alone) or `nginx` (anywhere on $PATH)
 */
export function binaries(own: Readonly<Record<string, Program>>, fallback?: Fallback): Program {
  const find = (argv: readonly string[], files: FileTree): Program | undefined => {
    const path = argv[0] ?? ''
    const name = commandName(path)
    const mine = own[path] ?? (name === undefined ? undefined : own[name])
    if (mine !== undefined || fallback === undefined) return mine
    if (name !== undefined && fallback.has(name)) return fallback
    return isScript(files, path) ? fallback : undefined
  }
  return {
    start(process: Process) {
      const program = find(process.argv, process.files)
      if (program !== undefined) return program.start(process)
      process.log(notFound(process.argv[0] ?? '', process.files), 'stderr')
      process.exit(127)
    },
    titles: (argv) => (own[argv[0] ?? ''] ?? own[commandName(argv[0] ?? '') ?? ''])?.titles?.(argv),
    startError(argv, files) {
      if (argv.length === 0) return 'no command specified'
      return find(argv, files) === undefined ? notFound(argv[0]!, files) : undefined
    },
  }
}

/** `sleep` for `/bin/sleep` and `sleep`; undefined for a path outside $PATH. */
export function commandName(path: string): string | undefined {
  const slash = path.lastIndexOf('/')
  return PATH.has(path.slice(0, Math.max(0, slash))) && path !== '' ? path.slice(slash + 1) : undefined
}

function isScript(files: FileTree, path: string): boolean {
  return path.includes('/') && ((statOf(files, path)?.mode ?? 0) & 0o111) !== 0 && files.read(path) !== undefined
}

/** As Go's os/exec words it. */
function notFound(path: string, files: FileTree): string {
  if (!path.includes('/')) return `exec: "${path}": executable file not found in $PATH`
  if (files.read(path) !== undefined) return `exec: "${path}": permission denied`
  if (files.isDirectory(path)) return `exec: "${path}": is a directory`
  return `exec: "${path}": stat ${path}: no such file or directory`
}
