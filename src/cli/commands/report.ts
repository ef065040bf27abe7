import { writeFileSync } from 'node:fs'
import { statusOf } from '../../exercises/exam/index.ts'
import { attemptsOf, domainsOf, streakOf } from '../../exercises/history.ts'
import { reportPage } from '../../exercises/report.ts'
import { allExams, readClocks } from '../exam-files.ts'
import { Failure } from '../failure.ts'
import { history, today } from '../history-file.ts'
import { say, sayJson } from '../terminal.ts'
import { reviewOf } from './exam-review.ts'

/** `kubedrill report`: everything that was achieved, as a page that stands by itself or as JSON. */
export function report({ exam: wanted, html }: { exam?: string; html?: string; json?: boolean }): void {
  const over = allExams().filter(({ exam }) => statusOf(exam, readClocks()).phase === 'graded')
  const chosen = wanted === undefined ? over : over.filter(({ files }) => Number(files.id) === Number(wanted))
  if (wanted !== undefined && chosen.length === 0)
    throw new Failure(
      `there is no graded exam ${wanted}: ${over.map(({ files }) => files.id).join(', ') || 'none'}; \`kubedrill exam review\` grades`,
    )
  const attempts = attemptsOf(history())
  const data = {
    day: today(),
    exams: chosen.map(({ files }) => reviewOf(files)).reverse(),
    domains: domainsOf(attempts),
    attempts,
    streak: streakOf(attempts, today()),
  }
  if (html === undefined) {
    sayJson(data)
    return
  }
  try {
    writeFileSync(html, reportPage(data))
  } catch (error) {
    throw new Failure(`--html ${html}: ${(error as Error).message}`)
  }
  say(`Written to ${html}.`)
}
