import type { Pod } from '../../../api/types.ts'
import { allIndexFailures, finishedAt } from './pods.ts'

/** Source: pkg/controller/job/job_controller.go DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff */
const FIRST_MS = 10_000
const MAX_MS = 600_000

/** How often a Job's pods failed since the last that succeeded. */
export interface BackoffRecord {
  readonly failures: number
  /** Virtual ms. */
  readonly lastFailure?: number
}

export const noFailures: BackoffRecord = { failures: 0 }

/** Source: pkg/controller/job/backoff_utils.go newBackoffRecord */
export function nextRecord(record: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  if (succeeded.length + failed.length === 0) return record
  const ends = failed.map(finishedAt)
  const [before, since] =
    succeeded.length === 0 ? [record.failures, ends] : [0, after(ends, Math.max(...succeeded.map(finishedAt)))]
  const failures = before + since.length
  return since.length === 0 ? { failures } : { failures, lastFailure: Math.max(...since) }
}

function after(times: readonly number[], limit: number): number[] {
  return times.filter((time) => time > limit)
}

/** ms that are still to wait before pods may be made. Source: getRemainingTimeForFailuresCount */
export function remainingTime({ failures, lastFailure }: BackoffRecord, now: number): number {
  if (failures === 0 || lastFailure === undefined) return 0
  const backOff = Math.min(FIRST_MS * 2 ** (failures - 1), MAX_MS)
  return Math.max(0, backOff - (now - lastFailure))
}

/** Source: getRemainingTimePerIndex */
export function remainingTimeOfIndex(lastFailed: Pod | undefined, now: number): number {
  if (lastFailed === undefined) return 0
  return remainingTime({ failures: allIndexFailures(lastFailed) + 1, lastFailure: finishedAt(lastFailed) }, now)
}
