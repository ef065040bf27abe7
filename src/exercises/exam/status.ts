import type { Reading } from './clock.ts'
import { type ExamScore, scoreOf } from './score.ts'
import { type Exam, endMs, examAt, isOver, limitMs } from './state.ts'

/** An exam as a person sees it at a moment: what `kubedrill exam status --json` prints, and the full-screen view draws. */
export interface ExamStatus {
  /** `0007` */
  readonly exam: string
  /** `over`: no longer worked on, not graded to its end. */
  readonly phase: 'running' | 'over' | 'graded'
  /** How it came to its end. */
  readonly because?: 'submitted' | 'time is up'
  readonly seed: number
  /** RFC 3339, by the wall clock when it began. */
  readonly startedAt: string
  readonly minutes: number
  readonly elapsedMs: number
  /** 0 when it is over. */
  readonly leftMs: number
  readonly pass: number
  readonly asked: number
  /** The number of the task that is worked on; null before the first and after the end. */
  readonly current: number | null
  readonly tasks: readonly ExamTaskStatus[]
  /** Once it is graded. */
  readonly score?: ExamScore
}

export interface ExamTaskStatus {
  /** From 1, as `kubedrill exam goto` takes it. */
  readonly number: number
  readonly exercise: string
  readonly title: string
  readonly domain: string
  readonly weight: number
  readonly minutes: number
  readonly state: 'unseen' | 'opened' | 'skipped'
  readonly flagged: boolean
  readonly spentMs: number
  readonly resets: number
  /** Once it is graded. */
  readonly points?: { readonly score: number; readonly max: number }
}

export function statusOf(last: Exam, reading: Reading): ExamStatus {
  const exam = examAt(last, reading)
  const { id, seed, minutes, pass, asked } = exam.paper
  const over = isOver(exam)
  const phase = !over ? 'running' : isGraded(exam) ? 'graded' : 'over'
  const elapsedMs = Math.min(exam.clock.elapsedMs, endMs(exam))
  return {
    exam: id,
    phase,
    ...(over ? { because: endMs(exam) < limitMs(exam) ? 'submitted' : 'time is up' } : {}),
    seed,
    startedAt: new Date(exam.startedAt).toISOString(),
    minutes,
    elapsedMs,
    leftMs: over ? 0 : limitMs(exam) - elapsedMs,
    pass,
    asked,
    current: over ? null : (exam.current ?? null),
    tasks: exam.tasks.map((_, index) => taskStatus(exam, index, phase === 'graded')),
    ...(phase === 'graded' ? { score: scoreOf(exam) } : {}),
  }
}

/** Every task that was opened has its grade. */
export function isGraded({ tasks }: Exam): boolean {
  return tasks.every(({ opened, grade }) => !opened || grade !== undefined)
}

function taskStatus({ paper, tasks }: Exam, index: number, graded: boolean): ExamTaskStatus {
  const { exercise, title, domain, weight, minutes, max } = paper.tasks[index]!
  const { opened, flagged, skipped, spentMs, resets, grade } = tasks[index]!
  return {
    number: index + 1,
    exercise,
    title,
    domain,
    weight,
    minutes,
    state: skipped ? 'skipped' : opened ? 'opened' : 'unseen',
    flagged,
    spentMs,
    resets,
    ...(graded ? { points: { score: grade?.score ?? 0, max: grade?.max ?? max } } : {}),
  }
}
