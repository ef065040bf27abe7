import type { World } from '../gherkin/world.ts'
import { readFeature, type Scenario, type ScenarioStep, type StepFailure } from './feature.ts'
import { Forks, onlyLooks } from './forks.ts'
import type { Criterion, Exercise } from './pack.ts'
import { Findings } from './pack-error.ts'

export interface CriterionResult {
  readonly id: string
  readonly title: string
  readonly points: number
  readonly awarded: number
  readonly outcome: 'passed' | 'failed' | 'waits'
  readonly why: string
  /** The step that failed, and what was seen instead. */
  readonly expected?: string
  readonly saw?: string
  /** `waits`: what has to hold first. */
  readonly needs?: readonly string[]
}

export interface Grade {
  readonly exercise: string
  readonly score: number
  readonly max: number
  /** Points that hints have cost; already taken off the score. */
  readonly hintCost: number
  readonly criteria: readonly CriterionResult[]
}

/**
 * Grades the state of a cluster. Each scenario looks at a fork (`fork` makes one, its World attached since power-on), so a
 * check that reboots nodes or lets half an hour pass neither touches the learner's cluster nor another check: the same
 * state always gets the same score.
 *
 * @param onFailed told of every step that does not hold; then those after one that failed are tried, too, and those of
 * criteria that wait
 */
export async function grade(
  exercise: Exercise,
  fork: () => Promise<World>,
  hintCost = 0,
  onFailed?: (step: ScenarioStep) => void,
): Promise<Grade> {
  const scenarios = loadChecks(exercise)
  const results = new Map<string, CriterionResult>()
  const forks = new Forks(fork)
  try {
    for (const criterion of exercise.criteria) {
      const own = scenarios.filter((scenario) => scenario.tags.includes(`${TAG}${criterion.id}`))
      results.set(criterion.id, await gradeOne(criterion, own, forks, results, onFailed))
    }
  } finally {
    await forks.close()
  }
  const criteria = exercise.criteria.map(({ id }) => results.get(id)!)
  const earned = criteria.reduce((sum, { awarded }) => sum + awarded, 0)
  const max = criteria.reduce((sum, { points }) => sum + points, 0)
  return { exercise: exercise.id, score: Math.max(0, earned - hintCost), max, hintCost, criteria }
}

/**
 * The scenarios that grade an exercise: at least one for each criterion, and each for a criterion.
 *
 * @throws {PackError}
 */
export function loadChecks(exercise: Pick<Exercise, 'checks' | 'criteria'>): readonly Scenario[] {
  const known = loaded.get(exercise)
  if (known !== undefined) return known
  const findings = new Findings()
  const scenarios = readChecks(exercise, findings)
  findings.refuse()
  loaded.set(exercise, scenarios)
  return scenarios
}
const loaded = new WeakMap<object, readonly Scenario[]>()

/** The same; what is wrong with them is among the findings. */
export function readChecks(
  { checks, criteria }: Pick<Exercise, 'checks' | 'criteria'>,
  findings: Findings,
): readonly Scenario[] {
  const before = findings.errors.length
  const scenarios = readFeature(checks, findings)
  const known = new Set(criteria.map(({ id }) => `${TAG}${id}`))
  for (const { name, place, tags } of scenarios) {
    const own = tags.filter((tag) => tag.startsWith(TAG))
    for (const tag of own)
      if (!known.has(tag)) findings.error(place, `${tag}: exercise.yaml has no criterion "${tag.slice(TAG.length)}"`)
    if (own.length === 0) findings.error(place, `the scenario "${name}" has no tag ${TAG}<id>: it grades nothing`)
  }
  if (scenarios.length === 0 && findings.errors.length > before) return scenarios
  for (const { id } of criteria)
    if (!scenarios.some(({ tags }) => tags.includes(`${TAG}${id}`)))
      findings.error({ file: checks, line: 1, column: 1 }, `no scenario is tagged ${TAG}${id}`)
  return scenarios
}

export const TAG = '@criterion:'

async function gradeOne(
  criterion: Criterion,
  scenarios: readonly Scenario[],
  forks: Forks,
  results: ReadonlyMap<string, CriterionResult>,
  onFailed?: (step: ScenarioStep) => void,
): Promise<CriterionResult> {
  const { id, title, points, why, needs = [] } = criterion
  const waiting = needs.filter((need) => results.get(need)?.outcome !== 'passed')
  let failure: StepFailure | undefined
  for (const scenario of waiting.length > 0 && onFailed === undefined ? [] : scenarios) {
    const found = await forks.failureOf(scenario, onFailed)
    failure ??= found
    if (failure !== undefined && onFailed === undefined) break
  }
  if (waiting.length > 0) return { id, title, points, awarded: 0, outcome: 'waits', why, needs: waiting }
  if (failure !== undefined)
    return { id, title, points, awarded: 0, outcome: 'failed', why, expected: failure.step, saw: failure.message }
  return { id, title, points, awarded: points, outcome: 'passed', why }
}

/** The scenarios of some criteria. */
export const checksOf = (exercise: Exercise, ids: readonly string[]): readonly Scenario[] =>
  loadChecks(exercise).filter(({ tags }) => ids.some((id) => tags.includes(`${TAG}${id}`)))

/** Whether these criteria are met; stops at the first that is not, and begins with what is soonest looked at. */
export async function earnsAll(
  exercise: Exercise,
  fork: () => Promise<World>,
  ids: readonly string[],
): Promise<boolean> {
  const asked = checksOf(exercise, ids)
  const forks = new Forks(fork)
  try {
    for (const scenario of [...asked.filter(onlyLooks), ...asked.filter((each) => !onlyLooks(each))])
      if ((await forks.failureOf(scenario)) !== undefined) return false
    return true
  } finally {
    await forks.close()
  }
}
