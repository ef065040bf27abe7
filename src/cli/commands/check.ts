import { readFileSync } from 'node:fs'
import { type CriterionResult, type Grade, grade } from '../../exercises/grade.ts'
import { PackError } from '../../exercises/pack.ts'
import { JournalError } from '../../sim/journal.ts'
import { refuseInExam } from '../current-session.ts'
import { Failure } from '../failure.ts'
import { record as remember, today } from '../history-file.ts'
import { markdown } from '../markdown-lines.ts'
import { ProgressFile } from '../progress-file.ts'
import { textWidth, wrap } from '../prose.ts'
import { loadExerciseOf } from '../session-exercise.ts'
import type { SessionFiles, SessionRecord } from '../session-files.ts'
import { forkOf } from '../session-fork.ts'
import { journalProblem } from '../session-version.ts'
import { paint, say, sayJson } from '../terminal.ts'
import { currentExercise, currentSession } from './session.ts'

type Session = Awaited<ReturnType<typeof currentSession>>

/** `kubedrill check`: grades the cluster as it is now, on forks of it. Exit code 0 with full marks, else 1. */
export async function check({ json }: { json?: boolean }): Promise<void> {
  refuseInExam(currentExercise().record, 'check')
  const session = await currentSession()
  const graded = await gradeSession(session)
  keepGrade(session.record, graded)
  if (json) sayJson(graded)
  else report(graded)
  if (!isSolved(graded)) process.exitCode = 1
}

export const isSolved = ({ criteria }: Grade) => criteria.every(({ outcome }) => outcome === 'passed')

/** Grades a session as it stands, on forks. @throws {Failure} for a pack that cannot grade */
export async function gradeSession({ files, record, control }: Session): Promise<Grade> {
  const exercise = loadExerciseOf(record)
  const { hintsTaken } = new ProgressFile().of(exercise.id)
  const hintCost = exercise.hints.slice(0, hintsTaken).reduce((sum, hint) => sum + hint.cost, 0)
  const { now, fired } = await control.status()
  try {
    const journal = readFileSync(files.journal, 'utf8')
    return await grade(exercise, () => forkOf(files, record, journal, { at: now, fired }), hintCost)
  } catch (error) {
    if (error instanceof PackError) throw new Failure(error.message)
    // The server is of another version than this command.
    if (error instanceof JournalError) throw new Failure(journalProblem(error, record))
    throw stopped(files) ?? error
  }
}

/** Another terminal may end an exercise while it is graded. */
export function stopped(files: SessionFiles): Failure | undefined {
  return files.exists() ? undefined : new Failure('the exercise was stopped: `kubedrill start` begins one', 1)
}

/** Writes a grade down: in the history, and where it is the best so far. */
export function keepGrade(record: SessionRecord, graded: Grade): void {
  const { attempt } = record
  const { id, title, domain } = loadExerciseOf(record)
  const { score, max } = graded
  const progress = new ProgressFile()
  const { hintsTaken, solutionSeen } = progress.of(id)
  progress.update(id, (known) =>
    !known.solutionSeen && score > (known.best?.score ?? -1) ? { ...known, best: { score, max } } : known,
  )
  const now = Date.now()
  remember({
    at: new Date(now).toISOString(),
    attempt: attempt?.id ?? `practice/${id}`,
    mode: attempt?.mode ?? 'practice',
    exercise: id,
    title,
    domain,
    score,
    max,
    solved: isSolved(graded),
    seconds: attempt === undefined ? 0 : Math.max(0, Math.round((now - attempt.at) / 1000)),
    hints: hintsTaken,
    helped: solutionSeen,
    ...(attempt?.mode === 'daily' ? { day: today(new Date(attempt.at)) } : {}),
  })
}

function report(graded: Grade): void {
  const { criteria, score, max, hintCost } = graded
  for (const result of criteria) say(criterionLines(result))
  const solved = isSolved(graded)
  const cost = hintCost > 0 ? ` (${hintCost} taken off for hints)` : ''
  say(`\n${paint('bold', `Score: ${score} of ${max}`)}${cost}${solved ? paint('green', '  Solved.') : ''}`)
  if (solved)
    say(
      markdown(
        '`kubedrill solution` shows other ways and what to remember; `kubedrill start` begins the next exercise after `kubedrill stop`.',
      ),
    )
}

export function criterionLines({
  outcome,
  title,
  awarded,
  points,
  why,
  expected,
  saw,
  needs,
}: CriterionResult): string {
  const mark =
    outcome === 'passed' ? paint('green', 'ok  ') : outcome === 'waits' ? paint('yellow', 'wait') : paint('red', 'miss')
  const head = `${mark} ${title}  ${paint('dim', `${awarded}/${points}`)}`
  if (outcome === 'passed') return head
  if (outcome === 'waits') return `${head}\n       counts once this is done: ${needs?.join(', ')}`
  const facts = [fact('expected:', expected ?? ''), fact('saw:', (saw ?? '').split('\n\n')[0]!), fact('why:', why)]
  return [head, ...facts].join('\n')
}

/** What is said of it stands in a column of its own. */
function fact(name: string, text: string): string {
  const start = `       ${name.padEnd(10)}`
  const width = textWidth() - start.length
  const lines = process.stdout.isTTY && width >= 20 ? wrap(text, width) : text.split('\n')
  return start + lines.join(`\n${' '.repeat(start.length)}`)
}
