import { existsSync, lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { PACKAGE_ROOT } from '../package-root.ts'
import { type Packages, starterProject } from '../starter/project.ts'
import { paint, say, sayJson } from '../terminal.ts'

/** `kubedrill init [DIR]`: a project whose suite passes as it is. Overwrites nothing: where a file is in the way, none is written. */
export function init(directory: string, { json }: { readonly json?: boolean }): void {
  const home = resolve(directory)
  const files = starterProject(packageName(basename(home)), packages(home))
  const blocked = new Set(Object.keys(files).flatMap((file) => inTheWay(home, file) ?? []))
  if (blocked.size > 0)
    throw new Failure(
      `${[...blocked].map((path) => shown(path)).join(', ')}: there already, so nothing is written; how a project that exists gets a suite: docs/testing.md`,
    )
  writeAll(home, files)
  const next = [...(home === process.cwd() ? [] : [`cd ${shown(home)}`]), 'npm install', 'npx kubedrill test']
  if (json) sayJson({ directory: home, files: Object.keys(files), next })
  else sayWritten(home, Object.keys(files), next)
}

function sayWritten(home: string, files: readonly string[], next: readonly string[]): void {
  for (const file of files) say(shown(join(home, file)))
  say(`\nIt works as it is: ${paint('cyan', next.join(' && '))}`)
}

const shown = (path: string) => relative(process.cwd(), path) || '.'

/** What keeps a file from being written, if anything: the file, or something that is no directory where its directory would be. */
function inTheWay(home: string, file: string): string | undefined {
  const path = join(home, file)
  if (isThere(path)) return path
  for (let above = dirname(path); above !== dirname(above); above = dirname(above))
    if (isThere(above)) return statSync(above, { throwIfNoEntry: false })?.isDirectory() ? undefined : above
  return undefined
}

/** Links that lead nowhere are there too: writing would follow them. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Above it is something that is no directory.
    return false
  }
}

/** All files or, where one cannot be written, none. */
function writeAll(home: string, files: Readonly<Record<string, string>>): void {
  const undo: (() => void)[] = []
  try {
    for (const [file, text] of Object.entries(files)) {
      const path = join(home, file)
      makeDirectory(dirname(path), undo)
      writeFileSync(path, text, { flag: 'wx' })
      undo.push(() => rmSync(path))
    }
  } catch (error) {
    for (const back of undo.reverse()) back()
    throw new Failure((error as Error).message.replace(/^\w+: /, ''))
  }
}

function makeDirectory(path: string, undo: (() => void)[]): void {
  if (existsSync(path)) return
  makeDirectory(dirname(path), undo)
  mkdirSync(path)
  undo.push(() => rmdirSync(path))
}

/** As npm wants names: small letters, digits, dashes, dots; none that it keeps for itself, and not that of what is installed. */
function packageName(directory: string): string {
  const name = directory
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 200)
  return ['', 'kubedrill', 'node_modules', 'favicon.ico'].includes(name) ? `${name}-specs`.replace(/^-/, '') : name
}

/** A kubedrill that runs from its clone is installed from there, with the one cucumber-js that it knows. */
function packages(home: string): Packages {
  if (existsSync(join(PACKAGE_ROOT, 'src'))) {
    const from = (path: string) => `file:${relative(home, join(PACKAGE_ROOT, path)).replaceAll('\\', '/')}`
    return { kubedrill: from(''), cucumber: from('node_modules/@cucumber/cucumber') }
  }
  const { version, peerDependencies } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))
  return { kubedrill: installedFrom(home) ?? `^${version}`, cucumber: peerDependencies['@cucumber/cucumber'] }
}

/** Where npm had it from, when that was a file or a repository rather than a registry. */
function installedFrom(home: string): string | undefined {
  const lock = join(PACKAGE_ROOT, '..', '.package-lock.json')
  if (!existsSync(lock)) return undefined
  const { packages = {} } = JSON.parse(readFileSync(lock, 'utf8')) as {
    packages?: Record<string, { resolved?: string }>
  }
  const { resolved = '' } = packages['node_modules/kubedrill'] ?? {}
  if (resolved.startsWith('git+')) return resolved
  const [, file] = /^file:(.*)$/.exec(resolved) ?? []
  return file === undefined
    ? undefined
    : `file:${relative(home, resolve(PACKAGE_ROOT, '../..', file)).replaceAll('\\', '/')}`
}
