import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IRunConfiguration, ISupportCodeCoordinates } from '@cucumber/cucumber/api'
import { Failure } from '../failure.ts'

/** Why a run could not begin: cucumber wraps what went wrong (a tag expression, a file of steps) in what it was about to do. */
export function cannotRun(error: Error, { support }: IRunConfiguration): Failure {
  const { importPaths = [], requirePaths = [] } = support as Partial<ISupportCodeCoordinates>
  return new Failure(withPlace(error.cause instanceof Error ? error.cause : error, [...importPaths, ...requirePaths]))
}

/** What was thrown while steps were loaded, with the line of the user's file where that can be known. */
function withPlace(error: Error, patterns: readonly string[]): string {
  const message = error.message.trim()
  if (error instanceof SyntaxError) return misspelt(patterns) ?? message
  const frame = /\((file:\S+?):(\d+):\d+\)|at (file:\S+?):(\d+):\d+$/m.exec(error.stack ?? '')
  const [url, line] = [frame?.[1] ?? frame?.[3], frame?.[2] ?? frame?.[4]]
  if (url === undefined) return message
  const file = relative(process.cwd(), fileURLToPath(url))
  // What is thrown by others says of itself where.
  return file.startsWith('..') || file.includes('node_modules') ? message : `${file}:${line}: ${message}`
}

/** Modules do not say where they are misspelt; `node --check` does. */
function misspelt(patterns: readonly string[]): string | undefined {
  for (const file of patterns.flatMap(filesOf).filter((each) => /\.[cm]?js$/.test(each))) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' })
    if (status === 0) continue
    const [place = '', ...lines] = stderr.split('\n')
    const said = lines.find((line) => /^\w*Error: /.test(line))?.replace(/^\w+: /, '') ?? ''
    const line = /:(\d+)$/.exec(place)?.[1]
    return `${relative(process.cwd(), file)}${line === undefined ? '' : `:${line}`}: ${said}\n${lines.slice(0, 2).join('\n')}`
  }
  return undefined
}

/** The files that a path or glob may mean, or more. */
function filesOf(pattern: string): readonly string[] {
  const fixed = pattern.split(/[\\/]?[^\\/]*[*?{[]/)[0]!
  const root = fixed === '' ? '.' : fixed
  if (!existsSync(root)) return []
  if (statSync(root).isFile()) return [root]
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.includes('node_modules'))
    .map((name) => join(root, name))
}
