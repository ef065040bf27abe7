import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { type IConfiguration, type IRunConfiguration, loadConfiguration } from '@cucumber/cucumber/api'
import { Failure } from '../failure.ts'
import { PACKAGE_ROOT } from '../package-root.ts'
import { importTypeScript } from '../user-modules.ts'
import type { TestOptions } from './options.ts'

/** Names of reports, and the formatter of cucumber's that writes each. */
const REPORTS: readonly string[] = ['html', 'junit', 'json', 'message']
/** Configuration files of cucumber-js, in the order in which it looks for them. */
const FILES = ['cucumber.json', 'cucumber.yaml', 'cucumber.yml', 'cucumber.js', 'cucumber.cjs', 'cucumber.mjs']
/** What of the user's own configuration holds for `kubedrill test` too. What is on the command line goes before it. */
const HONOURED = [
  ...([
    'import',
    'require',
    'requireModule',
    'loader',
    'tags',
    'worldParameters',
    'formatOptions',
    'language',
  ] as const),
  ...(['retry', 'retryTagFilter', 'failFast', 'order', 'plugin', 'pluginOptions'] as const),
]

type Honoured = Partial<Pick<IConfiguration, (typeof HONOURED)[number] | 'paths' | 'format'>>

/** What a run is made of, for cucumber-js. */
export interface Configured {
  readonly run: IRunConfiguration
  /** A formatter of cucumber's was asked for: it writes to the terminal instead of ours. */
  readonly formatted: boolean
  /** Files of steps that are the user's own. */
  readonly own: readonly string[]
  /** The file that defines the vocabulary. */
  readonly library: string
}

/** @throws {Failure} for a report that nobody writes, a file that is not there */
export async function configure(files: readonly string[], options: TestOptions): Promise<Configured> {
  const theirs = await userConfiguration(options)
  const own = [...(theirs.import ?? []), ...(theirs.require ?? []), ...(options.import ?? [])]
  const library = relative(process.cwd(), join(PACKAGE_ROOT, 'dist', 'gherkin', 'index.js'))
  const { target, seed, tags, name, shard: _, parallel, dryRun, format = [] } = options
  const given = { ...(target === undefined ? {} : { target }), ...(seed === undefined ? {} : { seed }) }
  const provided = {
    ...theirs,
    paths: files.length > 0 ? [...files] : theirs.paths?.length ? theirs.paths : ['features/**/*.feature'],
    import: [library, ...(theirs.import ?? []), ...(options.import ?? [])],
    format: [...(theirs.format ?? []), ...format, ...reports(options.report ?? [])],
    worldParameters: { ...theirs.worldParameters, ...given },
    strict: true,
    tags: [theirs.tags, tags]
      .filter(Boolean)
      .map((each) => `(${each})`)
      .join(' and '),
    name: (name ?? []).map(literally),
    ...(parallel === undefined ? {} : { parallel }),
    ...(dryRun ? { dryRun } : {}),
  }
  const { runConfiguration: run } = await loadConfiguration({ provided, file: false })
  const typescript = run.support.importPaths?.find((path) => /\.[cm]?ts$/.test(path))
  // Who brings a loader reads TypeScript with it.
  if (typescript !== undefined && !run.support.loaders?.length) await importTypeScript(typescript)
  return { run, formatted: format.some((each) => !each.includes(':')), own, library }
}

/** A name is a text, not a regular expression: `Pod (old)` means what it says. */
const literally = (name: string) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function reports(wanted: readonly string[]): [string, string][] {
  return wanted.map((report) => {
    const [, kind = '', file = ''] = /^([^=]*)=?(.*)$/s.exec(report)!
    if (!REPORTS.includes(kind) || file === '')
      throw new Failure(`--report ${report}: write KIND=FILE with one of the kinds ${REPORTS.join(', ')}`)
    return [kind, file]
  })
}

async function userConfiguration({ config }: TestOptions): Promise<Honoured> {
  if (config === false) return {}
  if (config !== undefined && !existsSync(config)) throw new Failure(`${config}: there is no such file`)
  const file = config ?? FILES.find((name) => existsSync(name))
  if (file === undefined) return {}
  // cucumber-js takes every path as one from here.
  const { useConfiguration: all } = await loadConfiguration({ file: relative(process.cwd(), file) }).catch(
    (error: Error) => {
      throw new Failure(`${file}: ${(error.cause instanceof Error ? error.cause : error).message}`)
    },
  )
  const honoured = Object.fromEntries(HONOURED.map((key) => [key, all[key]])) as Honoured
  const reporting = all.format.filter((each) => (Array.isArray(each) ? each[1] : /^\w+:./.test(each)))
  return { ...honoured, paths: all.paths, format: reporting, import: all.import.filter((path) => !isOurs(path)) }
}

/** Whether a file of the user's configuration is this package's own library: it is loaded anyway, and only once. */
function isOurs(path: string): boolean {
  if (path.includes('*') || !existsSync(path) || !/gherkin[\\/]index\.[jt]s$/.test(path)) return false
  for (let folder = dirname(realpathSync(resolve(path))); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest))
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'kubedrill'
    if (folder === dirname(folder)) return false
  }
}
