import sliceAnsi from 'slice-ansi'
import stringWidth from 'string-width'
import type { ExamStatus } from '../../exercises/exam/index.ts'
import { markdownLines } from '../markdown-lines.ts'
import { type Paint, painted, plain } from '../prose.ts'
import { clusterLines, examLines, gradeLines, taskHead } from './panels.ts'
import type { Section, ViewState } from './state.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

interface Panel {
  readonly section: Section
  readonly title: string
  readonly lines: readonly string[]
}

/** From this many columns on the cluster stands beside the task. */
const WIDE = 110
/** Below this many rows only the section in focus is shown. */
const LOW = 16

/** The first task in the list of an exam, where the one that is worked on is to be seen. */
export function firstShown(exam: ExamStatus | undefined): number {
  return Math.max(0, (exam?.current ?? 1) - 3)
}

/** The whole screen: exactly as many lines as it has rows, none wider than it is. */
export function frame(state: ViewState, { columns, rows }: Size, colours: boolean): string[] {
  const paint = colours ? painted : plain
  const height = Math.max(1, rows - 2)
  const body = state.overlay ? overlay(state, columns, height, paint) : panels(state, columns, height, paint)
  return [head(state, columns, paint), ...body, foot(state, columns, paint)]
    .slice(0, rows)
    .map((line) => cut(line, columns))
}

export function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line
  const start = sliceAnsi(line, 0, Math.max(0, width - 1))
  // A wide character at the edge comes whole.
  return `${stringWidth(start) < width ? start : sliceAnsi(line, 0, Math.max(0, width - 2))}…`
}

function fill(line: string, width: number): string {
  const short = cut(line, width)
  return short + ' '.repeat(Math.max(0, width - stringWidth(short)))
}

function head(state: ViewState, columns: number, paint: Paint): string {
  const { exam, task, timerMs } = state
  const where = exam?.current == null ? `${exam?.tasks.length} tasks` : `task ${exam.current} of ${exam.tasks.length}`
  const what = exam ? `Exam ${exam.exam}, ${where}` : `Practice: ${task.id}`
  const time = exam ? examTime(exam, timerMs) : `${clock(timerMs)} of ${task.minutes} min`
  const isLate = exam ? timerMs < 10 * 60_000 : timerMs > task.minutes * 60_000
  const right = isLate ? paint(['bold', 'yellow'], time) : time
  const left = cut(paint('bold', what), Math.max(1, columns - stringWidth(time) - 2))
  return left + ' '.repeat(Math.max(1, columns - stringWidth(left) - stringWidth(time))) + right
}

function examTime({ phase, because, score }: ExamStatus, leftMs: number): string {
  if (phase === 'running') return `${clock(leftMs)} left`
  if (score !== undefined) return `${score.percent} %, ${score.passed ? 'passed' : 'not passed'}`
  return because === 'submitted' ? 'handed in' : 'time is up'
}

/** `1:02:03`, `4:05` */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

function foot(state: ViewState, columns: number, paint: Paint): string {
  const { question, notice, busy, overlay: open, exam } = state
  if (question)
    return paint('bold', `${question.text} ${question.kind === 'yes' ? '(y/n)' : `: ${question.typed}_ (Enter, Esc)`}`)
  if (busy !== undefined) return paint('yellow', `${busy} …`)
  if (notice !== undefined) return paint('yellow', notice)
  const keys = open
    ? ['Esc back', '↑↓ scroll']
    : exam && exam.phase !== 'running'
      ? [exam.phase === 'graded' ? 'S review' : 'S grade and review', 'q quit']
      : exam
        ? ['s shell', 'n next', 'p previous', 'g goto', 'f flag', 'x skip', '? help', 'q quit']
        : ['s shell', 'c check', 'h hint', 'g exercises', 'r reset', '? help', 'q quit']
  // As many as fit; help and quit always.
  while (stringWidth(keys.join('  ')) > columns && keys.length > 2) keys.splice(keys.length - 3, 1)
  return keys.map((key) => key.replace(/^\S+/, (letter) => paint(['bold', 'cyan'], letter))).join('  ')
}

function overlay({ overlay: open }: ViewState, columns: number, height: number, paint: Paint): string[] {
  const { title, text, scroll } = open!
  return panel(title, markdownLines(text, columns - 2, paint), scroll, columns, height, true, paint)
}

function panels(state: ViewState, columns: number, height: number, paint: Paint): string[] {
  const all = (width: number): readonly Panel[] => [
    {
      section: 'task',
      title: `1 ${state.task.title}`,
      lines: [...taskHead(state, width, paint), ...markdownLines(textOf(state.task), width - 2, paint)],
    },
    state.exam
      ? { section: 'list', title: '2 Tasks', lines: examLines(state.exam, paint) }
      : { section: 'list', title: `2 Checks${checksTitle(state)}`, lines: gradeLines(state, width - 2, paint) },
    { section: 'cluster', title: '3 Cluster', lines: clusterLines(state, paint) },
  ]
  if (height < LOW - 2) {
    const only = all(columns).find(({ section }) => section === state.focus)!
    return panel(only.title, only.lines, state.scroll[only.section], columns, height, true, paint)
  }
  if (columns < WIDE) return stacked(state, all(columns), columns, height, paint)
  const left = Math.floor(columns * 0.55)
  const [task, list] = all(left)
  const cluster = all(columns - left - 3)[2]!
  const beside = stacked(state, [cluster], columns - left - 3, height, paint)
  const line = paint('dim', '│')
  return stacked(state, [task!, list!], left, height, paint).map(
    (each, i) => `${fill(each, left)} ${line} ${beside[i]}`,
  )
}

/** The task's own title stands above it already. */
function textOf({ text, title }: ViewState['task']): string {
  const [first = '', ...rest] = text.trimStart().split('\n')
  return first.replace(/^#+ /, '').trim() === title ? rest.join('\n') : text
}

function checksTitle({ grade, checks }: ViewState): string {
  const score = grade ? `: ${grade.score} of ${grade.max}` : ''
  const word = { waiting: ', first grading …', live: '', grading: ', grading …', off: ', not live: c grades' }[checks]
  return `${score}${word}`
}

/** One above the other: those not in focus get what they need up to their share, the one in focus the rest. */
function stacked(state: ViewState, all: readonly Panel[], columns: number, height: number, paint: Paint): string[] {
  const focus = all.find(({ section }) => section === state.focus) ?? all[0]!
  const share = Math.max(3, Math.floor(height / (all.length + 1)))
  const heights = new Map(
    all.map((each) => [each.section, each === focus ? 0 : Math.min(each.lines.length + 1, share)]),
  )
  const others = [...heights.values()].reduce((sum, rows) => sum + rows, 0)
  heights.set(focus.section, height - others)
  // What the one in focus does not need is given to the others, from the top.
  let spare = height - others - (focus.lines.length + 1)
  for (const { section, lines } of all.filter((each) => each !== focus)) {
    const more = Math.min(Math.max(0, spare), lines.length + 1 - heights.get(section)!)
    heights.set(section, heights.get(section)! + more)
    heights.set(focus.section, heights.get(focus.section)! - more)
    spare -= more
  }
  return all.flatMap(({ section, title, lines }) =>
    panel(title, lines, state.scroll[section], columns, heights.get(section)!, section === focus.section, paint),
  )
}

function panel(
  title: string,
  lines: readonly string[],
  scroll: number,
  columns: number,
  height: number,
  inFocus: boolean,
  paint: Paint,
): string[] {
  if (height <= 0) return []
  const room = height - 1
  const from = Math.min(Math.max(0, scroll), Math.max(0, lines.length - room))
  const shown = lines.slice(from, from + room)
  const below = lines.length - from - shown.length
  const where = [from > 0 ? `↑${from}` : '', below > 0 ? `↓${below}` : ''].filter(Boolean).join(' ')
  const label = cut(`── ${title} `, columns - stringWidth(where) - 4)
  const rule = `${label}${'─'.repeat(Math.max(0, columns - stringWidth(label) - stringWidth(where) - (where ? 2 : 0)))}${where ? ` ${where} ` : ''}`
  const padded = [...shown.map((line) => ` ${line}`), ...Array<string>(Math.max(0, room - shown.length)).fill('')]
  return [paint(inFocus ? ['bold', 'cyan'] : 'dim', cut(rule, columns)), ...padded.map((line) => cut(line, columns))]
}
