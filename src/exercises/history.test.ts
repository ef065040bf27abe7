import { expect, test } from 'vitest'
import { asHistoryEntry, attemptsOf, dailyExercise, domainsOf, type HistoryEntry, streakOf } from './history.ts'

function entry(changes: Partial<HistoryEntry> = {}): HistoryEntry {
  const score = { score: 5, max: 10, solved: false, seconds: 60, hints: 0, helped: false }
  const what = { exercise: 'one', title: 'One', domain: 'Storage' }
  return { at: '2026-11-20T10:00:00Z', attempt: 'a', mode: 'practice', ...what, ...score, ...changes }
}

const daily = (day: string, changes: Partial<HistoryEntry> = {}) =>
  entry({ at: `${day}T10:00:00Z`, attempt: day, mode: 'daily', day, score: 10, solved: true, ...changes })

test('gradings of one attempt are one, at its best; solving ends it', () => {
  const [attempt, ...others] = attemptsOf([
    entry({ score: 3 }),
    entry({ score: 10, solved: true, seconds: 90 }),
    entry({ score: 2, seconds: 400 }),
  ])
  expect(others).toEqual([])
  expect(attempt).toMatchObject({ score: 10, solved: true, seconds: 90, checks: 3 })
})

test('domains are weakest first, by the latest attempt at each exercise; untried ones last', () => {
  const attempts = attemptsOf([
    entry({ attempt: '1', score: 0 }),
    entry({ attempt: '2', at: '2026-11-21T10:00:00Z', score: 10, seconds: 30 }),
    entry({ attempt: '3', exercise: 'two', domain: 'Cluster', score: 4, seconds: 10 }),
  ])
  expect(domainsOf(attempts, [{ domain: 'Troubleshooting' }])).toEqual([
    { domain: 'Cluster', attempts: 1, percent: 40, medianSeconds: 10 },
    { domain: 'Storage', attempts: 2, percent: 100, medianSeconds: 45 },
    { domain: 'Troubleshooting', attempts: 0, percent: null, medianSeconds: null },
  ])
})

test.each([
  ['2026-11-21', [], 0],
  ['2026-11-21', [daily('2026-11-21')], 1],
  ['2026-11-21', [daily('2026-11-19'), daily('2026-11-20')], 2],
  ['2026-11-21', [daily('2026-11-18'), daily('2026-11-20'), daily('2026-11-21')], 2],
  ['2026-11-21', [daily('2026-11-19'), daily('2026-11-20', { helped: true })], 0],
  ['2026-03-01', [daily('2026-02-27'), daily('2026-02-28')], 2],
] as const)('the streak on %s after %j is %d', (day, entries, streak) => {
  expect(streakOf(attemptsOf(entries), day)).toBe(streak)
})

const exercises = Array.from({ length: 12 }, (_, index) => ({
  id: `e${index}`,
  domain: index < 6 ? 'Storage' : 'Cluster',
}))
const days = Array.from({ length: 200 }, (_, index) =>
  new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
)

test('the exercise of a day is the same all day, and another one soon', () => {
  const [first, second] = [days[0]!, days[1]!]
  const chosen = dailyExercise(exercises, [], first)!
  const solved = attemptsOf([daily(first, { exercise: chosen.id })])
  expect(dailyExercise(exercises, solved, first)).toBe(chosen)
  expect(dailyExercise(exercises, solved, second)).not.toBe(chosen)
  expect(dailyExercise([], [], first)).toBeUndefined()
})

test('weak domains come more often', () => {
  const attempts = attemptsOf([
    entry({ at: '2025-01-01T00:00:00Z', attempt: '1', score: 0, domain: 'Cluster' }),
    entry({ at: '2025-01-01T00:00:00Z', attempt: '2', score: 10, solved: true }),
  ])
  const weak = days.filter((day) => dailyExercise(exercises, attempts, day)!.domain === 'Cluster')
  expect(weak.length).toBeGreaterThan(days.length * 0.7)
})

test('only whole lines are entries', () => {
  expect(asHistoryEntry(entry())).toEqual(entry())
  for (const wrong of [null, 'x', {}, { ...entry(), at: 'soon' }, { ...entry(), score: '5' }])
    expect(asHistoryEntry(wrong)).toBeUndefined()
})
