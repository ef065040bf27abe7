import type { FileTree } from '../../contract.ts'
import type { UnitTimings } from './machine.ts'

/** A service unit as `systemctl daemon-reload` has read it. */
export interface UnitFile extends UnitTimings {
  readonly name: string
  readonly path: string
  readonly dropIns: readonly string[]
  readonly description: string
  readonly documentation: readonly string[]
  readonly wantedBy: readonly string[]
  /** The last ExecStart=, its variables not yet expanded. */
  readonly execStart: string
  /** `KEY=value`, in order. */
  readonly environment: readonly string[]
  /** Files of `KEY=value` lines, read at every start; a leading `-` allows them to be missing. */
  readonly environmentFiles: readonly string[]
}

/** Where unit files lie, the administrator's before the distribution's. Source: systemd.unit(5) */
export const UNIT_DIRECTORIES = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]

/** Names of all service units that have a file. */
export function unitNames(files: FileTree): readonly string[] {
  const names = UNIT_DIRECTORIES.flatMap((directory) => files.list(directory))
  return [...new Set(names.filter((name) => name.endsWith('.service')))].sort()
}

/** Reads a unit and its drop-ins; undefined when no directory has the unit. */
export function readUnit(files: FileTree, name: string): UnitFile | undefined {
  const path = UNIT_DIRECTORIES.map((directory) => `${directory}/${name}`).find((at) => files.read(at) !== undefined)
  if (path === undefined) return undefined
  const dropIns = UNIT_DIRECTORIES.flatMap((directory) =>
    files
      .list(`${directory}/${name}.d`)
      .filter((file) => file.endsWith('.conf'))
      .map((file) => `${directory}/${name}.d/${file}`),
  ).sort((a, b) => (baseName(a) < baseName(b) ? -1 : 1))
  const texts = [path, ...dropIns].map((file) => files.read(file) ?? '')
  const known = read.get(path)
  if (known?.unit.dropIns.join() === dropIns.join() && known.texts.every((text, i) => text === texts[i])) {
    return known.unit
  }
  const settings = new Map<string, string[]>()
  for (const text of texts) parseInto(settings, text)
  const last = (key: string) => settings.get(key)?.at(-1)
  const unit: UnitFile = {
    name,
    path,
    dropIns,
    description: last('Unit.Description') ?? name,
    documentation: (settings.get('Unit.Documentation') ?? []).flatMap(words),
    wantedBy: (settings.get('Install.WantedBy') ?? []).flatMap(words),
    execStart: last('Service.ExecStart') ?? '',
    environment: (settings.get('Service.Environment') ?? []).flatMap(splitQuoted),
    environmentFiles: settings.get('Service.EnvironmentFile') ?? [],
    restart: restartOf(last('Service.Restart')),
    restartSecMs: seconds(last('Service.RestartSec'), 100),
  }
  if (read.size < 100) read.set(path, { texts, unit })
  return unit
}

/** The machines of a cluster have the same units: each is read once. */
const read = new Map<string, { readonly texts: readonly string[]; readonly unit: UnitFile }>()

/** The command line a start runs, and its environment; a text says which file is missing. */
export function commandOf(
  files: FileTree,
  unit: UnitFile,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } | string {
  const env: Record<string, string> = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
  for (const pair of unit.environment) assignTo(env, pair)
  for (const file of unit.environmentFiles) {
    const optional = file.startsWith('-')
    const text = files.read(optional ? file.slice(1) : file)
    if (text === undefined && !optional) return `Failed to load environment files: No such file or directory`
    for (const line of (text ?? '').split('\n')) if (/^\s*[A-Za-z_]/.test(line)) assignTo(env, line.trim())
  }
  return { argv: expand(unit.execStart.replace(/^[-@:+!]+/, ''), env), env }
}

/** `$NAME` as a word of its own becomes several words, `${NAME}` stays one. Source: systemd.service(5) COMMAND LINES */
function expand(line: string, env: Readonly<Record<string, string>>): string[] {
  return splitQuoted(line).flatMap((word) => {
    const whole = /^\$([A-Za-z_]\w*)$/.exec(word)
    if (whole) return splitQuoted(env[whole[1]!] ?? '')
    return [word.replace(/\$\{([A-Za-z_]\w*)\}/g, (_match, name: string) => env[name] ?? '')]
  })
}

/** An empty assignment clears a list, as in drop-ins that replace ExecStart=. */
function parseInto(settings: Map<string, string[]>, text: string): void {
  let section = ''
  for (const raw of text.replace(/\\\n/g, ' ').split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    if (line.startsWith('[')) section = line.slice(1, -1)
    const equals = line.indexOf('=')
    if (line.startsWith('[') || equals < 0) continue
    const key = `${section}.${line.slice(0, equals).trim()}`
    const value = line.slice(equals + 1).trim()
    if (value === '') settings.delete(key)
    else settings.set(key, [...(settings.get(key) ?? []), value])
  }
}

function splitQuoted(text: string): string[] {
  return [...text.matchAll(/(?:"([^"]*)"|'([^']*)'|([^\s"']+))+/g)].map((match) => match[0].replace(/["']/g, ''))
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function assignTo(env: Record<string, string>, pair: string): void {
  const equals = pair.indexOf('=')
  if (equals > 0) env[pair.slice(0, equals)] = pair.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2')
}

function restartOf(value: string | undefined): UnitFile['restart'] {
  return value === 'always' || value === 'on-failure' ? value : 'no'
}

function seconds(value: string | undefined, fallbackMs: number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min)?$/.exec(value ?? '')
  if (!match) return fallbackMs
  return Number(match[1]) * (match[2] === 'ms' ? 1 : match[2] === 'min' ? 60_000 : 1000)
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
