import { type CronSchedule, parseCron } from '../../../api/cron.ts'
import { parseTime } from '../../../api/time.ts'
import { loadTimeZone } from '../../../api/time-zone.ts'
import type { CronJob } from '../../../api/types.ts'

/** When a CronJob is due: pure. All times are virtual ms. Source: pkg/controller/cronjob/utils.go */

/** Source: nextScheduleDelta: what clocks may differ. */
const DELTA_MS = 100

export interface Missed {
  readonly earliest: number
  /** The latest time that has passed without a Job. */
  readonly latest?: number
  readonly missed: 'none' | 'few' | 'many'
  readonly error?: string
}

/** @throws CronError. Source: cronjob_controllerv2.go formatSchedule */
export function scheduleOf({ spec: { schedule, timeZone } }: CronJob): CronSchedule {
  const zoned = timeZone !== undefined && !schedule.includes('TZ') && loadTimeZone(timeZone) !== undefined
  return parseCron(zoned ? `TZ=${timeZone} ${schedule}` : schedule)
}

/** Source: mostRecentScheduleTime */
export function mostRecent(cronJob: CronJob, now: number, schedule: CronSchedule, heedDeadline: boolean): Missed {
  const { startingDeadlineSeconds } = cronJob.spec
  const { lastScheduleTime } = cronJob.status ?? {}
  let earliest = parseTime(lastScheduleTime ?? cronJob.metadata.creationTimestamp)
  if (heedDeadline && startingDeadlineSeconds !== undefined)
    earliest = Math.max(earliest, now - startingDeadlineSeconds * 1000)
  const first = schedule.next(earliest)
  const second = first === undefined ? undefined : schedule.next(first)
  if (first === undefined || second === undefined) {
    // Upstream's zero times are the same instant.
    const error = 'time difference between two schedules is less than 1 second'
    return { earliest, missed: 'none', error }
  }
  if (now < first) return { earliest, missed: 'none' }
  if (now < second) return { earliest, latest: first, missed: 'none' }
  const interval = Math.round((second - first) / 1000)
  const count = Math.floor(Math.floor((now - first) / 1000) / interval) + 1
  let latest: number | undefined
  const from = first + (count - 2) * interval * 1000
  for (let at = schedule.next(from); at !== undefined && at <= now; at = schedule.next(at)) latest = at
  const missed = count > 100 ? 'many' : 'few'
  return latest === undefined ? { earliest, missed } : { earliest, latest, missed }
}

/** ms until it is due again. Source: nextScheduleTimeDuration */
export function untilNext(cronJob: CronJob, now: number, schedule: CronSchedule): number | undefined {
  const { earliest, latest, missed, error } = mostRecent(cronJob, now, schedule, false)
  const from = error !== undefined ? now : (latest ?? (missed === 'none' ? earliest : now))
  const next = schedule.next(from)
  return next === undefined ? undefined : next + DELTA_MS - now
}
