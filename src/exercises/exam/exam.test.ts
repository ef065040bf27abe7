import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Grade } from '../grade.ts'
import type { Exercise, Pack } from '../pack.ts'
import { asExamLine, drawTasks, type ExamEvent, type ExamLine, examAt, examOf, statusOf } from './index.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-21T09:00:00Z')

function packOf(domains: Readonly<Record<string, number>>, exam: Pack['exam'] = 'CKA'): Pack {
  const exercises = Object.entries(domains).flatMap(([domain, count]) =>
    Array.from({ length: count }, (_, index) => exerciseOf(`${domain.split(' ')[0]!.toLowerCase()}-${index}`, domain)),
  )
  return { id: 'pack', directory: '/pack', title: 'Pack', exam, curriculum: 'v1.35', exercises }
}

function exerciseOf(id: string, domain: string): Exercise {
  const criterion = { id: 'works', title: 'It works', points: 10, why: 'It should.' }
  const rest = { competency: 'c', weight: 4, minutes: 6, difficulty: 'easy', topology: { nodes: [] } } as const
  const texts = { task: '', debrief: '', hints: [], setup: '', checks: '', directory: '' }
  return { id, title: id, domain, ...rest, ...texts, criteria: [criterion] }
}

const gradeOf = (score: number): Grade => ({ exercise: 'e', score, max: 10, hintCost: 0, criteria: [] })

/** An event, and the minute of the exam it happens at. */
type At = readonly [minute: number, event: ExamEvent]

function lines(...events: readonly At[]): ExamLine[] {
  const started: ExamEvent = {
    event: 'started',
    id: '0001',
    seed: 1,
    minutes: 120,
    pass: 66,
    asked: 3,
    tasks: drawTasks([packOf({ Storage: 1, Troubleshooting: 2 })], 3, 1),
  }
  return [[0, started] as const, ...events].map(([minute, event]) => ({ ...reading(minute), ...event }))
}

const reading = (minute: number, wall = minute, boot = 'a') => ({
  at: START + wall * MINUTE,
  up: 5000 + minute * MINUTE,
  boot,
})

const statusAt = (minute: number, ...events: readonly At[]) => statusOf(examOf(lines(...events))!, reading(minute))

describe('the tasks of an exam', () => {
  const many = packOf({
    Storage: 20,
    Troubleshooting: 20,
    'Workloads & scheduling': 20,
    'Cluster Architecture, Installation and Configuration': 20,
    'Services and networking': 20,
  })
  const counted = (tasks: readonly { domain: string }[]) =>
    Object.fromEntries(
      many.exercises.map(({ domain }) => [domain, tasks.filter((each) => each.domain === domain).length]),
    )

  test('come from the domains by their weights in the curriculum', () => {
    expect(counted(drawTasks([many], 20, 3))).toEqual({
      Storage: 2,
      Troubleshooting: 6,
      'Workloads & scheduling': 3,
      'Cluster Architecture, Installation and Configuration': 5,
      'Services and networking': 4,
    })
  })

  test('are the same for the same seed, others for another, and never twice', () => {
    const ids = (seed: number) => drawTasks([many], 17, seed).map(({ exercise }) => exercise)
    expect(ids(7)).toEqual(ids(7))
    expect(ids(7)).not.toEqual(ids(8))
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, count) => {
        const drawn = drawTasks([many], count, seed).map(({ exercise }) => exercise)
        expect([drawn.length, new Set(drawn).size]).toEqual([count, count])
      }),
    )
  })

  test('are all there are when more are asked for; other domains fill the places of one that is short', () => {
    expect(drawTasks([packOf({ Storage: 3 })], 17, 1)).toHaveLength(3)
    const drawn = drawTasks([packOf({ Storage: 20, Troubleshooting: 2 })], 10, 1)
    expect(drawn.filter(({ domain }) => domain === 'Troubleshooting')).toHaveLength(2)
    expect(drawn).toHaveLength(10)
  })
})

describe('time', () => {
  test('runs from the start, and is spent on the task that is worked on', () => {
    const status = statusAt(30, [0, { event: 'went', task: 1 }], [10, { event: 'went', task: 3 }])
    expect(status).toMatchObject({ phase: 'running', current: 3, elapsedMs: 30 * MINUTE, leftMs: 90 * MINUTE })
    expect(status.tasks.map(({ spentMs, state }) => [spentMs / MINUTE, state])).toEqual([
      [10, 'opened'],
      [0, 'unseen'],
      [20, 'opened'],
    ])
  })

  test('ends the exam by itself; what comes later does not count', () => {
    const status = statusAt(
      500,
      [0, { event: 'went', task: 1 }],
      [119, { event: 'flagged', task: 1, flagged: true }],
      [121, { event: 'flagged', task: 2, flagged: true }],
      [122, { event: 'submitted' }],
    )
    expect(status).toMatchObject({ phase: 'over', because: 'time is up', leftMs: 0, current: null })
    expect(status.tasks.map(({ flagged, spentMs }) => [flagged, spentMs / MINUTE])).toEqual([
      [true, 120],
      [false, 0],
      [false, 0],
    ])
  })

  test.each([
    ['goes back an hour', reading(30, -30), 30],
    ['goes ahead an hour', reading(30, 90), 30],
    ['is set while the machine starts anew', { at: START - 60 * MINUTE, up: 4 * MINUTE, boot: 'b' }, 14],
    ['is right after the machine started anew', { at: START + 40 * MINUTE, up: 4 * MINUTE, boot: 'b' }, 40],
    ['goes back where the system does not tell its starts apart', { at: START, up: 5000 + 30 * MINUTE }, 30],
  ])('is what it is when the wall clock %s', (_, clocks, minutes) => {
    const exam = examOf(lines([10, { event: 'went', task: 1 }]))!
    expect(statusOf(exam, clocks).elapsedMs / MINUTE).toBe(minutes)
  })

  test('never goes back, whatever the clocks say', () => {
    const clocks = fc.record({ at: fc.nat(1e12), up: fc.nat(1e9), boot: fc.constantFrom('a', 'b', undefined) })
    fc.assert(
      fc.property(fc.array(clocks), (all) => {
        let exam = examOf(lines())!
        for (const { boot, ...rest } of all) {
          const next = examAt(exam, boot === undefined ? rest : { ...rest, boot })
          expect(next.clock.elapsedMs).toBeGreaterThanOrEqual(exam.clock.elapsedMs)
          exam = next
        }
      }),
    )
  })

  test('two processes that write at once lose none of it', () => {
    const [started, first, second] = lines([10, { event: 'went', task: 1 }], [20, { event: 'went', task: 2 }])
    const late = examOf([started!, second!, first!])!
    expect(examAt(late, reading(30)).clock.elapsedMs).toBe(30 * MINUTE)
  })
})

describe('the score', () => {
  const graded = (...scores: readonly number[]) =>
    statusAt(
      60,
      ...scores.map((_, index) => [index, { event: 'went', task: index + 1 }] as const),
      [50, { event: 'submitted' }],
      ...scores.map((score, index) => [55, { event: 'graded', task: index + 1, grade: gradeOf(score) }] as const),
    )

  test.each([
    [[10, 10, 0], 66.6, true],
    [[10, 5, 4], 63.3, false],
    [[10, 10, 10], 100, true],
    [[10], 33.3, false],
  ])('of %j is %d %%, passed: %s', (scores, percent, passed) => {
    expect(graded(...scores)).toMatchObject({ phase: 'graded', because: 'submitted', score: { percent, passed } })
  })

  test('is told by domain', () => {
    const { domains } = graded(10, 10, 0).score!
    expect(domains.map(({ domain, tasks }) => [domain, tasks])).toEqual([
      ['Storage', 1],
      ['Troubleshooting', 2],
    ])
  })

  test('is not told before every opened task has its grade; the first grade of a task stays', () => {
    const went = [0, { event: 'went', task: 1 }] as const
    expect(statusAt(60, went, [50, { event: 'submitted' }])).toMatchObject({ phase: 'over' })
    const again = [10, 3].map((score) => [55, { event: 'graded', task: 1, grade: gradeOf(score) }] as const)
    expect(statusAt(60, went, [50, { event: 'submitted' }], ...again).tasks[0]).toMatchObject({ points: { score: 10 } })
  })
})

test.each([
  null,
  3,
  [],
  {},
  { event: 'went' },
  { event: 'went', at: 1, up: 1 },
  { event: 'graded', at: 1, up: 1, task: 1 },
])('%j is no line of an exam', (value) => expect(asExamLine(value)).toBeUndefined())
