import type { Scenario, ScenarioStep } from '../feature.ts'
import { virtualMs } from '../feature-limits.ts'
import type { Criterion } from '../pack.ts'
import type { Findings, Place } from '../pack-error.ts'
import type { Read } from './read.ts'

/** Steps that look at how something is spelled, not at what it does: its status says that, and what did not change harms nobody. */
const SPELLING =
  /^[A-Z]\S* "[^"]*" matches|^field ["'](?!status\.)(?!.* did not change )|has (the )?(label|annotation)|^[A-Z]\S* "[^"]*" exists|never matches/
const HARM =
  /was not recreated|did not change|unchanged|existed at all times|were .* at all times|has no (\S+ )?event| cannot |request is denied|permissions hold|these outcomes/
/** What outlasts a restart, or bears one: not what needs none, or is restarted when it fails. */
const PERSISTS =
  /reboot|surviv|restarts? with|can (still )?be restarted|\b(after|through|until|next|outlasts|outlives) (\w+ )?restart/i
const REBOOTS = /reboot|loses power|comes back|restarts|crashes|(is|are) deleted|is drained|rescheduled/
/** What has happened stays so. */
const HAPPENED = /went through these states in order|^these happened in this order/

/** What lets wrong solutions pass. */
export function weakGrading(read: Read, findings: Findings): void {
  const { exercise, checks } = read
  const [first] = exercise.criteria
  for (const criterion of exercise.criteria) {
    const own = checks.filter(({ tags }) => tags.includes(`@criterion:${criterion.id}`))
    const steps = own.flatMap((scenario) => scenario.steps)
    const place = own[0]?.place ?? { file: exercise.checks }
    gradesBehaviour(criterion, steps, place, findings)
    if (criterion === first) holds(criterion, steps, place, findings)
    if (PERSISTS.test(`${criterion.title} ${criterion.why}`) && !steps.some(({ text }) => REBOOTS.test(text)))
      findings.warning(place, `${criterion.id}: its title or why speaks of a restart, but none of its steps causes one`)
  }
  const harm = checks.some(({ steps }) => steps.some(({ text }) => HARM.test(text)))
  if (!harm)
    findings.warning(
      { file: exercise.checks, line: 1, column: 1 },
      'nothing checks that no harm was done: add a criterion like: Deployment "…" was not recreated since "the beginning"',
    )
  for (const scenario of checks) asserts(scenario, findings)
}

function gradesBehaviour(criterion: Criterion, steps: readonly ScenarioStep[], place: Place, findings: Findings): void {
  const outcomes = steps.filter(({ type }) => type === 'Outcome')
  if (outcomes.length > 0 && outcomes.every(({ text }) => SPELLING.test(text)))
    findings.warning(place, `${criterion.id}: only how fields are spelled is checked, not what comes of it`)
}

function holds({ id }: Criterion, steps: readonly ScenarioStep[], place: Place, findings: Findings): void {
  const passes = steps.reduce((sum, { text }) => sum + (/ within /.test(text) ? 0 : virtualMs(text)), 0)
  const outcomes = steps.filter(({ type }) => type === 'Outcome')
  if (outcomes.length > 0 && outcomes.every(({ text }) => HAPPENED.test(text))) return
  if (passes < TEN_MINUTES && !steps.some(({ text }) => REBOOTS.test(text)))
    findings.warning(
      place,
      `${id}: no time passes in it, so a repair that does not last earns it: add "When 30 minutes pass" and check again`,
    )
}

const TEN_MINUTES = 600_000

function asserts({ name, steps, place }: Scenario, findings: Findings): void {
  if (!steps.some(({ type }) => type === 'Outcome')) findings.warning(place, `"${name}" has no Then: it checks nothing`)
}
