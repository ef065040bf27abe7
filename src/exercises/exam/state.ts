import type { Grade } from '../grade.ts'
import { clockAt, type ExamClock, type Reading } from './clock.ts'

/**
 * An exam is what its events say, and nothing else: `exam.jsonl` in the exam's directory has one JSON line for each, written
 * before anybody is shown what it changed. So a process may be killed at any moment, several may write at once, and a line
 * that was damaged costs no more than itself. {@link examOf} folds lines into an {@link Exam}; `statusOf` in status.ts is
 * what people and `kubedrill exam status --json` see of it at a moment.
 */
export type ExamEvent =
  | ({ readonly event: 'started' } & Paper)
  /** A task is worked on from here, numbered from 1. */
  | { readonly event: 'went'; readonly task: number; readonly by?: string }
  | { readonly event: 'flagged'; readonly task: number; readonly flagged: boolean }
  /** Left on purpose, to come back to if there is time. */
  | { readonly event: 'skipped'; readonly task: number }
  /** Its cluster was begun anew. */
  | { readonly event: 'reset'; readonly task: number }
  /** Nothing happened; the clock was read. */
  | { readonly event: 'seen' }
  /** The learner handed in. When time is up an exam is over without any event. */
  | { readonly event: 'submitted'; readonly by?: string }
  | { readonly event: 'graded'; readonly task: number; readonly grade: Grade }

export type ExamLine = Reading & ExamEvent

/** What an exam was begun with. */
export interface Paper {
  readonly id: string
  readonly seed: number
  readonly minutes: number
  /** Percent that pass. */
  readonly pass: number
  /** How many tasks were asked for; fewer were there when `tasks` has less. */
  readonly asked: number
  readonly tasks: readonly PaperTask[]
}

export interface PaperTask {
  readonly exercise: string
  readonly title: string
  /** The id of its pack, and where that is. */
  readonly pack: string
  readonly directory: string
  readonly domain: string
  readonly competency: string
  readonly weight: number
  /** How long its author thinks it takes. */
  readonly minutes: number
  /** The points there are. */
  readonly max: number
}

export interface TaskState {
  readonly opened: boolean
  readonly flagged: boolean
  readonly skipped: boolean
  readonly resets: number
  readonly spentMs: number
  readonly grade?: Grade
}

/** An exam as of its last event. */
export interface Exam {
  readonly paper: Paper
  readonly startedAt: number
  readonly clock: ExamClock
  /** The task that is worked on, numbered from 1. */
  readonly current?: number
  readonly tasks: readonly TaskState[]
  /** When the learner handed in, in ms of the exam. */
  readonly submittedMs?: number
  /** The terminal that went to the current task, or handed in; none where that was no shell of the exam. */
  readonly by?: string
}

const UNSEEN: TaskState = { opened: false, flagged: false, skipped: false, resets: 0, spentMs: 0 }

/** The exam that lines tell of; undefined when it was never begun. */
export function examOf(lines: readonly ExamLine[]): Exam | undefined {
  let exam: Exam | undefined
  for (const line of lines) {
    if (exam !== undefined) exam = eventApplied(examAt(exam, line), line)
    else if (line.event === 'started') exam = begun(line)
  }
  return exam
}

function begun(line: Reading & { readonly event: 'started' } & Paper): Exam {
  const { event: _, at, up, boot, ...paper } = line
  const last: Reading = boot === undefined ? { at, up } : { at, up, boot }
  return { paper, startedAt: at, clock: { elapsedMs: 0, last }, tasks: paper.tasks.map(() => UNSEEN) }
}

/** Time has passed until a reading; it was spent on the task that is worked on. */
export function examAt(exam: Exam, { at, up, boot }: Reading): Exam {
  const clock = clockAt(exam.clock, boot === undefined ? { at, up } : { at, up, boot })
  const spent = Math.min(clock.elapsedMs, endMs(exam)) - Math.min(exam.clock.elapsedMs, endMs(exam))
  const moved = { ...exam, clock }
  return exam.current === undefined || spent <= 0
    ? moved
    : withTask(moved, exam.current, ({ spentMs }) => ({ spentMs: spentMs + spent }))
}

function eventApplied(exam: Exam, line: ExamLine): Exam {
  if (line.event === 'graded') return withTask(exam, line.task, ({ grade }) => ({ grade: grade ?? line.grade }))
  if (isOver(exam)) return exam
  switch (line.event) {
    case 'went':
      return by({ ...withTask(exam, line.task, () => ({ opened: true, skipped: false })), current: line.task }, line.by)
    case 'flagged':
      return withTask(exam, line.task, () => ({ flagged: line.flagged }))
    case 'skipped':
      return withTask(exam, line.task, () => ({ skipped: true }))
    case 'reset':
      return withTask(exam, line.task, ({ resets }) => ({ resets: resets + 1 }))
    case 'submitted':
      return by({ ...exam, submittedMs: exam.clock.elapsedMs }, line.by)
    default:
      return exam
  }
}

function by({ by: _, ...exam }: Exam, terminal: string | undefined): Exam {
  return terminal === undefined ? exam : { ...exam, by: terminal }
}

function withTask(exam: Exam, number: number, change: (task: TaskState) => Partial<TaskState>): Exam {
  const tasks = exam.tasks.map((task, index) => (index === number - 1 ? { ...task, ...change(task) } : task))
  return { ...exam, tasks }
}

export function limitMs({ paper }: Exam): number {
  return paper.minutes * 60_000
}

/** What is done after this many ms of the exam does not count. */
export function endMs(exam: Exam): number {
  return Math.min(limitMs(exam), exam.submittedMs ?? Number.POSITIVE_INFINITY)
}

/** Handed in, or out of time. */
export function isOver(exam: Exam): boolean {
  return exam.clock.elapsedMs >= endMs(exam)
}

/** A line as it was read, if it is one of an exam's. */
export function asExamLine(value: unknown): ExamLine | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { at, up, event, task, tasks, grade } = value as Record<string, unknown>
  if (!Number.isFinite(at) || !Number.isFinite(up) || typeof event !== 'string') return undefined
  if (['went', 'flagged', 'skipped', 'reset', 'graded'].includes(event) && !Number.isInteger(task)) return undefined
  if (event === 'graded' && (typeof grade !== 'object' || grade === null)) return undefined
  if (event === 'started' && !Array.isArray(tasks)) return undefined
  return value as ExamLine
}
