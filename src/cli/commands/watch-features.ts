import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { failedLastTime } from '../features/plan.ts'
import { Runner } from '../features/watch/runner.ts'
import { type FeatureText, touched } from '../features/watch/touched.ts'
import { directoriesIn, watchTree } from '../features/watch/tree.ts'
import { paint, say } from '../terminal.ts'

/** Changes so soon (ms) after each other are one: editors write a file in several steps. */
const TOGETHER_MS = 150
const KEYS = 'a all  f failed  q quit'

/** `kubedrill test --watch [FILES]`: runs everything, then what a change touches. Keys on a terminal: a all, f what failed, q the end. */
export function watchFeatures(files: readonly string[], argv: readonly string[]): void {
  const options = argv.filter((arg) => arg !== '--watch' && !files.includes(arg))
  const runner = new Runner()
  const changed = new Set<string>()
  let last: readonly string[] = files
  let timer: NodeJS.Timeout | undefined
  const waiting = () => say(paint('dim', `\nwaiting for changes${process.stdin.isTTY ? `: ${KEYS}` : ''}`))
  const run = (wanted: readonly string[]) => {
    last = wanted
    if (process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[3J\x1b[H')
    runner.run([...wanted, ...options], waiting)
  }
  const onChange = () => {
    const features = featuresIn('.', files)
    const what = [...changed].map((file) => touched(file, features))
    changed.clear()
    if (what.includes('all')) return run(files)
    const some = what.flatMap((each) => (each === 'all' ? [] : each))
    // What was interrupted is run too.
    if (some.length > 0) run([...new Set([...some, ...(runner.running ? last : [])])])
  }
  const stop = watchTree('.', (file) => {
    changed.add(file)
    clearTimeout(timer)
    timer = setTimeout(onChange, TOGETHER_MS)
  })
  const quit = () => {
    clearTimeout(timer)
    stop()
    runner.stop(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit)
  listen({
    a: () => run(files),
    f: () => {
      const failed = failedLastTime() ?? []
      if (failed.length > 0) run(failed)
      else say('nothing failed last time')
    },
    q: quit,
    '\x03': quit,
  })
  run(files)
}

function listen(keys: Readonly<Record<string, () => void>>): void {
  const { stdin } = process
  if (!stdin.isTTY) return
  stdin.setRawMode(true)
  process.on('exit', () => stdin.setRawMode(false))
  stdin.on('data', (data) => keys[data.toString()]?.())
}

/** The features there are, of those asked for. */
function featuresIn(root: string, asked: readonly string[]): readonly FeatureText[] {
  const all = directoriesIn(root).flatMap((directory) =>
    readdirSync(directory).flatMap((name) => (name.endsWith('.feature') ? normalize(join(directory, name)) : [])),
  )
  const paths = asked.filter((path) => !/[*?{]/.test(path)).map((path) => normalize(path.replace(/:\d+(:\d+)*$/, '')))
  const isAsked = (file: string) =>
    paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`))
  return all.filter(isAsked).map((file) => ({ file, text: readFileSync(file, 'utf8') }))
}
