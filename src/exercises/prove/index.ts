import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grade } from '../grade.ts'
import type { Exercise } from '../pack.ts'
import { PackError } from '../pack-error.ts'
import { Attempt } from './attempt.ts'

/** One script of an exercise, and the grade that it earned. */
export interface Trial {
  /** `solutions/patch.sh`, `wrong/scaled-down.sh`, or `untouched`. */
  readonly name: string
  readonly kind: 'untouched' | 'right' | 'wrong'
  readonly grade: Grade
  readonly output: string
}

/** What is wrong with an exercise, so that it must not be given to anybody. */
export interface Flaw {
  readonly exercise: string
  /** The script or criterion it is about. */
  readonly about: string
  readonly message: string
}

export interface Proof {
  readonly exercise: string
  readonly trials: readonly Trial[]
  readonly flaws: readonly Flaw[]
}

const LEAST = { solutions: 2, wrong: 3 } as const

/**
 * Tries an exercise in every way its author thought of: untouched, each right and each wrong solution. A good one grades
 * them all as they are meant, and each of its criteria is failed by something.
 *
 * @throws {PackError} for an exercise that cannot be set up or graded at all
 */
export async function prove(exercise: Exercise, onTrial: (trial: Trial) => void = () => {}): Promise<Proof> {
  const scripts = { solutions: scriptsIn(exercise, 'solutions'), wrong: scriptsIn(exercise, 'wrong') }
  const trials: Trial[] = []
  const add = async (name: string, kind: Trial['kind'], script?: string) => {
    const trial = { name, kind, ...(await tried(exercise, script)) }
    trials.push(trial)
    onTrial(trial)
  }
  await add('untouched', 'untouched')
  for (const [folder, kind] of [
    ['solutions', 'right'],
    ['wrong', 'wrong'],
  ] as const)
    for (const [name, script] of scripts[folder]) await add(`${folder}/${name}`, kind, script)
  return { exercise: exercise.id, trials, flaws: flawsOf(exercise, trials) }
}

function scriptsIn(exercise: Exercise, folder: 'solutions' | 'wrong'): readonly (readonly [string, string])[] {
  const directory = join(exercise.directory, folder)
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.sh'))
      .sort()
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')])
  } catch {
    throw new PackError(
      `${directory}: the directory is missing: it holds the ${folder === 'wrong' ? 'near misses' : 'right solutions'}`,
    )
  }
}

async function tried(exercise: Exercise, script?: string): Promise<Pick<Trial, 'grade' | 'output'>> {
  const attempt = await Attempt.begin(exercise)
  try {
    const output = script === undefined ? '' : (await attempt.run(script)).output
    return { grade: await attempt.grade(), output }
  } finally {
    await attempt.close()
  }
}

function flawsOf({ id, criteria }: Exercise, trials: readonly Trial[]): readonly Flaw[] {
  const flaws: Flaw[] = []
  const flaw = (about: string, message: string) => flaws.push({ exercise: id, about, message })
  for (const { name, kind, grade } of trials) {
    const missed = grade.criteria.filter(({ outcome }) => outcome !== 'passed')
    const earned = grade.criteria.filter(({ outcome }) => outcome === 'passed')
    const list = (results: typeof missed) => results.map((each) => each.id).join(', ')
    if (kind === 'untouched' && grade.score > 0)
      flaw(name, `earns ${grade.score} of ${grade.max} before anything is done: ${list(earned)}`)
    if (kind === 'right' && missed.length > 0)
      flaw(
        name,
        `earns ${grade.score} of ${grade.max}: ${missed.map((each) => `${each.id}: ${firstLine(each.saw ?? `needs ${each.needs?.join(', ')}`)}`).join('; ')}`,
      )
    if (kind === 'wrong' && missed.length === 0) flaw(name, 'earns full marks')
  }
  for (const [folder, kind] of [
    ['solutions', 'right'],
    ['wrong', 'wrong'],
  ] as const) {
    const found = trials.filter((trial) => trial.kind === kind).length
    if (found < LEAST[folder])
      flaw(`${folder}/`, `has ${found} script${found === 1 ? '' : 's'}, not at least ${LEAST[folder]}`)
  }
  for (const criterion of criteria) {
    const failed = trials.some(
      ({ kind, grade }) =>
        kind === 'wrong' && grade.criteria.some((each) => each.id === criterion.id && each.outcome === 'failed'),
    )
    if (!failed) flaw(`criterion ${criterion.id}`, 'is failed by none of the wrong solutions')
  }
  return flaws
}

const firstLine = (text: string) => text.split('\n')[0]!
