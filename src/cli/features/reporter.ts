import { relative } from 'node:path'
import type { Envelope, Pickle, TestStepResult } from '@cucumber/messages'
import { nearestStep } from '../../gherkin/documentation.ts'
import { shortDuration } from '../../gherkin/durations.ts'
import { paint, say } from '../terminal.ts'
import { DocumentIndex } from './document-index.ts'

const MARKS = {
  PASSED: '✔',
  FAILED: '✖',
  UNDEFINED: '?',
  AMBIGUOUS: '?',
  SKIPPED: '-',
  PENDING: '-',
  UNKNOWN: '?',
} as const
const STYLES = {
  PASSED: 'green',
  FAILED: 'red',
  UNDEFINED: 'yellow',
  AMBIGUOUS: 'yellow',
  SKIPPED: 'cyan',
  PENDING: 'cyan',
  UNKNOWN: 'yellow',
} as const
/** From bad to good: the outcome of a scenario is that of its worst step. */
const WORST = ['FAILED', 'AMBIGUOUS', 'UNDEFINED', 'UNKNOWN', 'PENDING', 'SKIPPED', 'PASSED'] as const
type Status = (typeof WORST)[number]

interface Attempt {
  readonly testCaseId: string
  readonly startedAt: number
  readonly results: { readonly testStepId: string; readonly result: TestStepResult }[]
}

/** What a person sees of a run: a line a scenario, and of those that did not pass their steps and why. Fed by cucumber's messages. */
export class Reporter {
  readonly #index = new DocumentIndex()
  readonly #attempts = new Map<string, Attempt>()
  readonly #counts = { scenarios: new Map<Status, number>(), steps: new Map<Status, number>() }
  readonly #bad: string[] = []
  readonly #start = performance.now()
  #uri = ''

  tell(envelope: Envelope): void {
    this.#index.tell(envelope)
    const { testCaseStarted: started, testStepFinished: step, testCaseFinished: finished } = envelope
    if (started) {
      const startedAt = performance.now()
      this.#attempts.set(started.id, { testCaseId: started.testCaseId, startedAt, results: [] })
    }
    if (step) {
      const { testStepId, testStepResult: result } = step
      this.#attempts.get(step.testCaseStartedId)?.results.push({ testStepId, result })
    }
    if (finished && !finished.willBeRetried) this.#finish(finished.testCaseStartedId)
  }

  /** Once the run is over. */
  summary(): void {
    if (this.#bad.length > 0) say(`\nnot passed:\n${this.#bad.join('\n')}`)
    say(`\n${counted('scenario', this.#counts.scenarios)}\n${counted('step', this.#counts.steps)}`)
    say(paint('dim', shortDuration(performance.now() - this.#start)))
  }

  #finish(id: string): void {
    const attempt = this.#attempts.get(id)
    const pickle = attempt && this.#index.pickleOf(attempt.testCaseId)
    if (attempt === undefined || pickle === undefined) return
    this.#attempts.delete(id)
    const statuses = attempt.results.map(({ result }) => result.status as Status)
    const worst = WORST.find((status) => statuses.includes(status)) ?? 'PASSED'
    count(this.#counts.scenarios, worst)
    for (const { testStepId, result } of attempt.results)
      if (this.#index.stepOf(testStepId) !== undefined) count(this.#counts.steps, result.status as Status)
    this.#line(pickle, worst, performance.now() - attempt.startedAt)
    if (worst !== 'PASSED') this.#details(attempt)
  }

  #line(pickle: Pickle, status: Status, tookMs: number): void {
    if (pickle.uri !== this.#uri) say(`${this.#uri === '' ? '' : '\n'}${paint('bold', pickle.uri)}`)
    this.#uri = pickle.uri
    const place = `${relative(process.cwd(), pickle.uri)}:${pickle.location?.line ?? 1}`
    say(`  ${paint(STYLES[status], MARKS[status])} ${pickle.name} ${paint('dim', shortDuration(tookMs))}`)
    if (status !== 'PASSED' && status !== 'SKIPPED') this.#bad.push(`  ${place}  ${pickle.name}`)
  }

  #details({ results }: Attempt): void {
    // Where nothing was run (a dry run, a target that cannot) there is nothing to say of the steps that are known.
    const ran = results.some(({ result: { status } }) => status === 'PASSED' || status === 'FAILED')
    for (const { testStepId, result } of results) {
      const step = this.#index.stepOf(testStepId)
      const status = result.status as Status
      if (!ran && status === 'SKIPPED') continue
      // Hooks are of interest where they failed.
      if (step === undefined && status !== 'FAILED') continue
      const text =
        step === undefined ? 'hook' : `${step.text}${status === 'PASSED' ? '' : paint('dim', `  # ${step.place}`)}`
      say(
        `      ${paint(STYLES[status], MARKS[status])} ${text}${status === 'UNDEFINED' ? undefinedStep(step?.text) : ''}`,
      )
      if (result.message && status !== 'SKIPPED') say(indented(result.message))
    }
    for (const text of this.#index.logs(results.map(({ testStepId }) => testStepId))) say(indented(text))
  }
}

/** The step that may have been meant. */
function undefinedStep(text = ''): string {
  const near = nearestStep(text)
  const meant =
    near === undefined ? '`kubedrill steps WORDS` finds steps' : `did you mean: ${near.example.split('\n')[0]}`
  return `${paint('yellow', '  undefined')}\n          ${meant}`
}

function indented(text: string): string {
  return text
    .trim()
    .replace(/^Error: /, '')
    .replace(/^(?=.)/gm, '          ')
}

function count(counts: Map<Status, number>, status: Status): void {
  counts.set(status, (counts.get(status) ?? 0) + 1)
}

/** `3 scenarios (1 failed, 2 passed)` */
function counted(noun: string, counts: ReadonlyMap<Status, number>): string {
  const total = [...counts.values()].reduce((sum, each) => sum + each, 0)
  const parts = WORST.filter((status) => counts.has(status)).map((status) =>
    paint(STYLES[status], `${counts.get(status)} ${status.toLowerCase()}`),
  )
  return `${total} ${noun}${total === 1 ? '' : 's'}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
}
