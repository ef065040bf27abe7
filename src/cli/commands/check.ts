import { readFileSync } from 'node:fs'
import { type CriterionResult, type Grade, grade } from '../../exercises/grade.ts'
import { PackError } from '../../exercises/pack.ts'
import { Failure } from '../failure.ts'
import { loadExerciseOf } from '../session-exercise.ts'
import { ProgressFile } from '../session-files.ts'
import { forkOf } from '../session-fork.ts'
import { paint, say, sayJson } from '../terminal.ts'
import { currentSession } from './session.ts'

/** `kubedrill check`: grades the cluster as it is now, on forks of it. Exit code 0 with full marks, else 1. */
export async function check({ json }: { json?: boolean }): Promise<void> {
  const { files, record, control } = await currentSession()
  const exercise = loadExerciseOf(record)
  const progress = new ProgressFile()
  const { hintsTaken, solutionSeen, best } = progress.of(exercise.id)
  const hintCost = exercise.hints.slice(0, hintsTaken).reduce((sum, hint) => sum + hint.cost, 0)
  const { now, fired } = await control.status()
  const journal = readFileSync(files.journal, 'utf8')
  const fork = () => forkOf(files, record, journal, { at: now, fired })
  try {
    const graded = await grade(exercise, fork, hintCost)
    if (!solutionSeen && graded.score > (best?.score ?? -1)) {
      progress.set(exercise.id, { hintsTaken, solutionSeen, best: { score: graded.score, max: graded.max } })
    }
    if (json) sayJson(graded)
    else report(graded)
    if (graded.criteria.some(({ outcome }) => outcome !== 'passed')) process.exitCode = 1
  } catch (error) {
    if (error instanceof PackError) throw new Failure(error.message)
    throw error
  }
}

function report({ criteria, score, max, hintCost }: Grade): void {
  for (const result of criteria) say(criterionLines(result))
  const solved = criteria.every(({ outcome }) => outcome === 'passed')
  const cost = hintCost > 0 ? ` (${hintCost} taken off for hints)` : ''
  say(`\n${paint('bold', `Score: ${score} of ${max}`)}${cost}${solved ? paint('green', '  Solved.') : ''}`)
  if (solved)
    say(
      '`kubedrill solution` shows other ways and what to remember; `kubedrill start` begins the next exercise after `kubedrill stop`.',
    )
}

function criterionLines({ outcome, title, awarded, points, why, expected, saw, needs }: CriterionResult): string {
  const mark =
    outcome === 'passed' ? paint('green', 'ok  ') : outcome === 'waits' ? paint('yellow', 'wait') : paint('red', 'miss')
  const head = `${mark} ${title}  ${paint('dim', `${awarded}/${points}`)}`
  if (outcome === 'passed') return head
  if (outcome === 'waits') return `${head}\n       counts once this is done: ${needs?.join(', ')}`
  const lines = [
    `expected: ${expected}`,
    `saw:      ${(saw ?? '').split('\n\n')[0]!.split('\n').join('\n                 ')}`,
    `why:      ${why}`,
  ]
  return `${head}\n${lines.map((line) => `       ${line}`).join('\n')}`
}
