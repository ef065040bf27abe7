import { CronError, type CronSchedule } from '../../../api/cron.ts'
import { controllerOf, isDeleting, splitKey } from '../../../api/meta.ts'
import { failure, hasReason } from '../../../api/status.ts'
import { civilTime, parseTime, rfc3339 } from '../../../api/time.ts'
import { loadTimeZone } from '../../../api/time-zone.ts'
import { type CronJob, type CronJobStatus, isStatus, type Job, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import { isJobFinished, isJobSucceeded, jobOutcome } from '../job-status.ts'
import { isNamespaceTerminating } from '../pod-control.ts'
import { byStartTime, jobFor, jobName, referenceTo } from './jobs.ts'
import { mostRecent, scheduleOf, untilNext } from './schedule.ts'

export interface CronJobDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
  readonly checkAgainAfter: (key: string, ms: number) => void
}

type Draft = { -readonly [K in keyof CronJobStatus]: CronJobStatus[K] }

/** One pass over one CronJob. */
interface Pass {
  readonly cronJob: CronJob
  readonly jobs: readonly Job[]
  readonly deps: CronJobDependencies
  readonly now: number
  readonly status: Draft
  changed: boolean
}

/** ms until it is due again, nothing to come back for, or what stood in the way. */
type Outcome = number | undefined | Status

/** Source: pkg/controller/cronjob/cronjob_controllerv2.go sync */
export function reconcileCronJob(key: string, deps: CronJobDependencies): Status | undefined {
  const { client } = deps
  const { namespace, name } = splitKey(key)
  const cronJob = client.get('CronJob', name, namespace)
  if (cronJob === undefined) return undefined
  const jobs = client
    .list('Job', { namespace: namespace!, ownerUid: cronJob.metadata.uid! })
    .filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid)
  const pass: Pass = { cronJob, jobs, deps, now: deps.clock.now(), status: { ...cronJob.status }, changed: false }
  cleanUpFinished(pass)
  const outcome = sync(pass)
  if (pass.changed) {
    const status = finalStatus(pass.status)
    const answer = client.updateStatus('CronJob', name, namespace, (now) => ({ ...now, status }))
    if (isStatus(answer)) return hasReason(answer, 'NotFound') ? undefined : answer
  }
  if (typeof outcome === 'number') deps.checkAgainAfter(key, outcome)
  return isStatus(outcome) ? outcome : undefined
}

function finalStatus({ active = [], ...status }: Draft): CronJobStatus {
  return active.length === 0 ? status : { ...status, active }
}

/** Source: cleanupFinishedJobs */
function cleanUpFinished(pass: Pass): void {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = pass.cronJob.spec
  const limits = [
    ['Complete', successfulJobsHistoryLimit],
    ['Failed', failedJobsHistoryLimit],
  ] as const
  for (const [outcome, limit] of limits) {
    if (limit === undefined) continue
    const ended = pass.jobs.filter((job) => jobOutcome(job) === outcome).sort(byStartTime)
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) deleteJob(pass, job)
  }
}

function deleteJob(pass: Pass, job: Job): boolean {
  const { client, recorder } = pass.deps
  const { name, namespace } = job.metadata
  const answer = client.delete('Job', name, namespace, { propagationPolicy: 'Background' })
  if (isStatus(answer)) {
    recorder.event(pass.cronJob, 'Warning', 'FailedDelete', `Deleted job: ${answer.message}`)
    return false
  }
  forget(pass, job.metadata.uid!)
  recorder.event(pass.cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`)
  return true
}

function forget(pass: Pass, uid: string): void {
  pass.status.active = (pass.status.active ?? []).filter((ref) => ref.uid !== uid)
  pass.changed = true
}

/** A Job of the CronJob that it does not know of. */
export function unexpected(recorder: EventRecorder, cronJob: CronJob, job: string): void {
  const message = `Saw a job that the controller did not create or forgot: ${job}`
  recorder.event(cronJob, 'Warning', 'UnexpectedJob', message)
}

/** What became of the Jobs. Source: the first half of syncCronJob */
function takeStock(pass: Pass): void {
  const { cronJob, jobs, status, deps } = pass
  for (const job of jobs) {
    const { uid, name } = job.metadata
    const active = status.active?.some((ref) => ref.uid === uid) ?? false
    if (!isJobFinished(job)) {
      if (!active) unexpected(deps.recorder, cronJob, name)
      continue
    }
    if (active) {
      forget(pass, uid!)
      const message = `Saw completed job: ${name}, condition: ${jobOutcome(job)}`
      deps.recorder.event(cronJob, 'Normal', 'SawCompletedJob', message)
    }
    const { completionTime } = job.status ?? {}
    const isLater = !(parseTime(status.lastSuccessfulTime) >= parseTime(completionTime))
    if (isJobSucceeded(job) && completionTime !== undefined && isLater) {
      status.lastSuccessfulTime = completionTime
      pass.changed = true
    }
  }
  for (const { uid, name, namespace } of status.active ?? []) {
    if (jobs.some(({ metadata }) => metadata.uid === uid)) continue
    if (deps.client.get('Job', name!, namespace) !== undefined) continue
    deps.recorder.event(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`)
    forget(pass, uid!)
  }
}

/** Source: syncCronJob */
function sync(pass: Pass): Outcome {
  const { cronJob, now, deps } = pass
  takeStock(pass)
  if (isDeleting(cronJob)) return undefined
  const warn = (reason: string, message: string) => deps.recorder.event(cronJob, 'Warning', reason, message)
  const { schedule: text, timeZone, suspend } = cronJob.spec
  if (timeZone !== undefined && loadTimeZone(timeZone) === undefined) {
    warn('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`)
    return undefined
  }
  if (suspend === true) return undefined
  if (text.includes('TZ'))
    warn(
      'UnsupportedSchedule',
      `CRON_TZ or TZ used in schedule ${JSON.stringify(text)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`,
    )
  const schedule = parsed(cronJob, (message) =>
    warn('UnparseableSchedule', `unparseable schedule: ${JSON.stringify(text)} : ${message}`),
  )
  if (schedule === undefined) return undefined
  const { latest, missed, error } = mostRecent(cronJob, now, schedule, true)
  if (latest !== undefined && missed === 'many')
    warn(
      'TooManyMissedTimes',
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    )
  if (error !== undefined) {
    warn('InvalidSchedule', `invalid schedule: ${text} : ${error}`)
    return undefined
  }
  if (latest === undefined) return untilNext(cronJob, now, schedule)
  const started = startDue(pass, latest)
  if (isStatus(started) || started === 'leave') return started === 'leave' ? undefined : started
  // Upstream works on the CronJob it has just changed.
  return untilNext({ ...cronJob, status: pass.status }, now, schedule)
}

function parsed(cronJob: CronJob, refused: (message: string) => void): CronSchedule | undefined {
  try {
    return scheduleOf(cronJob)
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    refused(error.message)
    return undefined
  }
}

/** Starts the Job of that time, unless something speaks against it. */
function startDue(pass: Pass, due: number): Status | 'next' | 'leave' {
  const { cronJob, now, status, deps } = pass
  const { startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    deps.recorder.event(cronJob, type, reason, message)
  if (startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds * 1000 < now) {
    tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123z(due)}`)
    return 'next'
  }
  const active = status.active ?? []
  const name = jobName(cronJob, due)
  if (active.some((ref) => ref.name === name) || parseTime(status.lastScheduleTime) === due) return 'next'
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    tell('Normal', 'JobAlreadyActive', message)
    return 'next'
  }
  if (concurrencyPolicy === 'Replace') {
    const failed = replaceActive(pass)
    if (failed !== undefined) return failed
  }
  return create(pass, due)
}

function replaceActive(pass: Pass): Status | undefined {
  const { cronJob, deps } = pass
  for (const { name, namespace } of pass.status.active ?? []) {
    const job = deps.client.get('Job', name!, namespace)
    if (job === undefined) {
      const message = `jobs.batch "${name}" not found`
      deps.recorder.event(cronJob, 'Warning', 'FailedGet', `Get job: ${message}`)
      return failure(404, 'NotFound', message)
    }
    if (!deleteJob(pass, job)) {
      return failure(500, '', `could not replace job ${namespace}/${name}`)
    }
  }
  return undefined
}

function create(pass: Pass, due: number): Status | 'next' | 'leave' {
  const { cronJob, status, deps } = pass
  const wanted = jobFor(cronJob, due)
  const answer = deps.client.create(wanted)
  let job = answer as Job
  if (isStatus(answer)) {
    if (isNamespaceTerminating(answer)) return answer
    if (!hasReason(answer, 'AlreadyExists')) {
      deps.recorder.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${answer.message}`)
      return answer
    }
    const there = deps.client.get('Job', wanted.metadata.name, wanted.metadata.namespace)
    if (there === undefined) return answer
    const isTheirs = controllerOf(there)?.uid === cronJob.metadata.uid
    if (!isTheirs || status.active?.some(({ uid }) => uid === there.metadata.uid)) return 'leave'
    job = there
  } else deps.recorder.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`)
  status.active = [...(status.active ?? []), referenceTo(job)]
  status.lastScheduleTime = rfc3339(due)
  pass.changed = true
  return 'next'
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Thu, 01 Jan 2026 00:00:00 +0000`. */
function rfc1123z(ms: number): string {
  const { weekday, day, month, year, hour, minute, second } = civilTime(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${DAYS[weekday]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${two(hour)}:${two(minute)}:${two(second)} +0000`
}
