import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Exam, type ExamEvent, type ExamLine, examAt, examOf, statusOf } from '../../exercises/exam/index.ts'
import { labelOf } from '../exam-files.ts'
import { newsFor } from './exam-shell.ts'
import { lineOf, showStatus } from './exam-status.ts'
import { shellStart, withOwnProgram } from './learner-shell.ts'

const MINUTE = 60_000

/** An exam of twelve minutes, as it is after so many. */
function exam(minute: number, ...events: readonly (readonly [minute: number, event: ExamEvent])[]): Exam {
  const reading = (at: number) => ({ at: at * MINUTE, up: at * MINUTE, boot: 'a' })
  const task = { pack: 'p', directory: '/p', competency: 'c', weight: 5, minutes: 7, max: 10 }
  const tasks = Array.from({ length: 12 }, (_, index) => ({
    ...task,
    exercise: `task-${index}`,
    title: 'A title that goes on and on and on and on and on and on and on and on',
    domain: 'Cluster Architecture, Installation and Configuration',
  }))
  const started: ExamEvent = { event: 'started', id: '0007', seed: 3, minutes: 12, pass: 66, asked: 12, tasks }
  const lines: ExamLine[] = [
    { ...reading(0), ...started },
    ...events.map(([at, event]) => ({ ...reading(at), ...event })),
  ]
  return examAt(examOf(lines)!, reading(minute))
}

const went = (task: number, by = 'one') => [1, { event: 'went', task, by }] as const

test.each([
  ['before the first task', exam(0), 'task -/12, 12 min'],
  ['within a minute', exam(5.2, went(4)), 'task 4/12, 7 min'],
  ['in the last one', exam(11.99, went(4)), 'task 4/12, 1 min'],
  ['out of time', exam(12, went(4)), 'time is up'],
  ['handed in', exam(9, went(4), [8, { event: 'submitted' }]), 'exam submitted'],
])('before the prompt stands where one is and how long one has: %s', (_, now, label) => {
  expect(labelOf(now)).toBe(label)
})

describe('a terminal is told', () => {
  const before = exam(2, went(3))
  test.each([
    ['nothing while nothing happens', exam(5, went(3)), undefined],
    ['nothing of where it went itself', exam(5, went(3), [4, went(4)[1]]), undefined],
    ['where another terminal went', exam(5, went(3), [4, went(4, 'two')[1]]), /went to task 4 of 12.*goto 3/],
    ['where a command outside every shell went', exam(5, [4, { event: 'went', task: 9 }]), /went to task 9/],
    ['that time is up, whoever was where', exam(12, went(3)), /^\*\*Time is up.\*\*.*exam review/],
    ['nothing of what it handed in itself', exam(9, went(3), [8, { event: 'submitted', by: 'one' }]), undefined],
    ['that another handed in', exam(9, went(3), [8, { event: 'submitted', by: 'two' }]), /handed in from another/],
  ])('%s', (_, now, news) => {
    const told = newsFor('one', before, now)
    if (news === undefined) expect(told).toBeUndefined()
    else expect(told).toMatch(news)
  })
})

test('the tasks stay within 80 columns, however much there is to say of one', () => {
  const flagged = { event: 'flagged', task: 11, flagged: true } as const
  const now = exam(5, went(11), [2, flagged], [2, { event: 'skipped', task: 11 }], [3, went(12)[1]])
  const status = statusOf(now, now.clock.last)
  const lines = showStatus(status).split('\n')
  expect(lineOf(status)).toBe('Exam 0007  task 12 of 12  0:07:00 left')
  expect(lines.find((line) => line.includes('flagged skipped'))).toMatch(/^ 11 .*… {3}Cluster Archit… {3}0:02:00 /)
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
})

test('a shell has k and this kubedrill, whatever else is installed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubedrill-shell-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const bin = withOwnProgram(join(directory, 'bin'))
  const settings = { bin, label: join(directory, 'label'), variables: { KUBECONFIG: '/replay/kubeconfig' } }
  const { args } = shellStart('bash', directory, settings)
  const asked = 'type k; type -p kubedrill; echo $KUBECONFIG'
  const said = execFileSync('bash', [...args, '-c', asked], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  expect(said).toBe(`k is aliased to \`kubectl'\n${bin}/kubedrill\n/replay/kubeconfig\n`)
})
