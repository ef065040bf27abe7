import { Random } from '../sim/random.ts'
import type { Exercise } from './pack.ts'

/** A line of `history.jsonl`: somebody had an exercise graded. */
export interface HistoryEntry {
  /** RFC 3339. */
  readonly at: string
  /** The same for every grading of one attempt. */
  readonly attempt: string
  readonly mode: 'practice' | 'exam' | 'daily'
  readonly exercise: string
  readonly title: string
  readonly domain: string
  readonly score: number
  readonly max: number
  readonly solved: boolean
  /** Wall time since the attempt began; in an exam, spent on the task. */
  readonly seconds: number
  readonly hints: number
  /** The solution had been looked at. */
  readonly helped: boolean
  /** `daily`: the day it was meant for. */
  readonly day?: string
}

/** One life of an exercise: as it stood when it was graded last, or when it was solved. */
export interface AttemptSummary extends HistoryEntry {
  /** How often it was graded. */
  readonly checks: number
}

export interface DomainSummary {
  readonly domain: string
  readonly attempts: number
  /** Percent of the points, over the latest attempt at each exercise; null where nothing was tried. */
  readonly percent: number | null
  readonly medianSeconds: number | null
}

/** A line as it was read, if it is one of a history. */
export function asHistoryEntry(value: unknown): HistoryEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entry = value as Partial<Record<keyof HistoryEntry, unknown>>
  const texts = ['at', 'attempt', 'mode', 'exercise', 'title', 'domain'] as const
  const numbers = ['score', 'max', 'seconds', 'hints'] as const
  const whole =
    texts.every((field) => typeof entry[field] === 'string') &&
    numbers.every((field) => Number.isFinite(entry[field])) &&
    Number.isFinite(Date.parse(String(entry.at)))
  return whole ? (value as HistoryEntry) : undefined
}

/** The attempts behind the lines, oldest first. What comes after an attempt was solved does not make it worse. */
export function attemptsOf(entries: readonly HistoryEntry[]): readonly AttemptSummary[] {
  const attempts = new Map<string, AttemptSummary>()
  for (const entry of entries) {
    const before = attempts.get(entry.attempt)
    const kept = before !== undefined && (before.solved || before.score > entry.score) ? before : entry
    attempts.set(entry.attempt, { ...kept, checks: (before?.checks ?? 0) + 1 })
  }
  return [...attempts.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** The domains, weakest first; those that were never tried come last. */
export function domainsOf(
  attempts: readonly AttemptSummary[],
  exercises: readonly Pick<Exercise, 'domain'>[] = [],
): readonly DomainSummary[] {
  const names = new Set([...attempts, ...exercises].map(({ domain }) => domain))
  return [...names]
    .map((domain) =>
      domainSummary(
        domain,
        attempts.filter((attempt) => attempt.domain === domain),
      ),
    )
    .sort((a, b) => (a.percent ?? 101) - (b.percent ?? 101) || a.domain.localeCompare(b.domain))
}

function domainSummary(domain: string, attempts: readonly AttemptSummary[]): DomainSummary {
  const latest = [...new Map(attempts.map((attempt) => [attempt.exercise, attempt])).values()]
  const shares = latest.map(({ score, max }) => (max === 0 ? 0 : score / max))
  const percent = shares.length === 0 ? null : Math.floor((100 * sum(shares)) / shares.length + 1e-6)
  return { domain, attempts: attempts.length, percent, medianSeconds: median(attempts.map(({ seconds }) => seconds)) }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[middle]! : Math.round((sorted[middle - 1]! + sorted[middle]!) / 2)
}

/** How much likelier a domain in which nothing was earned is than one with full marks. */
const WEAK = 4
/** An exercise that was the daily one, or was solved, does not come again within this many days, where there are enough. */
const REST_DAYS = 7

/**
 * The exercise of a day: by chance that the date seeds, weak domains and exercises never solved first. Only what happened
 * on days before counts, so that the answer stays the same all day.
 *
 * @param day `2026-11-21`
 */
export function dailyExercise<E extends Pick<Exercise, 'id' | 'domain'>>(
  exercises: readonly E[],
  attempts: readonly AttemptSummary[],
  day: string,
): E | undefined {
  const before = attempts.filter((attempt) => dayOf(attempt) < day)
  const share = new Map(domainsOf(before).map(({ domain, percent }) => [domain, (percent ?? 50) / 100]))
  const solved = new Set(before.filter(({ solved: done }) => done).map(({ exercise }) => exercise))
  const recent = before.filter(
    (attempt) =>
      (attempt.mode === 'daily' || attempt.solved) && dayNumber(day) - dayNumber(dayOf(attempt)) <= REST_DAYS,
  )
  const resting = new Set(recent.map(({ exercise }) => exercise))
  const fresh = exercises.filter(({ id }) => !resting.has(id))
  const candidates = fresh.length > 0 ? fresh : exercises
  const weights = candidates.map(
    ({ id, domain }) => (1 + WEAK * (1 - (share.get(domain) ?? 0.5))) * (solved.has(id) ? 1 : 2),
  )
  const drawn = new Random(dayNumber(day), 'daily').next() * sum(weights)
  return candidates.find((_, index) => drawn < sum(weights.slice(0, index + 1))) ?? candidates.at(-1)
}

/** How many days in a row the daily exercise was solved, today or until yesterday. */
export function streakOf(attempts: readonly AttemptSummary[], today: string): number {
  const days = new Set(
    attempts
      .filter(({ mode, solved, helped }) => mode === 'daily' && solved && !helped)
      .map((each) => dayNumber(dayOf(each))),
  )
  const number = dayNumber(today)
  const last = days.has(number) ? number : number - 1
  let streak = 0
  while (days.has(last - streak)) streak++
  return streak
}

const dayOf = ({ day, at }: HistoryEntry) => day ?? at.slice(0, 10)
const dayNumber = (day: string) => Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000)
