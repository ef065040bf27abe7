import { latin1FromBytes } from 'just-bash'
import { bytesOf, textOf } from '../../../bytes.ts'
import type { Files } from '../../file-tree.ts'
import { statOf } from '../../mounts.ts'
import { joinPath, resolvePath } from '../../paths.ts'
import { type Entry, readArchive, writeArchive } from '../archive.ts'
import type { ShellCommand } from '../engine.ts'
import type { Inside } from './inside.ts'

interface TarOptions {
  readonly mode: 'c' | 'x' | 't' | undefined
  readonly file: string
  readonly directory: string | undefined
  readonly verbose: boolean
  readonly paths: readonly string[]
  readonly unknown: string | undefined
}

/** tar(1), uncompressed: what `kubectl cp` runs at the other end, and what people pack by hand. */
export function tar(inside: Inside): ShellCommand {
  return (args, context) => {
    const { mode, file, directory, verbose, paths, unknown } = optionsOf(args)
    if (unknown !== undefined) return { stderr: `tar: ${unknown} is not simulated\n`, exitCode: 2 }
    const base = directory === undefined ? context.cwd : resolvePath(directory, context.cwd)
    if (!inside.files.isDirectory(base))
      return { stderr: `tar: can't change directory to '${directory}': No such file or directory\n`, exitCode: 1 }
    const at = file === '-' ? undefined : resolvePath(file, context.cwd)
    if (mode === 'c') return create(inside, at, base, paths)
    const archive = at === undefined ? latin1FromBytes(context.stdin) : bytesOf(inside.files.read(at) ?? '')
    if (at !== undefined && inside.files.read(at) === undefined)
      return { stderr: `tar: can't open '${file}': No such file or directory\n`, exitCode: 1 }
    const entries = readArchive(archive)
    if (entries === undefined) return { stderr: 'tar: short read\n', exitCode: 1 }
    const chosen = entries.filter(({ name }) => paths.length === 0 || paths.some((path) => isPartOf(name, path)))
    const names = chosen.map(({ name }) => `${textOf(name)}\n`).join('')
    if (mode === 't') return { stdout: names }
    if (mode !== 'x') return { stderr: 'tar: need one of -c, -x, -t\n', exitCode: 1 }
    for (const entry of chosen) extract(inside.files, base, entry)
    return verbose ? { stdout: names } : {}
  }
}

function optionsOf(args: readonly string[]): TarOptions {
  let mode: TarOptions['mode']
  let file = '-'
  let directory: string | undefined
  let verbose = false
  let unknown: string | undefined
  const paths: string[] = []
  const words = [...args]
  if (words[0] !== undefined && !words[0].startsWith('-')) words[0] = `-${words[0]}`
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const long = /^--(file|directory)(?:=(.*))?$/.exec(word)
    if (long?.[1] === 'file') file = long[2] ?? words.shift() ?? '-'
    else if (long?.[1] === 'directory') directory = long[2] ?? words.shift()
    else if (/^--(no-same-(permissions|owner)|warning=.*|create|extract|list)$/.test(word)) {
      if (/create|extract|list/.test(word)) mode = word === '--create' ? 'c' : word === '--extract' ? 'x' : 't'
    } else if (!/^-./.test(word)) paths.push(word)
    else
      for (const letter of word.slice(1)) {
        if (letter === 'c' || letter === 'x' || letter === 't') mode = letter
        else if (letter === 'f') file = words.shift() ?? '-'
        else if (letter === 'C') directory = words.shift()
        else if (letter === 'v') verbose = true
        else if (!/[mpoh]/.test(letter)) unknown ??= word
      }
  }
  return { mode, file, directory, verbose, paths, unknown }
}

function isPartOf(name: string, path: string): boolean {
  const own = name.replace(/\/$/, '')
  const wanted = path.replace(/\/$/, '')
  return own === wanted || own.startsWith(`${wanted}/`)
}

function create(inside: Inside, at: string | undefined, base: string, paths: readonly string[]) {
  const entries: Entry[] = []
  let stderr = ''
  for (const path of paths) {
    const full = resolvePath(path, base)
    if (path.startsWith('/')) stderr ||= "tar: removing leading '/' from member names\n"
    const name = path.replace(/^\/+/, '').replace(/\/+$/, '') || '.'
    if (statOf(inside.files, full) === undefined) {
      return { stdout: '', stderr: `${stderr}tar: ${path}: No such file or directory\n`, exitCode: 1 }
    }
    collect(inside.files as Files, full, name, entries)
  }
  const archive = writeArchive(entries)
  if (at === undefined) return { bytes: archive, stderr }
  inside.files.write(at, textOf(archive))
  return { stderr }
}

function collect(files: Files, path: string, name: string, entries: Entry[]): void {
  const { mode = 0o644, mtime = 0 } = statOf(files, path) ?? {}
  const content = files.read(path)
  if (content !== undefined) {
    entries.push({ name: bytesOf(name), content: bytesOf(content), mode, mtime })
    return
  }
  entries.push({ name: `${bytesOf(name)}/`, content: undefined, mode, mtime })
  for (const child of files.list(path)) collect(files, joinPath(path, `/${child}`), `${name}/${child}`, entries)
}

function extract(files: Inside['files'], base: string, { name, content, mode }: Entry): void {
  const path = resolvePath(textOf(name).replace(/^\/+/, ''), base)
  if (content !== undefined) files.write(path, textOf(content), mode)
  else if ('makeDirectory' in files && !files.isDirectory(path)) (files as Files).makeDirectory(path, mode)
}
