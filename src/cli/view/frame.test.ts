import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { ExamStatus } from '../../exercises/exam/index.ts'
import { firstShown, frame } from './frame.ts'
import { press } from './keys.ts'
import type { ViewState } from './state.ts'

const state: ViewState = {
  task: {
    id: 'image-typo',
    title: 'The catalogue that never starts',
    text: '# The catalogue that never starts\n\nIn namespace `shop` the Deployment `catalog` was created\nan hour ago. \x1b[31m**Keep** it.\n\n- one\n- two',
    domain: 'Troubleshooting',
    minutes: 5,
    criteria: [
      { id: 'runs', title: 'Three replicas run the pinned image', points: 5 },
      { id: 'answers', title: 'The catalogue answers through its Service', points: 2 },
    ],
    hints: [{ cost: 1 }, { cost: 2 }, { cost: 3 }],
    hintsTaken: 1,
  },
  grade: {
    exercise: 'image-typo',
    score: 4,
    max: 7,
    hintCost: 1,
    criteria: [
      { id: 'runs', title: '', points: 5, awarded: 5, outcome: 'passed', why: '' },
      {
        id: 'answers',
        title: '',
        points: 2,
        awarded: 0,
        outcome: 'failed',
        why: '',
        expected: 'an answer',
        saw: 'none',
      },
    ],
  },
  checks: 'live',
  overview: {
    now: Date.UTC(2026, 0, 5, 8, 20),
    answers: true,
    nodes: [
      { name: 'cp-1', status: 'Ready' },
      { name: 'worker-1', status: 'NotReady' },
    ],
    pods: 9,
    problems: [{ pod: 'shop/catalog-569b6dc6d-2dbrv', status: 'ImagePullBackOff' }],
    events: [
      { at: Date.UTC(2026, 0, 5, 8, 19), warning: true, object: 'Pod/x', reason: 'Failed', message: '数据'.repeat(40) },
    ],
  },
  timerMs: 185_000,
  focus: 'task',
  scroll: { task: 0, list: 0, cluster: 0 },
}

describe('the screen', () => {
  test('of 80 columns', () => {
    expect(frame(state, { columns: 80, rows: 24 }, false).map((line) => line.trimEnd())).toMatchSnapshot()
  })

  test.each([
    [80, 24],
    [120, 40],
    [40, 20],
    [40, 8],
    [12, 3],
    [300, 100],
  ])('of %i columns and %i rows is filled and never too wide, with and without colours', (columns, rows) => {
    for (const colours of [false, true]) {
      const lines = frame(state, { columns, rows }, colours)
      expect(lines).toHaveLength(rows)
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns)
      expect(lines.join('')).not.toContain('\x1b[31m**')
      if (!colours) expect(lines.join('')).not.toContain('\x1b')
    }
  })
})

describe('an exam', () => {
  const task = (number: number) => ({
    number,
    exercise: `task-${number}`,
    title: `Title ${number}`,
    domain: 'Storage',
    weight: number,
    minutes: 7,
    state: 'opened' as const,
    flagged: number === 12,
    spentMs: 61_000,
    resets: 0,
  })
  const exam: ExamStatus = {
    exam: '0001',
    phase: 'running',
    seed: 1,
    startedAt: '2026-11-21T09:00:00.000Z',
    minutes: 120,
    elapsedMs: 60_000,
    leftMs: 7_140_000,
    pass: 66,
    asked: 17,
    current: 12,
    tasks: Array.from({ length: 17 }, (_, index) => task(index + 1)),
  }
  const { current: _, ...rest } = { ...exam, leftMs: 0, because: 'submitted' as const }
  const over: ExamStatus = { ...rest, current: null, phase: 'over' }
  const score = { percent: 71.2, passed: true, tasks: 17, solved: 11, spentMs: 1, domains: [] }
  const shown = (each: ExamStatus) =>
    frame(
      {
        ...state,
        exam: each,
        timerMs: each.leftMs,
        task: { ...state.task, id: 'task-12' },
        scroll: { task: 0, list: firstShown(each), cluster: 0 },
      },
      { columns: 80, rows: 24 },
      false,
    ).join('\n')

  test('shows the task that is worked on among the others, flags and the time left', () => {
    expect(shown(exam)).toMatch(/^Exam 0001, task 12 of 17 +1:59:00 left$/m)
    expect(shown(exam)).toMatch(/^ > 12 ! +1m opened +Title 12 \(12\)/m)
  })

  test('that is over shows no cluster, its own task still, and in the end the marks', () => {
    expect(shown(over)).toMatch(/^Exam 0001, 17 tasks +handed in$/m)
    expect(shown(over)).toContain('Troubleshooting, weight 12')
    expect(shown(over)).toContain('The clusters have ended with the exam.')
    expect(shown(over)).toMatch(/^S grade and review {2}q quit/m)
    expect(shown({ ...over, phase: 'graded', score })).toMatch(/71.2 %, passed$/m)
    expect(press({ ...state, exam: over }, { sequence: 'S' }, 10).deed).toEqual({ do: 'submit' })
    expect(press({ ...state, exam }, { sequence: 'S' }, 10).deed).toBeUndefined()
  })
})

describe('keys', () => {
  const typing = (...keys: string[]) =>
    keys.reduce<ReturnType<typeof press>>(
      (before, letter) => press(before.state, letter.length > 1 ? { name: letter } : { sequence: letter }, 10),
      { state },
    )

  test('that lose something ask first', () => {
    expect(typing('r').deed).toBeUndefined()
    expect(typing('r', 'y').deed).toEqual({ do: 'reset' })
    expect(typing('r', 'n').deed).toBeUndefined()
    expect(typing('h').state.question?.text).toContain('2 point')
  })

  test('answer a number', () => {
    expect(typing('g').deed).toEqual({ do: 'list' })
    const asked: ViewState = {
      ...state,
      question: { text: 'Go to task', kind: 'number', typed: '1', deed: { do: 'goto', number: 0 } },
    }
    const typed = press(asked, { sequence: '7' }, 10)
    expect(press(typed.state, { name: 'return' }, 10).deed).toEqual({ do: 'goto', number: 17 })
  })
})
