import { join } from 'node:path'
import { StepFailure } from '../feature.ts'
import { earnsAll, failedSteps, type Grade, loadChecks } from '../grade.ts'
import type { Exercise } from '../pack.ts'
import { Findings, type Place, placeText } from '../pack-error.ts'
import { filesIn, readText } from '../pack-file.ts'
import { Attempt } from './attempt.ts'
import type { Ask, Flaw, Proof, Trial } from './contract.ts'
import { flawsOf } from './flaws.ts'
import { rebootAll, vandalsFor } from './vandals.ts'

export type { Proof } from './contract.ts'

const MINUTES_30 = 30 * 60_000
const OTHER_SEEDS = [2, 3]
const PERSISTS = /reboot|restart|survive|permanent/i

/**
 * Tries an exercise in every way its author thought of: untouched, each right and each wrong solution. A good one grades
 * them all as they are meant, and each of its criteria is failed by something. Then in ways the author may not have
 * thought of: with other seeds, later, after a reboot, and after somebody has done harm.
 *
 * @throws {PackError} for an exercise that cannot be read
 */
export async function prove(exercise: Exercise, ask: Ask = {}): Promise<Proof> {
  return new Prover(exercise, ask).prove()
}

class Prover {
  readonly #exercise: Exercise
  readonly #ask: Ask
  readonly #trials: Trial[] = []
  readonly #flaws: Flaw[] = []
  readonly #notes: Flaw[] = []
  /** Steps of the checks that nothing has failed so far. */
  readonly #unfailed = new Map<string, { readonly place: Place; readonly text: string }>()

  constructor(exercise: Exercise, ask: Ask) {
    this.#exercise = exercise
    this.#ask = ask
  }

  async prove(): Promise<Proof> {
    const exercise = this.#exercise
    for (const { steps } of loadChecks(exercise))
      for (const { place, text, type } of steps)
        if (type === 'Outcome') this.#unfailed.set(placeText(place), { place, text })
    try {
      await this.#everyScript()
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error
      this.#flaw('setup.feature', `the set-up cannot be done: ${error.step}: ${firstLine(error.message)}`)
    }
    const criteria = exercise.criteria.map(({ id }) => id)
    return { exercise: exercise.id, criteria, trials: this.#trials, flaws: this.#flaws, notes: this.#notes }
  }

  async #everyScript(): Promise<void> {
    const quick = this.#ask.quick === true
    await this.#try('untouched', 'untouched', undefined)
    for (const [name, script] of scriptsIn(this.#exercise, 'solutions')) {
      const first = !this.#trials.some(({ kind }) => kind === 'right')
      await this.#try(
        name,
        'right',
        script,
        quick ? undefined : (attempt, grade) => this.#afterRight(name, attempt, grade, first),
      )
      if (!quick) await this.#otherSeeds(name, script, first ? OTHER_SEEDS : OTHER_SEEDS.slice(0, 1))
    }
    for (const [name, script] of scriptsIn(this.#exercise, 'wrong')) await this.#try(name, 'wrong', script)
    this.#flaws.push(...flawsOf(this.#exercise, this.#trials))
    if (quick) return
    for (const { place, text } of this.#unfailed.values())
      this.#note(`checks.feature:${place.line}`, `no near miss fails "${text}": does it grade anything?`)
  }

  async #try(
    name: string,
    kind: Trial['kind'],
    script: string | undefined,
    then?: (attempt: Attempt, grade: Grade) => Promise<void>,
  ): Promise<void> {
    this.#ask.onProgress?.(name)
    const attempt = await Attempt.begin(this.#exercise)
    try {
      const { output, exitCode } = script === undefined ? { output: '', exitCode: 0 } : await attempt.run(script)
      const grade = await attempt.grade()
      const requests = JSON.stringify(attempt.inputs.since)
      this.#trials.push({ name, kind, script: script ?? '', grade, output, exitCode, requests })
      if (kind !== 'right' && this.#ask.quick !== true)
        await failedSteps(this.#exercise, attempt.forks(), ({ place }) => void this.#unfailed.delete(placeText(place)))
      if (exitCode !== 0 && kind === 'right') this.#note(name, `exits with ${exitCode}: ${firstLine(output)}`)
      await then?.(attempt, grade)
    } finally {
      await attempt.close()
    }
  }

  async #afterRight(name: string, attempt: Attempt, grade: Grade, first: boolean): Promise<void> {
    // What a wrong "right solution" does later says nothing.
    if (missed(grade).length > 0) return
    if (first) await this.#vandals(name, attempt)
    await this.#reboot(name, attempt)
    if (!first) return
    await attempt.world.advance(MINUTES_30)
    const later = missed(await attempt.grade())
    if (later.length > 0)
      this.#flaw(name, `earns full marks at once, but 30 minutes later it misses ${later.join(', ')}`)
  }

  async #otherSeeds(name: string, script: string, seeds: readonly number[]): Promise<void> {
    const expected = missed(this.#trials.at(-1)!.grade).join(', ')
    for (const seed of seeds) {
      this.#ask.onProgress?.(`${name} (seed ${seed})`)
      const attempt = await Attempt.begin(this.#exercise, seed)
      try {
        await attempt.run(script)
        const found = missed(await attempt.grade()).join(', ')
        if (found !== expected)
          this.#flaw(
            name,
            `is graded by chance: with seed ${seed} it misses ${found || 'nothing'}, with seed 1 ${expected || 'nothing'}`,
          )
      } finally {
        await attempt.close()
      }
    }
  }

  async #vandals(name: string, attempt: Attempt): Promise<void> {
    for (const vandal of vandalsFor(attempt.world, attempt.inputs.setUp, this.#exercise.task)) {
      this.#ask.onProgress?.(`${name}, then ${vandal.deed}`)
      const after = await attempt.branch()
      try {
        await vandal.run(after.world)
        if (!(await earnsAll(this.#exercise, after.forks()))) continue
        const isNamed = vandal.object !== undefined && names(this.#exercise.task, vandal.object.metadata.name)
        const message = `can be cheated: still full marks when ${vandal.deed}${isNamed ? ', which task.md names' : ''}`
        if (vandal.deletes && isNamed) this.#flaw(name, message)
        else this.#note(name, message)
      } finally {
        await after.close()
      }
    }
  }

  async #reboot(name: string, attempt: Attempt): Promise<void> {
    this.#ask.onProgress?.(`${name}, then a reboot`)
    const after = await attempt.branch()
    try {
      await rebootAll(after.world)
      const lost = missed(await after.grade())
      if (lost.length === 0) return
      const { criteria, task } = this.#exercise
      const promised = [task, ...criteria.flatMap(({ title, why }) => [title, why])].some((text) => PERSISTS.test(text))
      const message = `does not survive a reboot of every node: it misses ${lost.join(', ')}`
      if (promised) this.#flaw(name, `${message}, though the exercise speaks of one`)
      else this.#note(name, message)
    } finally {
      await after.close()
    }
  }

  #flaw(about: string, message: string): void {
    this.#flaws.push({ exercise: this.#exercise.id, about, message })
  }

  #note(about: string, message: string): void {
    this.#notes.push({ exercise: this.#exercise.id, about, message })
  }
}

const missed = ({ criteria }: Grade) => criteria.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id)

const names = (task: string, name: string) =>
  new RegExp(`(^|[^\\w-])${name.replace(/[^\w-]/g, '\\$&')}($|[^\\w-])`, 'm').test(task)

function scriptsIn(exercise: Exercise, folder: 'solutions' | 'wrong'): readonly (readonly [string, string])[] {
  const findings = new Findings()
  const directory = join(exercise.directory, folder)
  const scripts = filesIn(directory, '.sh', findings).map(
    (name) => [`${folder}/${name}`, readText(join(directory, name), findings) ?? ''] as const,
  )
  findings.refuse()
  return scripts
}

const firstLine = (text: string) => text.split('\n')[0]!
