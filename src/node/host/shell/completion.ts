import type { FileTree } from '../../contract.ts'
import { resolvePath } from '../paths.ts'
import type { Completion } from './contract.ts'

interface Known {
  readonly files: FileTree
  readonly cwd: string
  readonly commands: readonly string[]
  /** `kubelet.service` */
  readonly units: readonly string[]
}

/** What Tab offers for a line up to its cursor: commands, sub-commands, units, paths. */
export function completeLine(line: string, known: Known): Completion {
  const command = line.slice(Math.max(...[...line.matchAll(/[;|&(]/g)].map(({ index }) => index), -1) + 1)
  const words = command.trimStart().split(/\s+/)
  while (words.length > 1 && (PREFIXES.has(words[0]!) || /^\w+=/.test(words[0]!))) words.shift()
  const [program = '', ...rest] = words
  const word = /[^\s<>=:]*$/.exec(words.at(-1)!)![0]
  if (rest.length === 0 && !program.includes('/')) return offer(word, known.commands)
  const special = word.includes('/') || rest.length === 0 ? undefined : wordsFor(program, rest, known.units)
  return special === undefined ? paths(word, known, program === 'cd') : offer(word, special)
}

const PREFIXES = new Set(['sudo', 'time', 'watch', 'xargs', 'exec', 'then', 'do', 'else', 'if', 'while', '!'])

const SYSTEMCTL = [
  ...['cat', 'daemon-reload', 'disable', 'enable', 'is-active', 'is-enabled', 'kill', 'list-unit-files', 'list-units'],
  ...['mask', 'poweroff', 'reboot', 'restart', 'show', 'start', 'status', 'stop', 'unmask'],
]
const CRICTL = ['exec', 'images', 'info', 'inspect', 'logs', 'pods', 'ps', 'rm', 'stop', 'stopp', 'version']

function wordsFor(program: string, rest: readonly string[], units: readonly string[]): readonly string[] | undefined {
  const services = units.map((unit) => unit.replace(/\.service$/, ''))
  const before = rest.at(-2)
  const first = rest.filter((word) => !word.startsWith('-')).length <= 1 && !rest.at(-1)!.startsWith('-')
  if (program === 'systemctl') return before === undefined || (first && before.startsWith('-')) ? SYSTEMCTL : services
  if (program === 'journalctl') return before === '-u' || before === '--unit' ? services : undefined
  if (program === 'service') return before === undefined ? services : ['status', 'start', 'stop', 'restart']
  if (program === 'crictl' && before === undefined) return CRICTL
  return undefined
}

function offer(word: string, all: readonly string[]): Completion {
  return { word, candidates: finished([...new Set(all)].filter((each) => each.startsWith(word)).sort()) }
}

function paths(word: string, { files, cwd }: Known, onlyDirectories: boolean): Completion {
  const directory = word.slice(0, word.lastIndexOf('/') + 1)
  const start = word.slice(directory.length)
  const at = resolvePath(directory.replace(/^~(?=\/)/, '/root') || '.', cwd)
  const found = files
    .list(at)
    .filter((name) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
    .map((name) => ({ name, isDirectory: files.isDirectory(resolvePath(name, at)) }))
    .filter(({ isDirectory }) => isDirectory || !onlyDirectories)
    .map(({ name, isDirectory }) => `${directory}${name}${isDirectory ? '/' : ''}`)
  return { word, candidates: finished(found.sort()) }
}

/** The only one there is gets a space behind it, unless a path may go on. */
function finished(candidates: readonly string[]): readonly string[] {
  const [only] = candidates
  return only !== undefined && candidates.length === 1 && !only.endsWith('/') ? [`${only} `] : candidates
}
