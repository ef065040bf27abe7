import type { Process } from '../../contract.ts'
import { FileError, type Files } from '../../host/file-tree.ts'
import { slashTime } from './log-times.ts'
import type { NginxServer } from './nginx-server.ts'

const CONF = '/etc/nginx/nginx.conf'
const TEMPORARY = ['client', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const
/** The user `nginx` of the image. */
const WORKER = 101

/**
 * Whether nginx gets as far as serving with what the kernel lets it do; it says what stopped it, and ends.
 * Source: nginx src/core/ngx_cycle.c ngx_init_cycle, ngx_file.c ngx_create_paths, ngx_connection.c ngx_open_listening_sockets
 */
export function startsAs(process: Process, servers: readonly NginxServer[]): boolean {
  const { capabilities, container, identity } = process
  const isFree = capabilities === undefined || (identity?.uid === 0 && isAlmighty(capabilities))
  if (isFree && container?.securityContext?.readOnlyRootFilesystem !== true) return true
  const text = process.files.read(CONF) ?? ''
  if (identity?.uid !== 0) warnOfUser(process, text)
  const problem = temporaryProblem(process, text) ?? bindProblem(process, servers) ?? pidProblem(process, text)
  if (problem === undefined) return true
  say(process, 'emerg', problem)
  process.exit(1)
  return false
}

function isAlmighty(capabilities: ReadonlySet<string>): boolean {
  return ['CHOWN', 'DAC_OVERRIDE', 'NET_BIND_SERVICE'].every((name) => capabilities.has(name))
}

function say(process: Process, level: 'warn' | 'emerg', text: string): void {
  process.log(`${slashTime(process.world.clock.now())} [${level}] 1#1: ${text}`, 'stderr')
  process.log(`nginx: [${level}] ${text}`, 'stderr')
}

function warnOfUser(process: Process, text: string): void {
  const line = text.split('\n').findIndex((each) => /^\s*user\s/.test(each)) + 1
  if (line > 0)
    say(
      process,
      'warn',
      `the "user" directive makes sense only if the master process runs with super-user privileges, ignored in ${CONF}:${line}`,
    )
}

/** Directories for what does not fit into memory are made first, and given to the workers. */
function temporaryProblem(process: Process, text: string): string | undefined {
  const files = process.files as Files
  for (const kind of TEMPORARY) {
    const directive = kind === 'client' ? 'client_body_temp_path' : `${kind}_temp_path`
    const path = new RegExp(`${directive}\\s+([^\\s;]+)`).exec(text)?.[1] ?? `/var/cache/nginx/${kind}_temp`
    const why = files.isDirectory(path) ? undefined : failureOf(() => files.makeDirectory(path, 0o700))
    if (why !== undefined) return `mkdir() "${path}" failed ${why}`
    if (process.identity?.uid === 0 && !process.capabilities?.has('CHOWN'))
      return `chown("${path}", ${WORKER}) failed (1: Operation not permitted)`
  }
  return undefined
}

function bindProblem(process: Process, servers: readonly NginxServer[]): string | undefined {
  const port = servers.flatMap(({ ports }) => ports).find((each) => process.refusesPort?.(each))
  return port === undefined ? undefined : `bind() to 0.0.0.0:${port} failed (13: Permission denied)`
}

function pidProblem(process: Process, text: string): string | undefined {
  const path = /^\s*pid\s+([^\s;]+)/m.exec(text)?.[1] ?? '/run/nginx.pid'
  const why = failureOf(() => process.files.write(path, '1\n'))
  return why === undefined ? undefined : `open() "${path}" failed ${why}`
}

const NUMBERS: Partial<Record<FileError['code'], number>> = { EPERM: 1, ENOENT: 2, EACCES: 13, ENOSPC: 28, EROFS: 30 }

function failureOf(change: () => void): string | undefined {
  try {
    change()
    return undefined
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return `(${NUMBERS[error.code] ?? 5}: ${error.message})`
  }
}
