import { Writable } from 'node:stream'
import { type IRunConfiguration, type ISupportCodeLibrary, runCucumber } from '@cucumber/cucumber/api'
import type { Envelope, Pickle } from '@cucumber/messages'
import { takeWorlds } from '../gherkin/hand-over.ts'
import type { World } from '../gherkin/world.ts'
import { Failure } from './failure.ts'
import { cannotRun } from './features/broken-steps.ts'
import { configure } from './features/configuration.ts'
import type { TestOptions } from './features/options.ts'
import { shareModules } from './user-modules.ts'

/** How one run of one scenario went. */
export interface Ran {
  /** Why it failed; undefined: it passed. */
  readonly message: string | undefined
  readonly step: string | undefined
  readonly world: World | undefined
}

/** Runs single scenarios again and again in this process, with world parameters of each run's own. */
export class ScenarioRuns {
  readonly #configuration: IRunConfiguration
  readonly #support: ISupportCodeLibrary
  readonly pickles: readonly Pickle[]

  private constructor(configuration: IRunConfiguration, support: ISupportCodeLibrary, pickles: readonly Pickle[]) {
    this.#configuration = configuration
    this.#support = support
    this.pickles = pickles
  }

  /**
   * What `kubedrill test` would run with the same files and options.
   *
   * @throws {Failure} for features that cannot be read, or whose steps nobody knows
   */
  static async load(files: readonly string[], options: TestOptions): Promise<ScenarioRuns> {
    shareModules()
    const { run: runConfiguration } = await configure(files, options)
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
    throw cannotRun(error as Error, configuration as IRunConfiguration)
  }
}
