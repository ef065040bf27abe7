import type { Pickle } from '@cucumber/messages'
import { inWords, type ScheduleOptions } from '../../sim/schedule.ts'
import { Failure } from '../failure.ts'
import type { TestOptions } from '../features/options.ts'
import { type Ran, ScenarioRuns } from '../scenario-runs.ts'
import { shrink } from '../shrink.ts'
import { say, tell } from '../terminal.ts'

export interface ExploreOptions extends TestOptions {
  /** How many schedules; true: of scenarios tagged @explore, as many as the tag says. */
  readonly explore?: string | true
  /** `17`, or `17:3,5`: only these of its disturbances. */
  readonly exploreSeed?: string
}

/** How many schedules a scenario is run under where its tag says no number. */
const DEFAULT_TRIES = 20

/** `kubedrill test --explore [N] [--explore-seed S]`: runs scenarios under many orders of events. Exit code 1 when one of them fails. */
export async function explore(files: readonly string[], options: ExploreOptions): Promise<void> {
  const { target = 'sim', seed } = options
  if (target !== 'sim')
    throw new Failure(`--target ${target}: only a simulated cluster can meet other orders of events`)
  const given = options.exploreSeed === undefined ? undefined : parseSeed(options.exploreSeed)
  const tries = triesOf(options.explore)
  const runs = await ScenarioRuns.load(files, options)
  const wanted = (pickle: Pickle) => (given?.only !== undefined ? 1 : (tries ?? taggedTries(pickle)))
  const explored = runs.pickles.filter((pickle) => wanted(pickle) !== undefined)
  if (explored.length === 0) throw new Failure('no scenario to explore: tag some with @explore, or say --explore 20')
  const exploring = new Exploring(runs, seed === undefined ? {} : { seed }, spokenOptions(options))
  let failed = 0
  for (const pickle of explored) {
    const bad = given?.only
      ? await exploring.again(pickle, given)
      : await exploring.many(pickle, given?.seed ?? 1, wanted(pickle)!)
    if (bad) failed++
  }
  say(`\n${explored.length} explored, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

class Exploring {
  readonly #runs: ScenarioRuns
  readonly #parameters: object
  readonly #options: string

  /** @param options what has to be on the command line for the same run */
  constructor(runs: ScenarioRuns, parameters: object, options: string) {
    this.#runs = runs
    this.#parameters = parameters
    this.#options = options
  }

  /** @returns whether it fails */
  async many(pickle: Pickle, first: number, tries: number): Promise<boolean> {
    say(placeOf(pickle))
    const { message } = await this.#runs.run(pickle, this.#parameters)
    if (message !== undefined) {
      say(`  fails by itself, undisturbed:\n${indented(message)}`)
      return true
    }
    for (let seed = first; seed < first + tries; seed++) {
      const ran = await this.#under(pickle, { seed })
      const numbers = disturbancesOf(ran).map(({ number }) => number)
      tell(`  seed ${seed}: ${ran.message === undefined ? 'passes' : 'FAILS'}, ${disturbances(numbers.length)}`)
      if (ran.message === undefined) continue
      await this.#report(pickle, seed, numbers)
      return true
    }
    say(`  passes under the seeds ${first} to ${first + tries - 1}`)
    return false
  }

  async again(pickle: Pickle, schedule: ScheduleOptions): Promise<boolean> {
    say(placeOf(pickle))
    const ran = await this.#under(pickle, schedule)
    tellStory(ran)
    return ran.message !== undefined
  }

  async #report(pickle: Pickle, seed: number, numbers: readonly number[]): Promise<void> {
    let runs = 0
    const only = await shrink(numbers, async (part) => {
      runs++
      return (await this.#under(pickle, { seed, only: part })).message !== undefined
    })
    say(`  fails under seed ${seed}; ${disturbances(only.length)} of ${numbers.length} will do (${runs} runs):`)
    tellStory(await this.#under(pickle, { seed, only }))
    const place = `${pickle.uri}:${pickle.location?.line ?? 1}`
    say(`  again: kubedrill test ${place}${this.#options} --explore-seed ${seed}:${only.join(',')}`)
  }

  #under(pickle: Pickle, schedule: ScheduleOptions): Promise<Ran> {
    return this.#runs.run(pickle, { ...this.#parameters, schedule })
  }
}

const disturbances = (count: number) => `${count} disturbance${count === 1 ? '' : 's'}`

function disturbancesOf({ world }: Ran) {
  return (world?.hasCluster ? world.target.cluster?.disturbances : undefined) ?? []
}

function tellStory(ran: Ran): void {
  const bootedAt = ran.world?.target.cluster?.bootedAt ?? 0
  for (const disturbance of disturbancesOf(ran))
    say(`    ${disturbance.number}. +${(disturbance.at - bootedAt) / 1000}s ${inWords(disturbance)}`)
  say(ran.message === undefined ? '  passes' : `  ${ran.step}\n${indented(ran.message)}`)
}

function spokenOptions({ seed, config, import: own }: ExploreOptions): string {
  return [
    ...(config === false ? ['--no-config'] : config === undefined ? [] : [`--config ${config}`]),
    ...(own === undefined ? [] : [`--import ${own.join(' ')}`]),
    ...(seed === undefined ? [] : [`--seed ${seed}`]),
  ]
    .map((option) => ` ${option}`)
    .join('')
}

const placeOf = ({ uri, location, name }: Pickle) => `${uri}:${location?.line ?? 1}  ${name}`
const indented = (text: string) =>
  text
    .replace(/^Error: /, '')
    .replace(/\n\s+at .*$/s, '')
    .replace(/^(?=.)/gm, '      ')

function triesOf(explore: ExploreOptions['explore']): number | undefined {
  if (explore === undefined || explore === true) return undefined
  const tries = Number(explore)
  if (Number.isInteger(tries) && tries > 0) return tries
  throw new Failure(`--explore ${explore}: how many orders of events to try, such as 20`)
}

function taggedTries({ tags }: Pickle): number | undefined {
  for (const { name } of tags) {
    const [, tries] = /^@explore(?::(\d+))?$/.exec(name) ?? [undefined, null]
    if (tries !== null) return tries === undefined ? DEFAULT_TRIES : Number(tries)
  }
  return undefined
}

function parseSeed(text: string): ScheduleOptions {
  const [, seed, numbers] = /^(\d+)(?::([\d,]*))?$/.exec(text) ?? []
  if (seed === undefined)
    throw new Failure(`--explore-seed ${text}: write a number, or 17:3,5 for two of its disturbances`)
  if (numbers === undefined) return { seed: Number(seed) }
  return { seed: Number(seed), only: numbers.split(',').filter(Boolean).map(Number) }
}
