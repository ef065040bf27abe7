import { statusOf } from '../../exercises/exam/index.ts'
import { allExams, type ExamFiles, latestExam, readClocks } from '../exam-files.ts'
import { exerciseOf, gradeExam, type Ungraded } from '../exam-session.ts'
import { Failure } from '../failure.ts'
import { history, record } from '../history-file.ts'
import { markdown } from '../prose.ts'
import { columns, paint, say, sayJson, tell } from '../terminal.ts'
import { criterionLines } from './check.ts'
import { lineOf, timeText } from './exam-status.ts'

export interface ReviewOptions {
  readonly exam?: string
  readonly json?: boolean
}

/** `kubedrill exam review`: grades what is not graded yet, then says per task what was expected, what was there and why. */
export async function review({ exam: wanted, json }: ReviewOptions): Promise<void> {
  const files = found(wanted)
  if (statusOf(files.read()!, readClocks()).phase === 'running')
    throw new Failure('the exam is still running: `kubedrill exam submit` hands it in')
  const count = files.read()!.tasks.length
  const problems = await gradeExam(files, (task, { score, max }) =>
    tell(`graded task ${task} of ${count}: ${score}/${max}`),
  )
  keepHistory(files)
  const result = reviewOf(files, problems)
  if (json) sayJson(result)
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
      criteria: grade?.criteria ?? [],
      debrief: debriefOf(files, task.number),
      ...(problem === undefined ? {} : { problem }),
    }
  })
  return { ...status, tasks }
}

export type ExamReview = ReturnType<typeof reviewOf>

function debriefOf(files: ExamFiles, number: number): string | null {
  try {
    return exerciseOf(files.read()!, number).debrief
  } catch {
    return null
  }
}

/** Each graded task is an attempt; one that the history has already is not written twice. */
function keepHistory(files: ExamFiles): void {
  const { paper, tasks, startedAt, clock } = files.read()!
  const known = new Set(history().map(({ attempt }) => attempt))
  for (const [index, { grade, spentMs }] of tasks.entries()) {
    const attempt = `exam-${paper.id}-${startedAt}/${index + 1}`
    if (grade === undefined || known.has(attempt)) continue
    const { exercise, title, domain } = paper.tasks[index]!
    const { score, max } = grade
    const at = new Date(startedAt + Math.min(clock.elapsedMs, paper.minutes * 60_000)).toISOString()
    const seconds = Math.round(spentMs / 1000)
    const solved = score === max
    record({ at, attempt, mode: 'exam', exercise, title, domain, score, max, solved, seconds, hints: 0, helped: false })
  }
}

function show(review: ExamReview): void {
  for (const task of review.tasks) {
    const head = `${task.number}. ${task.title}`
    say(
      `${paint('bold', head)}  ${task.score}/${task.max}  (${timeText(task.spentMs)} of ${task.minutes} min, ${task.domain})`,
    )
    if (task.problem !== undefined) say(`cannot be graded: ${task.problem}`)
    else if (task.criteria.length === 0) say('was never opened')
    for (const criterion of task.criteria) say(criterionLines(criterion))
    if (task.debrief !== null) say(`\n${markdown(task.debrief.replace(/^# /m, '## '))}`)
    say()
  }
  const rows = (review.score?.domains ?? []).map(({ domain, percent, tasks, solved, spentMs }) => [
    domain,
    `${percent} %`,
    `${solved} of ${tasks}`,
    timeText(spentMs),
  ])
  if (rows.length > 0) say(`${columns([['DOMAIN', 'SCORE', 'SOLVED', 'SPENT'], ...rows])}\n`)
  say(`${paint('bold', lineOf(review))} (pass ${review.pass} %), ended: ${review.because}`)
  say('`kubedrill report --html exam.html` keeps it as a page.')
}
