import type { Exam } from './state.ts'

/** What an exam came to, or a part of it. */
export interface Score {
  /** Percent, each task counting by its weight; cut off after one decimal, so that what is shown as passed is. */
  readonly percent: number
  readonly tasks: number
  /** Tasks with full marks. */
  readonly solved: number
  readonly spentMs: number
}

export interface ExamScore extends Score {
  readonly passed: boolean
  readonly domains: readonly (Score & { readonly domain: string })[]
}

/** The score by what has been graded: partial marks count, tasks that were never opened are worth nothing. */
export function scoreOf(exam: Exam): ExamScore {
  const { tasks, pass } = exam.paper
  const numbers = tasks.map((_, index) => index)
  const whole = partOf(exam, numbers)
  const domains = [...new Set(tasks.map(({ domain }) => domain))].sort()
  return {
    ...whole,
    passed: whole.percent >= pass,
    domains: domains.map((domain) => ({
      domain,
      ...partOf(
        exam,
        numbers.filter((index) => tasks[index]!.domain === domain),
      ),
    })),
  }
}

function partOf({ paper, tasks }: Exam, indexes: readonly number[]): Score {
  const share = (index: number) => {
    const grade = tasks[index]!.grade
    return grade === undefined || grade.max === 0 ? 0 : grade.score / grade.max
  }
  const weight = sum(indexes.map((index) => paper.tasks[index]!.weight))
  const earned = sum(indexes.map((index) => paper.tasks[index]!.weight * share(index)))
  return {
    percent: weight === 0 ? 0 : Math.floor((1000 * earned) / weight + 1e-6) / 10,
    tasks: indexes.length,
    solved: indexes.filter((index) => share(index) >= 1).length,
    spentMs: sum(indexes.map((index) => tasks[index]!.spentMs)),
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
