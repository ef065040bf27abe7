import { join } from 'node:path'
import { type ScenarioStep, StepFailure } from '../feature.ts'
import { checksOf, earnsAll, type Grade, grade, loadChecks } from '../grade.ts'
import type { Exercise } from '../pack.ts'
import { Findings, type Place, placeText } from '../pack-error.ts'
import { filesIn, readText } from '../pack-file.ts'
import { unfilled } from '../unfilled.ts'
import { badAdvice } from './advice.ts'
import { isHarm, isRight, remedy } from './asked.ts'
import { Attempt } from './attempt.ts'
import { isDoneWithout, isSpokenOf } from './careless.ts'
import { cheatsFor } from './cheats.ts'
import type { Ask, Flaw, Proof, Trial } from './contract.ts'
import { currentOf, type Deed, madeBy, nameOf, Refused } from './deeds.ts'
import { flawsOf, notesOf, placeOf } from './flaws.ts'
import { withoutForeign } from './foreign.ts'
import { isForeseen } from './foreseen.ts'
import { hollowed, rebootAll, rescheduleAll, vandalsFor } from './vandals.ts'

export type { Flaw, Proof } from './contract.ts'

const MINUTES_30 = 30 * 60_000
const HOURS_3 = 3 * 60 * 60_000
const MINUTES_40 = 40 * 60_000
const OTHER_SEEDS = [2, 3]
const PERSISTS = /reboot|(?<!\b(?:not|never|no|without)\b[^.]{0,20})restart|surviv(?!ed)|permanent|persist|for good\b/i

/**
 * Tries an exercise in every way its author thought of: untouched, each right and each wrong solution. A good one grades
 * them all as they are meant, and each of its criteria is failed by something. Then in ways the author may not have
 * thought of: with other seeds, later, after a reboot, and after somebody has done harm.
 *
 * @throws {PackError} for an exercise that cannot be read
 */
export async function prove(exercise: Exercise, ask: Ask = {}): Promise<Proof> {
  const [gap, ...more] = unfilled(exercise)
  if (gap === undefined) return new Prover(exercise, ask).prove()
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  const message = `is still to be filled in: ${gap.what}${others}`
  const flaws = [{ exercise: exercise.id, about: 'skeleton', message, place: gap.place }]
  return { exercise: exercise.id, criteria: exercise.criteria.map(({ id }) => id), trials: [], flaws, notes: [] }
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
    const placed = (flaws: readonly Flaw[]) => flaws.map((flaw) => ({ ...flaw, place: placeOf(exercise, flaw) }))
    return {
      exercise: exercise.id,
      criteria,
      trials: this.#trials,
      flaws: placed(this.#flaws),
      notes: placed(this.#notes),
    }
  }

  async #everyScript(): Promise<void> {
    const quick = this.#ask.quick === true
    const attempts: Attempt[] = []
    const keep = async (attempt: Attempt) => void attempts.push(attempt)
    try {
      const solutions = scriptsIn(this.#exercise, 'solutions')
      await this.#try('untouched', 'untouched', undefined, quick ? undefined : keep)
      for (const [name, script] of solutions) await this.#try(name, 'right', script, quick ? undefined : keep)
      for (const [name, script] of scriptsIn(this.#exercise, 'wrong')) await this.#try(name, 'wrong', script)
      this.#flaws.push(...flawsOf(this.#exercise, this.#trials))
      this.#notes.push(...notesOf(this.#exercise, this.#trials))
      if (!quick) await this.#further(attempts, solutions)
    } finally {
      for (const attempt of attempts) await attempt.close()
    }
    for (const { place, text } of quick ? [] : this.#unfailed.values())
      this.#note(`checks.feature:${place.line}`, `no near miss fails "${text}": does it grade anything?`)
  }

  /** In the ways that the author may not have thought of. */
  async #further([untouched, ...right]: readonly Attempt[], solutions: Scripts): Promise<void> {
    await this.#cheats(untouched!, right)
    await this.#later('untouched', untouched!)
    await this.#otherSeeds('untouched', '', OTHER_SEEDS.slice(0, 1))
    const good = right
      .map((attempt, index) => ({ attempt, name: solutions[index]![0], script: solutions[index]![1] }))
      // What a wrong "right solution" does later says nothing.
      .filter(({ name }) => missed(this.#trialOf(name).grade).length === 0)
    if (good[0] !== undefined) await this.#vandals(good[0].name, good[0].attempt, right)
    await this.#reschedule(good)
    for (const { name, attempt } of good) {
      await this.#reboot(name, attempt)
      await this.#later(name, attempt)
    }
    this.#ask.onProgress?.('hints and debrief')
    for (const [about, message] of await badAdvice(this.#exercise, solutions[0]?.[1] ?? '')) this.#note(about, message)
    for (const [index, [name, script]] of solutions.entries())
      await this.#otherSeeds(name, script, index === 0 ? OTHER_SEEDS : OTHER_SEEDS.slice(0, 1))
  }

  #failed = ({ place }: ScenarioStep) => void this.#unfailed.delete(placeText(place))

  #trialOf = (name: string) => this.#trials.find((trial) => trial.name === name)!

  async #try(
    name: string,
    kind: Trial['kind'],
    script: string | undefined,
    keep?: (attempt: Attempt) => Promise<void>,
  ): Promise<void> {
    this.#ask.onProgress?.(name)
    const attempt = await Attempt.begin(this.#exercise)
    await keep?.(attempt)
    try {
      const { output, exitCode, mistaken } = await attempt.run(script ?? '')
      const requests = JSON.stringify(attempt.inputs.since)
      const changes = attempt.isChanged
      const isQuick = this.#ask.quick === true
      const grade = isQuick
        ? await attempt.lastGrade()
        : await attempt.grade(kind === 'right' ? undefined : this.#failed)
      this.#trials.push({ name, kind, script: script ?? '', grade, output, exitCode, requests, changes })
      if (exitCode !== 0 && kind === 'right') this.#note(name, `exits with ${exitCode}: ${lastLine(output)}`)
      for (const each of changes ? mistaken : []) this.#note(name, `a command of it does nothing: ${each}`)
      if (kind === 'wrong' && !isQuick) await this.#lasts(name, attempt, grade)
    } finally {
      if (keep === undefined) await attempt.close()
    }
  }

  /**
   * What somebody earns at once with a near miss and has lost half an hour later was never checked to last. One that earns
   * everything by then missed nothing but time.
   */
  async #lasts(name: string, attempt: Attempt, grade: Grade): Promise<void> {
    const earned = new Set(grade.criteria.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id))
    this.#ask.onProgress?.(`${name}, half an hour later`)
    await attempt.world.advance(MINUTES_30)
    const later = await attempt.lastGrade()
    if (missed(grade).length > 0 && missed(later).length === 0)
      this.#flaw(
        name,
        'earns full marks 30 minutes later: it is right, only slower; let it miss something that stays, or move it to solutions/',
      )
    for (const { id, outcome, expected } of later.criteria)
      if (earned.has(id) && outcome === 'failed')
        this.#flaw(
          `criterion ${id}`,
          `is earned by ${name} and lost 30 minutes later (${expected}): let time pass in it: When 30 minutes pass`,
        )
  }

  /** The same grade later: nothing heals by itself as long as an exam takes, nothing repaired falls ill again. */
  async #later(name: string, attempt: Attempt): Promise<void> {
    const [ms, when] = name === 'untouched' ? [HOURS_3, '3 hours later'] : [MINUTES_30, '30 minutes later']
    this.#ask.onProgress?.(`${name}, ${when}`)
    await attempt.world.advance(ms)
    const grade = await attempt.lastGrade()
    if (name !== 'untouched') {
      const lost = missed(grade)
      if (lost.length > 0) this.#flaw(name, `earns full marks at once, but ${when} it misses ${lost.join(', ')}`)
    } else if (grade.score > this.#trialOf(name).grade.score)
      this.#flaw(name, `earns ${grade.score} of ${grade.max} ${when}: what the set-up breaks heals by itself`)
  }

  async #otherSeeds(name: string, script: string, seeds: readonly number[]): Promise<void> {
    const expected = missed(this.#trialOf(name).grade).join(', ')
    for (const seed of seeds) {
      // Learners read the task first: some of them for long.
      const later = seed === OTHER_SEEDS.at(-1) ? ', begun 40 minutes later' : ''
      this.#ask.onProgress?.(`${name} (seed ${seed}${later})`)
      const attempt = await this.#begin(seed)
      if (attempt === undefined) return
      try {
        if (later !== '') await attempt.world.advance(MINUTES_40)
        await attempt.run(script)
        const found = missed(await attempt.lastGrade()).join(', ')
        if (found !== expected)
          this.#flaw(
            name,
            `is graded by chance: with seed ${seed}${later} it misses ${found || 'nothing'}, with seed 1 ${expected || 'nothing'}`,
          )
      } finally {
        await attempt.close()
      }
    }
  }

  async #begin(seed: number): Promise<Attempt | undefined> {
    try {
      return await Attempt.begin(this.#exercise, seed)
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error
      const message = `cannot be done with seed ${seed}, which names and places things otherwise: ${error.step}: ${firstLine(error.message)}`
      if (!this.#flaws.some((flaw) => flaw.message === message)) this.#flaw('setup.feature', message)
      return undefined
    }
  }

  /** On clusters that nobody has repaired. */
  async #cheats(untouched: Attempt, right: readonly Attempt[]): Promise<void> {
    const { criteria, task } = this.#exercise
    const objects = madeBy(untouched.world, untouched.inputs.setUp)
    const done = right.flatMap(({ inputs }) => inputs.since)
    for (const cheat of cheatsFor(untouched.world, objects, loadChecks(this.#exercise))) {
      const ids = cheat.earnsNo === 'outcome' ? [criteria[0]!.id] : criteria.map(({ id }) => id)
      if (isRight(cheat, done) || isForeseen(cheat, checksOf(this.#exercise, ids))) continue
      if (right.some(({ world }) => isDoneWithout(cheat, (object) => currentOf(world, object)))) continue
      this.#ask.onProgress?.(`cheating: ${cheat.deed}`)
      if (!(await this.#earns(untouched, cheat, ids))) continue
      const earned = cheat.earnsNo === 'outcome' ? `criterion ${ids[0]} is earned` : 'full marks'
      const message = `can be cheated: ${earned} without a repair when ${cheat.deed}; ${remedy(cheat, nameOf)}`
      // A task that does not speak of probes may be met without them.
      if (cheat.what === 'stripped' && !isSpokenOf(cheat, task)) this.#note('checks.feature', message)
      else this.#flaw('checks.feature', message)
    }
  }

  async #earns(attempt: Attempt, deed: Deed, ids: readonly string[]): Promise<boolean> {
    try {
      return await earnsAll(this.#exercise, attempt.forks(deed.run), ids)
    } catch (error) {
      if (error instanceof Refused) return false
      throw error
    }
  }

  async #vandals(name: string, attempt: Attempt, right: readonly Attempt[]): Promise<void> {
    const { task, criteria } = this.#exercise
    const done = right.flatMap(({ inputs }) => inputs.since)
    const ids = criteria.map(({ id }) => id)
    const objects = withoutForeign(madeBy(attempt.world, attempt.inputs.setUp), task)
    const created = madeBy(attempt.world, attempt.inputs.since)
    for (const vandal of [...vandalsFor(attempt.world, objects, task), ...hollowed(created)]) {
      if (isForeseen(vandal, checksOf(this.#exercise, ids))) continue
      this.#ask.onProgress?.(`${name}, then ${vandal.deed}`)
      if (!(await this.#earns(attempt, vandal, ids))) continue
      const message = `can be cheated: still full marks when ${vandal.deed}; ${remedy(vandal, nameOf)}`
      if (isHarm(vandal, task) && !isRight(vandal, done)) this.#flaw(name, message)
      else this.#note(name, message)
    }
  }

  /** What was repaired in Pods alone is as broken as before once there are others. */
  async #reschedule(good: readonly { readonly name: string; readonly attempt: Attempt }[]): Promise<void> {
    const outcome = this.#exercise.criteria[0]!.id
    const lost: string[] = []
    for (const { name, attempt } of good) {
      this.#ask.onProgress?.(`${name}, then other Pods`)
      if (!(await earnsAll(this.#exercise, attempt.forks(rescheduleAll), [outcome]))) lost.push(name)
    }
    const message = `does not last: ${outcome} is missed once the Pods of its workloads are deleted and others have come`
    // Where all lose it, the checks may be about these very Pods.
    for (const name of lost)
      if (lost.length < good.length) this.#flaw(name, message)
      else this.#note(name, message)
  }

  async #reboot(name: string, attempt: Attempt): Promise<void> {
    this.#ask.onProgress?.(`${name}, then a reboot`)
    const lost = missed(await grade(this.#exercise, attempt.forks(rebootAll)))
    if (lost.length === 0) return
    const { criteria, task } = this.#exercise
    const promised = [task, ...criteria.flatMap(({ title, why }) => [title, why])].some((text) => PERSISTS.test(text))
    const message = `does not survive a reboot of every node: it misses ${lost.join(', ')}`
    if (promised) this.#flaw(name, `${message}, though the exercise speaks of one`)
    else this.#note(name, message)
  }

  #flaw(about: string, message: string): void {
    this.#flaws.push({ exercise: this.#exercise.id, about, message })
  }

  #note(about: string, message: string): void {
    this.#notes.push({ exercise: this.#exercise.id, about, message })
  }
}

const missed = ({ criteria }: Grade) => criteria.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id)

type Scripts = readonly (readonly [name: string, text: string])[]

function scriptsIn(exercise: Exercise, folder: 'solutions' | 'wrong'): Scripts {
  const findings = new Findings()
  const directory = join(exercise.directory, folder)
  const scripts = filesIn(directory, '.sh', findings).map(
    (name) => [`${folder}/${name}`, readText(join(directory, name), findings) ?? ''] as const,
  )
  findings.refuse()
  return scripts
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)!
const firstLine = (text: string) => text.split('\n')[0]!
