import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attemptsOf } from '../../exercises/history.ts'
import type { Exercise } from '../../exercises/pack.ts'
import { Control } from '../control.ts'
import { currentFiles, refuseInExam, refuseWhileExam } from '../current-session.ts'
import { ExamFiles } from '../exam-files.ts'
import { Failure } from '../failure.ts'
import { history } from '../history-file.ts'
import { markdown } from '../markdown-lines.ts'
import { buildVersion } from '../package-root.ts'
import { ProgressFile } from '../progress-file.ts'
import { type Paint, paintOf, textWidth, wrap } from '../prose.ts'
import type { SessionFiles, SessionRecord } from '../session-files.ts'
import { paint, say, sayJson } from '../terminal.ts'
import { currentStatus, lineOf } from './exam-status.ts'
import { currentExercise } from './session.ts'
import { endServer, newAttempt, type StartOptions, start } from './start.ts'

/** `kubedrill task`: what is asked for. */
export function task({ json }: { json?: boolean }): void {
  const { files, record, exercise } = currentExercise()
  const { id, title, minutes, criteria } = exercise
  if (json) {
    sayJson({
      id,
      title,
      task: exercise.task,
      minutes,
      criteria: criteria.map(({ id, title, points }) => ({ id, title, points })),
    })
    return
  }
  if (record.exam !== undefined) say(`${examHead(record.exam)}\n`)
  say(markdown(exercise.task))
  if (record.exam === undefined)
    say(`\n${taskFacts(files, record, exercise, textWidth(), paintOf(process.stdout)).join('\n')}`)
}

function examHead(directory: string): string {
  const status = currentStatus(new ExamFiles(directory))
  const flagged = status.tasks[(status.current ?? 1) - 1]?.flagged ? '  flagged' : ''
  return paint('bold', `${lineOf(status)}${flagged}`)
}

/** What is graded with its points, the time, and the hints that were taken. */
function taskFacts(
  { directory }: SessionFiles,
  { attempt }: SessionRecord,
  exercise: Exercise,
  width: number,
  paint: Paint,
): string[] {
  const { id, minutes, criteria, hints } = exercise
  const { hintsTaken, best } = new ProgressFile().of(id)
  const cost = hints.slice(0, hintsTaken).reduce((sum, hint) => sum + hint.cost, 0)
  const passed = Math.max(0, Math.floor((Date.now() - (attempt?.at ?? statSync(directory).birthtimeMs)) / 60_000))
  const points = criteria.reduce((sum, criterion) => sum + criterion.points, 0)
  const facts = [
    `${passed} of about ${minutes} minutes`,
    `${hintsTaken} of ${hints.length} hints${cost > 0 ? ` (-${cost})` : ''}`,
    ...(best ? [`best ${best.score} of ${best.max}`] : []),
  ]
  return [
    paint('bold', `Graded, ${points} points:`),
    ...criteria.flatMap((criterion) =>
      wrap(criterion.title, width - 7).map(
        (line, i) => `${i === 0 ? String(criterion.points).padStart(4) : '    '}  ${line}`,
      ),
    ),
    '',
    ...wrap(facts.join(', '), width).map((line) => paint('dim', line)),
  ]
}

/** `kubedrill hint`: the next hint; it costs points from now on. */
export function hint({ json }: { json?: boolean }): void {
  const { exercise, record } = currentExercise()
  refuseInExam(record, 'hint')
  const { hints } = exercise
  let taken = 0
  new ProgressFile().update(exercise.id, (progress) => {
    taken = progress.hintsTaken
    return { ...progress, hintsTaken: Math.min(taken + 1, hints.length) }
  })
  const number = Math.min(taken, hints.length - 1)
  const next = hints[number]!
  const isNew = taken < hints.length
  if (json) sayJson({ number: number + 1, of: hints.length, cost: next.cost, text: next.text })
  else {
    const cost = isNew ? `costs ${next.cost} point(s)` : 'the last one, already paid'
    say(`${paint('bold', `Hint ${number + 1} of ${hints.length}`)} (${cost})\n\n${markdown(next.text)}`)
  }
}

/**
 * `kubedrill solution`: how it can be solved, and what to learn from it.
 *
 * @throws {Failure} before the exercise was graded once: what one has not tried to find one does not keep
 */
export function solution({ json }: { json?: boolean }): void {
  const { exercise, record } = currentExercise()
  refuseInExam(record, 'solution')
  const file = new ProgressFile()
  const progress = file.of(exercise.id)
  const tried = progress.best !== undefined || attemptsOf(history()).some((each) => each.exercise === exercise.id)
  if (!tried && !progress.solutionSeen)
    throw new Failure('the solution comes after a try of your own: have it graded with `kubedrill check` first')
  file.update(exercise.id, (known) => ({ ...known, solutionSeen: true }))
  const directory = join(exercise.directory, 'solutions')
  const scripts = readdirSync(directory)
    .filter((name) => name.endsWith('.sh'))
    .sort()
    .map((name) => ({
      name,
      script: readFileSync(join(directory, name), 'utf8')
        .replace(/^#!.*\n/, '')
        .trim(),
    }))
  if (json) {
    sayJson({ id: exercise.id, solutions: scripts, debrief: exercise.debrief })
    return
  }
  for (const { name, script } of scripts) say(`${paint('bold', name)}\n\n${script}\n`)
  say(markdown(exercise.debrief))
}

/** `kubedrill stop`: ends the session and its cluster. */
export async function stop(): Promise<void> {
  const files = currentFiles()
  if (files.readRecord()?.exam !== undefined) refuseWhileExam()
  await endServer(files)
  files.remove()
  say('Stopped.')
}

/** `kubedrill reset`: the exercise from its beginning. */
export async function reset(options: StartOptions): Promise<void> {
  const { files, record, exercise } = currentExercise()
  if (record.exam !== undefined) return (await import('./exam.ts')).examReset(options.json ? { json: true } : {})
  await endServer(files)
  files.create({ ...record, kubedrill: buildVersion(), port: 0, attempt: newAttempt(record.attempt?.mode) })
  new ProgressFile().update(exercise.id, (known) => ({ ...known, hintsTaken: 0 }))
  await start(record.exercise.id, options)
}

/** Whether the session's server answers: for `--json` readers and tests. */
export function isRunning(files: SessionFiles): Promise<boolean> {
  return new Control(files).alive()
}
