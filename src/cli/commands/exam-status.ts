import { type ExamStatus, type ExamTaskStatus, statusOf } from '../../exercises/exam/index.ts'
import { type ExamFiles, readClocks } from '../exam-files.ts'
import { columns, cut, paint } from '../terminal.ts'

export function currentStatus(files: ExamFiles): ExamStatus {
  return statusOf(files.read()!, readClocks())
}

/** `1:23:45` */
export function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const pair = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${pair(Math.floor(seconds / 60) % 60)}:${pair(seconds % 60)}`
}

export function minutesText(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return `${minutes} minute${minutes === 1 ? '' : 's'}`
}

/** `Exam 0003  task 4 of 17  1:23:45 left` */
export function lineOf({ exam, phase, because, current, tasks, leftMs, score }: ExamStatus): string {
  if (score !== undefined) return `Exam ${exam}  ${score.percent} %  ${score.passed ? 'passed' : 'not passed'}`
  if (phase === 'over') return `Exam ${exam}  over: ${because === 'submitted' ? 'submitted' : 'time is up'}`
  return `Exam ${exam}  ${current === null ? '' : `task ${current} of `}${tasks.length}${current === null ? ' tasks' : ''}  ${timeText(leftMs)} left`
}

const DOMAIN = 15

/** The tasks, within 80 columns. */
export function taskTable(status: Pick<ExamStatus, 'tasks' | 'current'>): string {
  const words = status.tasks.map(wordsOf)
  // Number, time and the gaps between the columns take 22.
  const room = 80 - 22 - DOMAIN - Math.max(...words.map(({ length }) => length))
  const rows = status.tasks.map((task, index) => [
    `${task.number === status.current ? '>' : ' '}${String(task.number).padStart(2)}`,
    cut(task.title, room),
    cut(task.domain, DOMAIN),
    timeText(task.spentMs),
    words[index]!,
  ])
  return columns([[' #', 'TASK', 'DOMAIN', 'SPENT', ''], ...rows])
}

export function showStatus(status: ExamStatus): string {
  const next =
    status.phase === 'running'
      ? ''
      : `\n\n\`kubedrill exam review\` ${status.phase === 'over' ? 'grades it and shows' : 'shows'} what was expected and why.`
  return `${paint('bold', lineOf(status))}  (pass ${status.pass} %, seed ${status.seed})\n\n${taskTable(status)}${next}`
}

function wordsOf({ state, flagged, points }: ExamTaskStatus): string {
  if (points !== undefined) return `${points.score}/${points.max}`
  return [flagged ? 'flagged' : '', state === 'opened' ? '' : state === 'unseen' ? '-' : state]
    .filter(Boolean)
    .join(' ')
}
