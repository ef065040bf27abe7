import type { World } from '../gherkin/world.ts'
import { readFeature, type Scenario, type ScenarioStep, StepFailure } from './feature.ts'
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
 * Grades the state of a cluster. Each scenario looks at a fork of its own (`fork` makes one, its World attached since
 * power-on), so a check that reboots nodes or lets half an hour pass neither touches the learner's cluster nor another
 * check: the same state always gets the same score.
 */
export async function grade(exercise: Exercise, fork: () => Promise<World>, hintCost = 0): Promise<Grade> {
  const scenarios = loadChecks(exercise)
  const results = new Map<string, CriterionResult>()
  for (const criterion of exercise.criteria) {
    const own = scenarios.filter((scenario) => scenario.tags.includes(`${TAG}${criterion.id}`))
    results.set(criterion.id, await gradeOne(criterion, own, fork, results))
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
  const findings = new Findings()
  const scenarios = readChecks(exercise, findings)
  findings.refuse()
  return scenarios
}

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
  fork: () => Promise<World>,
  results: ReadonlyMap<string, CriterionResult>,
): Promise<CriterionResult> {
  const { id, title, points, why, needs = [] } = criterion
  const waiting = needs.filter((need) => results.get(need)?.outcome !== 'passed')
  if (waiting.length > 0) return { id, title, points, awarded: 0, outcome: 'waits', why, needs: waiting }
  for (const scenario of scenarios) {
    const failure = await failureOf(scenario, fork)
    if (failure)
      return { id, title, points, awarded: 0, outcome: 'failed', why, expected: failure.step, saw: failure.message }
  }
  return { id, title, points, awarded: points, outcome: 'passed', why }
}

async function failureOf(
  scenario: Scenario,
  fork: () => Promise<World>,
  onFailed?: (step: ScenarioStep) => void,
): Promise<StepFailure | undefined> {
  const world = await fork()
  let failure: StepFailure | undefined
  try {
    for (const step of scenario.steps) {
      try {
        await step.run(world)
      } catch (error) {
        failure ??= new StepFailure(step.text, error as Error)
        if (onFailed === undefined) break
        onFailed(step)
      }
    }
    return failure
  } finally {
    await world.close()
  }
}

/** The steps that do not hold, of every scenario: those after one that failed, and of criteria that wait, too. */
export async function failedSteps(
  exercise: Exercise,
  fork: () => Promise<World>,
  onFailed: (step: ScenarioStep) => void,
): Promise<void> {
  for (const scenario of loadChecks(exercise)) await failureOf(scenario, fork, onFailed)
}

/** Whether these criteria are met; stops at the first that is not. */
export async function earnsAll(
  exercise: Exercise,
  fork: () => Promise<World>,
  ids: readonly string[],
): Promise<boolean> {
  for (const scenario of loadChecks(exercise)) {
    const isAsked = ids.some((id) => scenario.tags.includes(`${TAG}${id}`))
    if (isAsked && (await failureOf(scenario, fork)) !== undefined) return false
  }
  return true
}
