import { join, relative } from 'node:path'
import { Writable } from 'node:stream'
import { type ISupportCodeLibrary, loadConfiguration, runCucumber } from '@cucumber/cucumber/api'
import type { Envelope, Pickle } from '@cucumber/messages'
import { takeWorlds } from '../gherkin/hand-over.ts'
import type { World } from '../gherkin/world.ts'
import { Failure } from './failure.ts'
import { PACKAGE_ROOT } from './package-root.ts'
import { shareModules } from './user-modules.ts'

interface Selection {
  readonly files: readonly string[]
  readonly import?: readonly string[]
  readonly tags?: string
  readonly name?: string | readonly string[]
}

/** How one run of one scenario went. */
export interface Ran {
  /** Why it failed; undefined: it passed. */
  readonly message: string | undefined
  readonly step: string | undefined
  readonly world: World | undefined
}

/** Runs single scenarios again and again in this process, with world parameters of each run's own. */
export class ScenarioRuns {
  readonly #configuration: Awaited<ReturnType<typeof loadConfiguration>>['runConfiguration']
  readonly #support: ISupportCodeLibrary
  readonly pickles: readonly Pickle[]

  private constructor(
    configuration: Awaited<ReturnType<typeof loadConfiguration>>['runConfiguration'],
    support: ISupportCodeLibrary,
    pickles: readonly Pickle[],
  ) {
    this.#configuration = configuration
    this.#support = support
    this.pickles = pickles
  }

  /** @throws {Failure} for features that cannot be read, or whose steps nobody knows */
  static async load({ files, tags, name, import: own = [] }: Selection): Promise<ScenarioRuns> {
    shareModules()
    const library = relative(process.cwd(), join(PACKAGE_ROOT, 'dist', 'gherkin', 'index.js'))
    const names = typeof name === 'string' ? [name] : [...(name ?? [])]
    const provided = {
      paths: files.length > 0 ? [...files] : ['features/**/*.feature'],
      import: [library, ...own],
      name: names.map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
      ...(tags === undefined ? {} : { tags }),
    }
    const { runConfiguration } = await loadConfiguration({ provided, file: false })
    const pickles: Pickle[] = []
    const wrong: string[] = []
    const dry = { ...runConfiguration, runtime: { ...runConfiguration.runtime, dryRun: true } }
    const selected = new Set<string>()
    const { support } = await quietly(dry, ({ pickle, testCase, parseError, testStepFinished }) => {
      if (pickle) pickles.push(pickle)
      if (testCase) selected.add(testCase.pickleId)
      if (parseError) wrong.push(`${parseError.source.uri}: ${parseError.message}`)
      const status = testStepFinished?.testStepResult.status
      if (status === 'UNDEFINED' || status === 'AMBIGUOUS')
        wrong.push(`a step is ${status.toLowerCase()}: \`kubedrill test --dry-run\` says which`)
    })
    if (wrong.length > 0) throw new Failure(wrong[0]!)
    // Every pickle of a file is told of, whether or not its line, tags or name are asked for.
    const wanted = pickles.filter(({ id }) => selected.has(id))
    return new ScenarioRuns(runConfiguration, support, wanted)
  }

  /** @param keeps whether the caller closes the World */
  async run(pickle: Pickle, worldParameters: object, keeps = false): Promise<Ran> {
    let world: World | undefined
    let message: string | undefined
    takeWorlds((given) => {
      world = given
      return keeps
    })
    const { sources, runtime } = this.#configuration
    const paths = [`${pickle.uri}:${pickle.location?.line ?? 1}`]
    const configuration = {
      ...this.#configuration,
      sources: { ...sources, paths, names: [], tagExpression: '' },
      runtime: {
        ...runtime,
        retry: 0,
        parallel: 0,
        worldParameters: { ...runtime.worldParameters, ...worldParameters },
      },
      support: this.#support,
    }
    try {
      await quietly(configuration, ({ testStepFinished: step }) => {
        if (step?.testStepResult.status === 'FAILED') message ??= step.testStepResult.message ?? 'failed'
      })
    } finally {
      takeWorlds(undefined)
    }
    return { message, step: world?.story.steps.at(-1)?.text, world }
  }
}

async function quietly(configuration: object, onMessage: (envelope: Envelope) => void) {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })
  const silent = { ...configuration, formats: { stdout: 'progress', files: {}, publish: false, options: {} } }
  try {
    return await runCucumber(silent as never, { stdout: nowhere(), stderr: nowhere() }, onMessage)
  } catch (error) {
    const { message, cause } = error as Error
    throw new Failure((cause instanceof Error ? cause.message : message).trim())
  }
}
