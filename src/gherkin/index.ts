import { existsSync, readFileSync } from 'node:fs'
import {
  After,
  AfterAll,
  AfterStep,
  Before,
  BeforeStep,
  defineParameterType,
  Given,
  type IWorldOptions,
  setDefaultTimeout,
  setDefinitionFunctionWrapper,
  setWorldConstructor,
} from '@cucumber/cucumber'
import type { PickleStepArgument } from '@cucumber/messages'
import type { ScheduleOptions } from '../sim/schedule.ts'
import { failureRecord } from './attach.ts'
import { addSteps, argumentsOf, bindStep, perform, withoutBlock } from './bind.ts'
import { asksForBeginning, writtenStep } from './cucumber-steps.ts'
import { parseDuration, shortDuration } from './durations.ts'
import { clusterState, timelineText } from './explain/report.ts'
import { CLUSTER_FILE, FAILURE_FILE, TIMELINE_FILE } from './failure-record.ts'
import { handOver, Stopped, type Until } from './hand-over.ts'
import { kindsNamed } from './history.ts'
import { closed, opened } from './interruption.ts'
import { Kubectl, runKubectl } from './kubectl.ts'
import { parameterTypes } from './parameter-types.ts'
import { NotCapable, SpecError, type StepDefinition, tableOf } from './step.ts'
import { CAPABILITIES } from './target.ts'
import { writeTransitionsSeen } from './transitions-seen.ts'
import { vocabulary } from './vocabulary.ts'
import { World } from './world.ts'

export type { KubernetesObject, ObjectMeta, Status } from '../api/types.ts'
export { parseDuration, shortDuration } from './durations.ts'
export { extend } from './extensions.ts'
export { type ServedKind, servedKind } from './kinds.ts'
export { type Count, counts, type ObjectRef, type PodsRef, type Principal } from './parameter-types.ts'
export { find, list, namespaceOf, podsOf } from './pods.ts'
export { apply, done, parseManifests, send, submit } from './request.ts'
export { isIn, stateOf } from './states.ts'
export type { StepDefinition, StepDocumentation, Table } from './step.ts'
export { NotCapable, needing, SpecError, step } from './step.ts'
export { type Difference, differenceLine, differences, fieldAt } from './subset.ts'
export type { Capability, CommandResult, Reader, Target, TargetRequest } from './target.ts'
export { vocabulary } from './vocabulary.ts'
export { type Problem, World } from './world.ts'

/** What a run may be told, as cucumber-js's `worldParameters`. */
interface Parameters {
  /** `sim` (the default), `kubeconfig` or `kubeconfig:CONTEXT`: where scenarios run. */
  readonly target?: string
  /** Seed of all chance in simulated clusters. */
  readonly seed?: number
  /** On a real cluster: scenarios whose steps let more time pass than this are skipped. Default 10m. */
  readonly longest?: string
  /** Simulated clusters meet other orders of events. */
  readonly schedule?: ScheduleOptions
  /** Where scenarios stop. */
  readonly until?: Until
}

/**
 * The binding to cucumber-js: import this file (`kubedrill/gherkin`) and every step of the vocabulary is defined; each
 * scenario gets a World, and so a cluster, of its own. Your own steps beside it receive the World as `this`.
 */
class CucumberWorld extends World {
  override readonly log: IWorldOptions['log']
  override readonly attach: IWorldOptions['attach']
  readonly parameters: Parameters
  readonly remote: string | undefined
  readonly longestMs: number

  constructor({ log, attach, parameters }: IWorldOptions<Parameters>) {
    let kubectl: Kubectl | undefined
    super({
      ...(parameters.seed === undefined ? {} : { seed: parameters.seed }),
      ...(parameters.schedule === undefined ? {} : { schedule: parameters.schedule }),
      stopAfterMs: parameters.until?.afterMs,
      readFile: (path) => readFileSync(path, 'utf8'),
      kubectl: (cluster, args) => {
        kubectl ??= new Kubectl()
        return kubectl.run(cluster, args)
      },
    })
    this.onClose(() => kubectl?.close())
    this.log = log
    this.attach = attach
    this.parameters = parameters
    const { target = 'sim' } = parameters
    this.remote = target === 'sim' ? undefined : target
    this.longestMs = longestOf(parameters.longest)
  }
}

/** What a scenario says by a tag that its steps do not: `@needs:versions`. @throws {SpecError} for what nobody knows */
function neededBy(capability: string): string {
  const known: Readonly<Record<string, string>> = CAPABILITIES
  if (known[capability] === undefined)
    throw new SpecError(`@needs:${capability}: a scenario may need ${Object.keys(known).join(', ')}`)
  return known[capability]
}

/** `10m`, `90 seconds`. */
const longestOf = (text: string | undefined): number => parseDuration(text ?? '10m')

setWorldConstructor(CucumberWorld)
// Of users' own steps and hooks. Ours have deadlines of their own, in virtual time or on a real cluster: see `inTime`.
setDefaultTimeout(60_000)
const PATIENT = { timeout: -1 }
// Our words are for our steps: a snippet for somebody's own is better off with cucumber's.
for (const type of parameterTypes) defineParameterType({ ...type, useForSnippets: false })
for (const definition of vocabulary) Given(definition.pattern, PATIENT, binding(definition))
setDefinitionFunctionWrapper(inBothWorlds)

/**
 * Defines steps of your own that are data, as those of the vocabulary: what they need of a target is known before a scenario begins,
 * and they have no deadline on the wall clock.
 */
export function defineSteps(definitions: readonly StepDefinition[]): void {
  addSteps(definitions)
  for (const definition of definitions) Given(definition.pattern, PATIENT, binding(definition))
}

Before(PATIENT, async function (this: CucumberWorld, { pickle }) {
  if (this.remote === undefined) return undefined
  const bound = pickle.steps.flatMap(({ text }) => bindStep(text))
  const lacking = pickle.steps
    .flatMap(({ text, argument }) => bindStep(text).map(({ needs }) => needs(blockOf(argument))))
    .find((needs) => needs !== undefined)
  if (lacking !== undefined) return skip(this, `${this.remote} cannot ${CAPABILITIES[lacking]}`)
  const tagged = pickle.tags.find(({ name }) => name.startsWith('@needs:'))?.name.slice('@needs:'.length)
  if (tagged !== undefined) return skip(this, `${this.remote} cannot ${neededBy(tagged)}`)
  const takesMs = bound.reduce((sum, step) => sum + step.takesMs, 0)
  if (takesMs > this.longestMs)
    return skip(
      this,
      `"${pickle.name}" takes ${shortDuration(takesMs)}, more than ${shortDuration(this.longestMs)} (worldParameters.longest)`,
    )
  const [{ RemoteCluster }, { reachOf }] = await Promise.all([import('./remote/index.ts'), import('./remote/reach.ts')])
  const readFile = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)
  const planned = pickle.steps.map(({ text, argument }) => ({ text, docString: textOf(argument) }))
  const reach = reachOf(planned, readFile)
  const { remote: target } = this
  const remote = await RemoteCluster.connect({ target, kubectl: runKubectl, reach, readFile, onBegin: opened })
  this.use(remote)
  for (const kind of kindsNamed(pickle.steps.map(({ text, argument }) => `${text} ${JSON.stringify(argument ?? '')}`)))
    this.history.record(kind)
  closed(remote)
  opened(this)
  return undefined
})

/** Steps that are no Givens. */
const BEGUN: ReadonlySet<string> = new Set(['Action', 'Outcome'])

BeforeStep(PATIENT, async function (this: CucumberWorld, { gherkinDocument, pickle, pickleStep }) {
  if (this.story.steps.length > (this.parameters.until?.step ?? Number.POSITIVE_INFINITY)) throw new Stopped()
  if (BEGUN.has(pickleStep.type ?? '') && asksForBeginning(pickle)) await this.begin()
  this.story.begin(writtenStep(gherkinDocument, pickleStep).text)
})

AfterStep(async function (this: CucumberWorld, { gherkinDocument, pickle, pickleStep, result }) {
  if (result.status === 'PASSED') return this.story.end()
  if (result.status !== 'FAILED') return undefined
  const { parameters } = this
  const message = result.exception?.message ?? result.message ?? ''
  const record = failureRecord(this, { gherkinDocument, pickle, pickleStep, message, parameters: { ...parameters } })
  this.attach(JSON.stringify(record, null, 1), { mediaType: 'application/json', fileName: FAILURE_FILE })
  if (!this.hasCluster) return undefined
  this.attach(timelineText(this), { mediaType: 'text/plain', fileName: TIMELINE_FILE })
  const state = await this.look(() => clusterState(this))
  this.attach(state, { mediaType: 'text/x-yaml', fileName: CLUSTER_FILE })
  return undefined
})

After(PATIENT, async function (this: World) {
  closed(this)
  if (!handOver(this)) await this.close()
})

/** A doc string, or a table row by row. */
function textOf(argument: PickleStepArgument | undefined): string | undefined {
  const rows = argument?.dataTable?.rows.map(({ cells }) => cells.map(({ value }) => value).join(' | '))
  return rows?.join('\n') ?? argument?.docString?.content
}

/** What stands below a step, as the step is told it. */
function blockOf(argument: PickleStepArgument | undefined): unknown {
  if (argument?.dataTable === undefined) return argument?.docString?.content
  return tableOf(argument.dataTable.rows.map(({ cells }) => cells.map(({ value }) => value)))
}

/** Why scenarios were skipped: no formatter says so of itself. */
const skipped: string[] = []

AfterAll(() => {
  writeTransitionsSeen()
  for (const reason of new Set(skipped)) process.stderr.write(`skipped: ${reason}\n`)
})

/** cucumber-js reads how many arguments a step takes off its function: it needs one with the right length. */
function binding(definition: StepDefinition) {
  const body = function (this: CucumberWorld, ...args: unknown[]): Promise<void> {
    // cucumber-js hands everybody a callback after what was written: here, in place of it.
    if (args.length <= argumentsOf(definition) && typeof args.at(-1) === 'function')
      throw Object.assign(new SpecError(withoutBlock(definition)), { stack: '' })
    return inTime(this, perform(this, definition, args))
  }
  return Object.defineProperty(body, 'length', { value: argumentsOf(definition) })
}

/**
 * Every step and hook, ours and users', may read what a real cluster has to look up first (it is begun again then), may ask for what
 * this target cannot do (the scenario is skipped), and fails with what is wrong, not with where our code says so.
 */
function inBothWorlds(code: (...args: unknown[]) => unknown) {
  return function (this: unknown, ...args: unknown[]): unknown {
    // cucumber-js hands everybody a callback: those that take it end when they call it.
    if (!(this instanceof CucumberWorld) || code.length === args.length) return code.apply(this, args)
    return this.look(() => code.apply(this, args)).catch((error: Error) => {
      if (error instanceof NotCapable) return skip(this, error.message)
      // What is wrong with a cluster or a feature is not to be found in our code.
      if (error instanceof SpecError || this.failure !== undefined) error.stack = ''
      throw error
    })
  }
}

function skip(world: CucumberWorld, reason: string): 'skipped' {
  world.log(reason)
  skipped.push(reason)
  return 'skipped'
}

/** How long (wall ms) one step of a simulated cluster may take: one that takes longer never comes to rest. */
const PATIENCE_MS = 60_000

/** @throws when a step in the simulator does not end; a real cluster takes the time it takes */
async function inTime(world: CucumberWorld, running: Promise<void>): Promise<void> {
  if (world.remote !== undefined) return running
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the step did not end within ${PATIENCE_MS / 1000} seconds of real time`)),
      PATIENCE_MS,
    )
  })
  return Promise.race([running, late]).finally(() => clearTimeout(timer))
}
