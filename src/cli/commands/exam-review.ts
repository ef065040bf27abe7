import { endMs, scoreOf, statusOf } from '../../exercises/exam/index.ts'
import { allExams, type ExamFiles, latestExam, readClocks } from '../exam-files.ts'
import { exerciseOf, gradeExam, type Ungraded } from '../exam-session.ts'
import { Failure } from '../failure.ts'
import { history, record } from '../history-file.ts'
import { markdown } from '../markdown-lines.ts'
import { paragraph } from '../prose.ts'
import { columns, paint, say, sayJson, tell } from '../terminal.ts'
import { criterionLines } from './check.ts'
import { lineOf, taskTable, timeText } from './exam-status.ts'

export interface ReviewOptions {
  readonly exam?: string
  readonly json?: boolean
}

/** `kubedrill exam review`: grades what is not graded yet, then says per task what was expected, what was there and why. */
export async function review({ exam: wanted, json }: ReviewOptions, only?: number): Promise<void> {
  const files = found(wanted)
  if (statusOf(files.read()!, readClocks()).phase === 'running')
    throw new Failure('the exam is still running: `kubedrill exam submit` hands it in')
  const count = files.read()!.tasks.length
  if (only !== undefined && (only < 1 || only > count)) throw new Failure(`there is no task ${only}: 1 to ${count}`)
  const problems = await gradeExam(files, (task, { score, max }) =>
    tell(`graded task ${task} of ${count}: ${score}/${max}`),
  )
  keepHistory(files)
  const result = reviewOf(files, problems)
  if (json) sayJson(only === undefined ? result : result.tasks[only - 1])
  else if (only !== undefined) showTask(result.tasks[only - 1]!)
  else show(result)
  if (problems.length > 0 || result.score?.passed !== true) process.exitCode = 1
}

function found(wanted: string | undefined): ExamFiles {
  const known =
    wanted === undefined ? latestExam() : allExams().find(({ files }) => Number(files.id) === Number(wanted))
  if (known !== undefined) return known.files
  if (wanted === undefined) throw new Failure('there is no exam: `kubedrill exam start` begins one')
  throw new Failure(
    `there is no exam ${wanted}: ${
      allExams()
        .map(({ files }) => files.id)
        .join(', ') || 'none was begun'
    }`,
  )
}

/** Everything there is to say of an exam that is over. */
export function reviewOf(files: ExamFiles, problems: readonly Ungraded[] = []) {
  const exam = files.read()!
  const status = statusOf(exam, readClocks())
  const tasks = status.tasks.map((task, index) => {
    const { competency, max } = exam.paper.tasks[index]!
    const grade = exam.tasks[index]!.grade
    const problem = problems.find((each) => each.task === task.number)?.problem
    return {
      ...task,
      competency,
      score: grade?.score ?? 0,
      max: grade?.max ?? max,
      points: { score: grade?.score ?? 0, max: grade?.max ?? max },
      criteria: grade?.criteria ?? [],
      task: wordsOf(files, task.number)?.task ?? null,
      debrief: wordsOf(files, task.number)?.debrief ?? null,
      ...(problem === undefined ? {} : { problem }),
    }
  })
  // What cannot be graded counts nothing.
  const score = problems.length > 0 ? scoreOf(exam) : status.score
  return { ...status, tasks, ...(score === undefined ? {} : { score }) }
}

export type ExamReview = ReturnType<typeof reviewOf>

function wordsOf(files: ExamFiles, number: number): { readonly task: string; readonly debrief: string } | undefined {
  try {
    return exerciseOf(files.read()!, number)
  } catch {
    return undefined
  }
}

/** Each graded task is an attempt; one that the history has already is not written twice. */
function keepHistory(files: ExamFiles): void {
  const exam = files.read()!
  const { paper, tasks, startedAt } = exam
  const known = new Set(history().map(({ attempt }) => attempt))
  for (const [index, { grade, spentMs }] of tasks.entries()) {
    const attempt = `exam-${paper.id}-${startedAt}/${index + 1}`
    if (grade === undefined || known.has(attempt)) continue
    const { exercise, title, domain } = paper.tasks[index]!
    const { score, max } = grade
    const at = new Date(startedAt + endMs(exam)).toISOString()
    const seconds = Math.round(spentMs / 1000)
    const solved = score === max
    record({ at, attempt, mode: 'exam', exercise, title, domain, score, max, solved, seconds, hints: 0, helped: false })
  }
}

function showTask(task: ExamReview['tasks'][number]): void {
  const head = `${task.number}. ${task.title}`
  say(`${paint('bold', head)}  ${task.score}/${task.max}`)
  say(paint('dim', `${timeText(task.spentMs)} of ${task.minutes} min, ${task.domain}`))
  if (task.problem !== undefined) say(paragraph(`cannot be graded: ${task.problem}`))
  else if (task.criteria.length === 0) say('was never opened')
  for (const criterion of task.criteria) say(criterionLines(criterion))
  if (task.debrief !== null) say(`\n${markdown(task.debrief.replace(/^# /m, '## '))}`)
  say()
}

function show(review: ExamReview): void {
  for (const task of review.tasks) showTask(task)
  say(`${taskTable(review)}\n`)
  const rows = (review.score?.domains ?? []).map(({ domain, percent, tasks, solved, spentMs }) => [
    domain,
    `${percent} %`,
    `${solved} of ${tasks}`,
    timeText(spentMs),
  ])
  if (rows.length > 0) say(`${columns([['DOMAIN', 'SCORE', 'SOLVED', 'SPENT'], ...rows])}\n`)
  say(`${paint('bold', lineOf(review))} (pass ${review.pass} %), ended: ${review.because}`)
  const failed = review.tasks.filter(({ problem }) => problem !== undefined).length
  if (failed > 0)
    say(`${failed} task${failed === 1 ? '' : 's'} cannot be graded, and count${failed === 1 ? 's' : ''} nothing.`)
  say(markdown('`kubedrill exam review 3` shows one task, `kubedrill report --html exam.html` keeps all as a page.'))
}
