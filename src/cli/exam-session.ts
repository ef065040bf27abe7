import { existsSync, readFileSync } from 'node:fs'
import { type Exam, endMs, isOver } from '../exercises/exam/index.ts'
import { type Grade, grade } from '../exercises/grade.ts'
import { type Exercise, loadPack, PackError } from '../exercises/pack.ts'
import { JournalError } from '../sim/journal.ts'
import { Control } from './control.ts'
import type { ExamFiles } from './exam-files.ts'
import { Failure } from './failure.ts'
import { buildVersion } from './package-root.ts'
import { loadExerciseOf } from './session-exercise.ts'
import type { SessionRecord } from './session-files.ts'
import { forkOf } from './session-fork.ts'
import { journalUntil } from './session-journal.ts'
import { startServer } from './session-server.ts'
import { START_AT } from './session-start.ts'
import { journalProblem } from './session-version.ts'

/** Goes to a task: its cluster is begun or goes on, all others are stopped; their journals keep them. */
export async function goTo(files: ExamFiles, task: number): Promise<void> {
  if (files.read()?.current !== task) files.append({ event: 'went', task, ...terminal() })
  await resume(files)
}

/** The shell of the exam that this command was typed in. */
export function terminal(): { by?: string } {
  const { KUBEDRILL_TERMINAL: by } = process.env
  return by ? { by } : {}
}

/** Has the cluster of the task that is worked on running, and no other: whatever was killed, wherever it was. */
export async function resume(files: ExamFiles): Promise<void> {
  for (;;) {
    const exam = files.read()
    if (exam?.current === undefined || isOver(exam)) return stopClusters(files, exam)
    const { current } = exam
    const session = files.task(current)
    if (!session.exists()) session.create(recordOf(files, exam, current))
    // A record that was damaged says nothing that the exam does not.
    else if (session.readRecord() === undefined) session.write(recordOf(files, exam, current))
    files.linkCurrent(current)
    await stopClusters(files, exam, current)
    if (!(await new Control(session).alive())) await startServer(session)
    // Somebody may have gone elsewhere in the meantime.
    if (files.read()?.current === current) return
  }
}

/** Begins the task that is worked on anew. */
export async function resetTask(files: ExamFiles, task: number): Promise<void> {
  await stopCluster(files, task)
  files.append({ event: 'reset', task })
  files.task(task).remove()
  await resume(files)
}

export async function stopClusters(files: ExamFiles, exam: Exam | undefined, but?: number): Promise<void> {
  const numbers = (exam?.paper.tasks ?? []).map((_, index) => index + 1)
  await Promise.all(numbers.filter((number) => number !== but).map((number) => stopCluster(files, number)))
}

async function stopCluster(files: ExamFiles, number: number): Promise<void> {
  const session = files.task(number)
  if (!existsSync(session.socket)) return
  const control = new Control(session)
  if (await control.alive()) await control.stop().catch(() => {})
}

function recordOf(files: ExamFiles, exam: Exam, number: number): SessionRecord {
  const exercise = exerciseOf(exam, number)
  const { pack, directory } = exam.paper.tasks[number - 1]!
  return {
    version: 1,
    kubedrill: buildVersion(),
    exercise: { pack, id: exercise.id, directory },
    topology: exercise.topology,
    // The seed that packs are proven with.
    seed: 1,
    startAt: START_AT,
    speed: 1,
    port: 0,
    exam: files.directory,
  }
}

/** The exercise behind a task, from its pack. @throws {Failure} when it is no longer there */
export function exerciseOf({ paper }: Exam, number: number): Exercise {
  const { pack, directory, exercise } = paper.tasks[number - 1]!
  try {
    const found = loadPack(directory, pack).exercises.find(({ id }) => id === exercise)
    if (found !== undefined) return found
  } catch (error) {
    if (error instanceof PackError) throw new Failure(error.message)
    throw error
  }
  throw new Failure(`the exercise "${exercise}" is no longer in ${directory}`)
}

/** A task that could not be graded: it is tried again whenever somebody asks for the review. */
export interface Ungraded {
  readonly task: number
  readonly problem: string
}

/**
 * Grades what has no grade yet, each task as it stood when the exam ended. Each grade is kept as soon as it is known: a
 * process that is killed leaves the rest to the next.
 */
export async function gradeExam(
  files: ExamFiles,
  onTask: (task: number, grade: Grade) => void,
): Promise<readonly Ungraded[]> {
  const exam = files.read()
  if (exam === undefined) return []
  await stopClusters(files, exam)
  const problems: Ungraded[] = []
  for (const [index, { opened, grade: known }] of exam.tasks.entries()) {
    if (!opened || known !== undefined) continue
    const task = index + 1
    try {
      const earned = await gradeTask(files, exam, task)
      files.append({ event: 'graded', task, grade: earned })
      onTask(task, earned)
    } catch (error) {
      if (error instanceof JournalError)
        problems.push({ task, problem: journalProblem(error, files.task(task).readRecord() ?? {}) })
      else if (error instanceof PackError || error instanceof Failure) problems.push({ task, problem: error.message })
      else throw error
    }
  }
  return problems
}

async function gradeTask(files: ExamFiles, exam: Exam, number: number): Promise<Grade> {
  const session = files.task(number)
  const record = session.readRecord()
  const kept = existsSync(session.journal) ? readFileSync(session.journal, 'utf8') : ''
  const journal = journalUntil(kept, endMs(exam))
  if (record === undefined || journal === undefined) return unworked(exerciseOf(exam, number))
  return grade(loadExerciseOf(record), () => forkOf(session, record, journal.text, journal.place))
}

/** Of a task whose cluster was not there yet when the exam ended. */
function unworked({ id, criteria }: Exercise): Grade {
  const saw = 'its cluster was not there yet when the exam ended'
  return {
    exercise: id,
    score: 0,
    max: criteria.reduce((sum, { points }) => sum + points, 0),
    hintCost: 0,
    criteria: criteria.map(({ id: criterion, title, points, why }) => ({
      id: criterion,
      title,
      points,
      awarded: 0,
      outcome: 'failed',
      why,
      expected: title,
      saw,
    })),
  }
}
