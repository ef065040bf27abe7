import { type AuditLog, parseAuditPolicy } from '../../api/audit/index.ts'
import { rfc3339Micro } from '../../api/time.ts'
import type { Process } from '../../node/contract.ts'
import type { Flags } from './flags.ts'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
/** Defaults. Source: apiserver/pkg/server/options/audit.go NewAuditOptions */
const LIMITS = { maxsize: 100, maxage: 366, maxbackup: 100 } as const

/** What of auditing kubedrill does not do, by the flag that asks for it. */
const BEYOND: readonly (readonly [flag: string, means: (value: string) => boolean])[] = [
  ['audit-webhook-config-file', (value) => value !== ''],
  ['audit-log-compress', (value) => value === 'true'],
  ['audit-log-truncate-enabled', (value) => value === 'true'],
  ['audit-log-format', (value) => value === 'legacy'],
]

/**
 * What is wrong with the flags about the audit log, as the server logs it before it exits.
 * Source: apiserver/pkg/server/options/audit.go Validate, ApplyTo; audit/policy/reader.go LoadPolicyFromFile
 */
export function auditProblem(flags: Flags, { files }: Process): string | undefined {
  const beyond = BEYOND.find(([flag, means]) => means(flags.get(flag) ?? ''))
  if (beyond !== undefined) return `--${beyond[0]}=${flags.get(beyond[0])} is not simulated by kubedrill`
  for (const [name, standard] of Object.entries(LIMITS)) {
    const value = flags.get(`audit-log-${name}`) ?? String(standard)
    if (!/^[+-]?\d+$/.test(value))
      return `invalid argument "${value}" for "--audit-log-${name}" flag: strconv.ParseInt: parsing "${value}": invalid syntax`
    if (Number(value) < 0) return `--audit-log-${name} ${value} can't be a negative number`
  }
  const format = flags.get('audit-log-format') ?? 'json'
  if (format !== 'json') return `invalid audit log format ${format}, allowed formats are ["legacy" "json"]`
  const mode = flags.get('audit-log-mode') ?? 'blocking'
  if (!['batch', 'blocking', 'blocking-strict'].includes(mode))
    return `invalid audit log mode ${mode}, allowed modes are "batch,blocking,blocking-strict"`
  const path = flags.get('audit-policy-file')
  if (!path) return undefined
  const text = files.read(path)
  if (text === undefined)
    return `loading audit policy file: failed to read file path "${path}": open ${path}: no such file or directory`
  try {
    parseAuditPolicy(text)
    return undefined
  } catch (error) {
    return `loading audit policy file: ${(error as Error).message}: from file ${path}`
  }
}

/** The log that the flags ask for, in the server's container: a file, or its output. Undefined: none is kept. */
export function auditLog(flags: Flags, process: Process): AuditLog | undefined {
  const path = flags.get('audit-log-path')
  const policyFile = flags.get('audit-policy-file')
  if (!path || !policyFile) return undefined
  const policy = parseAuditPolicy(process.files.read(policyFile)!)
  if (path === '-') return { policy, write: (line) => process.log(line) }
  const limit = (name: keyof typeof LIMITS) => Number(flags.get(`audit-log-${name}`) ?? LIMITS[name])
  const file = new RotatedFile(process, path, {
    sizeBytes: limit('maxsize') * MIB,
    ageMs: limit('maxage') * DAY_MS,
    backups: limit('maxbackup'),
  })
  return { policy, write: (line) => file.append(`${line}\n`), read: () => file.read() }
}

interface Limits {
  /** Each 0: there is none. */
  readonly sizeBytes: number
  readonly ageMs: number
  readonly backups: number
}

/** A file that gives way to a new one once it is full. Source: gopkg.in/natefinch/lumberjack.v2 */
class RotatedFile {
  readonly #process: Process
  readonly #path: string
  readonly #limits: Limits

  constructor(process: Process, path: string, limits: Limits) {
    this.#process = process
    this.#path = path
    this.#limits = limits
    if (process.files.read(path) === undefined) process.files.write(path, '', 0o600)
  }

  append(text: string): void {
    const { files } = this.#process
    const { sizeBytes } = this.#limits
    const before = files.read(this.#path) ?? ''
    const isFull = sizeBytes > 0 && before.length > 0 && before.length + text.length > sizeBytes
    if (isFull) this.#rotate(before)
    files.write(this.#path, isFull ? text : before + text, 0o600)
  }

  /** With what has given way, the oldest first. */
  read(): string {
    const { files } = this.#process
    const older = this.#backups().map((name) => files.read(`${this.#parts.directory}${name}`) ?? '')
    return [...older, files.read(this.#path) ?? ''].join('')
  }

  #rotate(full: string): void {
    const { files, world } = this.#process
    const { directory, base, extension } = this.#parts
    // As lumberjack's time format has it: 2006-01-02T15-04-05.000
    const stamp = (at: number) => rfc3339Micro(at).slice(0, -4).replaceAll(':', '-')
    files.write(`${directory}${base}-${stamp(world.clock.now())}${extension}`, full, 0o600)
    const { backups, ageMs } = this.#limits
    const oldest = `${base}-${stamp(world.clock.now() - ageMs)}`
    for (const [age, name] of this.#backups().toReversed().entries())
      if ((backups > 0 && age >= backups) || (ageMs > 0 && name < oldest)) files.remove(`${directory}${name}`)
  }

  #backups(): readonly string[] {
    const { directory, base, extension } = this.#parts
    const isBackup = (name: string) => name.startsWith(`${base}-`) && name.endsWith(extension) && STAMP.test(name)
    return this.#process.files.list(directory).filter(isBackup).toSorted()
  }

  get #parts() {
    const [, directory = '', base = '', extension = ''] = /^(.*\/)(.*?)(\.[^.]*)?$/.exec(this.#path) ?? []
    return { directory, base, extension }
  }
}

const STAMP = /-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}/
