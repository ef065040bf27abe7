import { humanDuration } from '../../api/duration.ts'
import type { ExamStatus } from '../../exercises/exam/index.ts'
import type { CriterionResult } from '../../exercises/grade.ts'
import { withoutControls } from '../../exercises/markdown.ts'
import { type Paint, wrap } from '../prose.ts'
import type { ViewState } from './state.ts'

/** What stands above a task's text. */
export function taskHead({ task, exam, grade }: ViewState, width: number, paint: Paint): string[] {
  if (exam) {
    const { weight } = exam.tasks.find(({ exercise }) => exercise === task.id) ?? { weight: 0 }
    return [...wrap(`${task.domain}, weight ${weight}`, width - 2).map((line) => paint('dim', line)), '']
  }
  const cost = task.hints.slice(0, task.hintsTaken).reduce((sum, hint) => sum + hint.cost, 0)
  const facts = [
    task.domain,
    `hints ${task.hintsTaken} of ${task.hints.length}${cost > 0 ? ` (-${cost})` : ''}`,
    ...(task.best ? [`best ${task.best.score} of ${task.best.max}`] : []),
  ]
  const lines = wrap(facts.join(', '), width - 2).map((line) => paint('dim', line))
  const isSolved = grade?.criteria.every(({ outcome }) => outcome === 'passed')
  return [...lines, ...(isSolved ? [paint(['bold', 'green'], 'Solved.')] : []), '']
}

/** The criteria, each with what its check says; of those that fail what was expected and seen. */
export function gradeLines({ task, grade }: ViewState, width: number, paint: Paint): string[] {
  const lines = task.criteria.flatMap(({ id, title, points }) => {
    const result = grade?.criteria.find((each) => each.id === id)
    const [mark, style] = MARKS[result?.outcome ?? 'unknown']
    const head = wrap(`${mark} ${title}  ${result ? `${result.awarded}/` : ''}${points}`, width)
    return [head.map((line) => paint(style, line)), result ? detail(result, width) : []]
  })
  return lines.flat()
}

const MARKS = {
  passed: ['ok  ', 'green'],
  failed: ['miss', 'red'],
  waits: ['wait', 'yellow'],
  unknown: ['... ', 'dim'],
} as const

function detail({ outcome, expected, saw, needs }: CriterionResult, width: number): string[] {
  const lines =
    outcome === 'waits'
      ? [`counts once this is done: ${needs?.join(', ')}`]
      : outcome === 'failed'
        ? [`expected ${expected}`, `saw ${(saw ?? '').split('\n\n')[0]!.split('\n')[0]}`]
        : []
  return lines.flatMap((line) => wrap(withoutControls(line), width - 5).map((each) => `     ${each}`))
}

/** `> 3 ! 12m  title`: where one is, what is flagged, how long it took so far. */
export function examLines({ tasks, current }: ExamStatus, paint: Paint): string[] {
  return tasks.map(({ number, title, state, flagged, weight, spentMs, points }) => {
    const here = number === current ? '>' : ' '
    const spent = spentMs > 0 ? `${Math.floor(spentMs / 60_000)}m` : ''
    const word = points ? `${points.score}/${points.max}` : state === 'unseen' ? '' : state
    const line = `${here} ${String(number).padStart(2)} ${flagged ? '!' : ' '} ${spent.padStart(4)} ${word.padEnd(7)} ${title} (${weight})`
    if (number === current) return paint('bold', line)
    return flagged ? paint('yellow', line) : state === 'unseen' ? line : paint('dim', line)
  })
}

export function clusterLines({ overview, exam }: ViewState, paint: Paint): string[] {
  if (exam && exam.phase !== 'running') return [paint('dim', 'The clusters have ended with the exam.')]
  if (overview === undefined) return [paint('dim', 'asking the cluster …')]
  const { now, answers, nodes, pods, problems, events } = overview
  const time = `it is ${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} there`
  if (!answers) return [paint('red', 'The API server does not answer.'), paint('dim', time)]
  const bad = nodes.filter(({ status }) => status !== 'Ready')
  const summary = `${nodes.length - bad.length} of ${nodes.length} nodes Ready, ${pods} Pods, ${time}`
  return [
    summary,
    ...bad.map(({ name, status }) => paint('red', `Node ${name}  ${status}`)),
    ...problems.map(({ pod, status }) => `${paint(CALM.test(status) ? 'yellow' : 'red', status)}  ${pod}`),
    ...(problems.length === 0 ? [paint('green', 'every Pod is well')] : []),
    ...events.map(({ at, warning, object, reason, message }) => {
      const text = withoutControls(
        `${humanDuration(Math.max(0, now - at)).padStart(4)} ${reason}  ${object}: ${message}`.replaceAll('\n', ' '),
      )
      return paint(warning ? 'yellow' : 'dim', text)
    }),
  ]
}

const CALM = /^(Pending|ContainerCreating|PodInitializing|Init:\d|Terminating|Running|SchedulingGated)/
