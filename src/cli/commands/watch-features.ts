import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { Failure } from '../failure.ts'
import { configure } from '../features/configuration.ts'
import type { TestOptions } from '../features/options.ts'
import { failedLastTime, featureFiles } from '../features/plan.ts'
import { fileOf, WatchLoop } from '../features/watch/loop.ts'
import { Runner } from '../features/watch/runner.ts'
import type { FeatureText } from '../features/watch/touched.ts'
import { directoriesIn, watchTree } from '../features/watch/tree.ts'
import { paint, say } from '../terminal.ts'

/** Changes so soon (ms) after each other are one: editors write a file in several steps. */
const TOGETHER_MS = 150

/** `kubedrill test --watch [FILES]`: runs everything, then what a change touches. Keys on a terminal: a all, f what failed, q the end. */
export function watchFeatures(files: readonly string[], options: TestOptions, argv: readonly string[]): void {
  const missing = files.map(fileOf).find((file) => !/[*?{]/.test(file) && !existsSync(file))
  if (missing !== undefined) throw new Failure(`${missing}: there is no such file or directory`)
  // Of a directory that was deleted nothing is ever told: this throws.
  process.cwd()
  let timer: NodeJS.Timeout | undefined
  const asked = files.map((file) => normalize(file))
  const own = argv.filter((arg) => arg !== '--watch' && !files.includes(arg))
  const loop = new WatchLoop(asked, own, {
    runner: new Runner(),
    features: () => featuresAsked(files, options),
    programs: () => textsIn('.', /\.[cm]?[jt]s$/),
    failedLastTime,
    soon(then) {
      clearTimeout(timer)
      timer = setTimeout(then, TOGETHER_MS)
    },
    hasKeys: process.stdin.isTTY,
    say: (text) => say(paint('dim', text)),
    clear: () => void (process.stdout.isTTY && process.stdout.write('\x1b[2J\x1b[3J\x1b[H')),
    exit: (code) => process.exit(code),
  })
  watchTree('.', (file) => loop.changed(file))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => loop.end())
  listen((key) => loop.pressed(key))
  loop.begin()
}

function listen(pressed: (key: string) => void): void {
  const { stdin } = process
  if (!stdin.isTTY) return
  stdin.setRawMode(true)
  process.on('exit', () => stdin.setRawMode(false))
  stdin.on('data', (data) => {
    for (const key of data.toString()) pressed(key)
  })
}

/** The features that a run of these files would read, whatever tags or names it asks for. */
async function featuresAsked(files: readonly string[], options: TestOptions): Promise<readonly FeatureText[]> {
  try {
    const { run } = await configure(files, options)
    return (await featureFiles(run)).map(textOf)
  } catch {
    // The run says what is wrong with the configuration.
    return textsIn('.', /\.feature$/)
  }
}

const textsIn = (root: string, name: RegExp): readonly FeatureText[] =>
  directoriesIn(root).flatMap((directory) =>
    readdirSync(directory).flatMap((file) => (name.test(file) ? [textOf(normalize(join(directory, file)))] : [])),
  )

const textOf = (file: string): FeatureText => ({ file, text: readFileSync(file, 'utf8') })
