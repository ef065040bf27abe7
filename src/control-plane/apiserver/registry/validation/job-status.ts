import { parseTime } from '../../../../api/time.ts'
import type { Job, JobStatus } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { duplicate, type Errors, invalid, invalidUnshown, required } from './field-error.ts'
import { IMMUTABLE } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { indexesIn, overlap } from './job-indexes.ts'
import { nonNegative } from './objectmeta.ts'

/**
 * What a status says must hold together, but only where it changes: Jobs that were wrong before may go on.
 * Source: pkg/registry/batch/job/strategy.go getStatusValidationOptions and pkg/apis/batch/validation/validation.go
 * validateJobStatus, ValidateJobStatusUpdate.
 */
export function validateJobStatusUpdate(job: Job, old: Job): Errors {
  const errors: Errors = []
  const now = factsOf(job)
  const before = factsOf(old)
  validateCounts(errors, now.status)
  validateFinish(errors, now, before)
  validateIndexes(errors, job, now, before)
  validateRest(errors, now, before)
  validateSuccess(errors, job, now)
  validateTransition(errors, job, now, before)
  return errors
}

type ConditionType = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet'

interface Facts {
  readonly status: JobStatus
  readonly finished: boolean
  readonly is: (type: ConditionType | 'Suspended') => boolean
  readonly isNot: (type: 'Suspended') => boolean
}

function factsOf({ status = {} }: Job): Facts {
  const has = (type: string, value: string) =>
    status.conditions?.some((each) => each.type === type && each.status === value) === true
  const is = (type: string) => has(type, 'True')
  return { status, is, isNot: (type) => has(type, 'False'), finished: is('Complete') || is('Failed') }
}

const CONDITIONS = 'status.conditions'

function validateCounts(errors: Errors, status: JobStatus): void {
  for (const count of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const)
    nonNegative(errors, `status.${count}`, status[count])
  const seen = new Set<string>()
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [i, uid] of (status.uncountedTerminatedPods?.[list] ?? []).entries()) {
      const field = `status.uncountedTerminatedPods.${list}[${i}]`
      if (uid === '') invalid(errors, field, uid, 'must not be empty')
      else if (seen.has(uid)) duplicate(errors, field, uid)
      seen.add(uid)
    }
  }
}

/** What ends a Job, and what may be left when it has ended. */
function validateFinish(errors: Errors, now: Facts, before: Facts): void {
  const { status, is, finished } = now
  const changed = (member: keyof JobStatus) => !semanticallyEqual(status[member], before.status[member])
  const turned = (type: ConditionType) => is(type) !== before.is(type)
  const ended = finished !== before.finished
  if ((turned('Complete') || turned('Failed')) && is('Complete') && is('Failed')) {
    invalidUnshown(errors, CONDITIONS, 'cannot set Complete=True and Failed=true conditions')
  }
  if ((turned('Complete') || turned('FailureTarget')) && is('Complete') && is('FailureTarget')) {
    invalidUnshown(errors, CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions')
  }
  validateTimes(errors, now, before, turned('Complete'))
  if ((turned('Failed') || changed('failedIndexes')) && is('Failed') && !is('FailureTarget')) {
    invalidUnshown(errors, CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition')
  }
  if ((turned('Complete') || turned('SuccessCriteriaMet')) && is('Complete') && !is('SuccessCriteriaMet')) {
    const detail = 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'
    invalidUnshown(errors, CONDITIONS, detail)
  }
  const active = status.active ?? 0
  if ((ended || changed('active')) && finished && active > 0) {
    invalid(errors, 'status.active', active, 'active>0 is invalid for finished job')
  }
  const uncounted = status.uncountedTerminatedPods
  const left = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0)
  if ((ended || changed('uncountedTerminatedPods')) && finished && left > 0) {
    const form = internalForm('UncountedTerminatedPods', { ...uncounted })
    invalid(errors, 'status.uncountedTerminatedPods', form, 'must be empty for finished job')
  }
}

/** Pods that are still there. */
function validateRest(errors: Errors, { status, finished }: Facts, before: Facts): void {
  const changed = (member: keyof JobStatus) => !semanticallyEqual(status[member], before.status[member])
  const ended = finished !== before.finished
  const active = status.active ?? 0
  const terminating = status.terminating ?? 0
  if ((ended || changed('terminating')) && finished && terminating > 0) {
    invalid(errors, 'status.terminating', terminating, 'terminating>0 is invalid for finished job')
  }
  const ready = status.ready ?? 0
  if ((changed('ready') || changed('active')) && ready > active) {
    invalid(errors, 'status.ready', ready, 'cannot set more ready pods than active')
  }
}

function validateTimes(errors: Errors, { status, is }: Facts, before: Facts, completed: boolean): void {
  const { startTime, completionTime } = status
  const field = 'status.completionTime'
  const moved = completionTime !== before.status.completionTime
  if ((completed || moved) && completionTime && !is('Complete')) {
    invalid(errors, field, completionTime, 'cannot set completionTime when there is no Complete=True condition')
  }
  if ((completed || moved) && !completionTime && is('Complete')) {
    required(errors, field, 'completionTime is required for Complete jobs')
  }
  if (!startTime || !completionTime || (!moved && startTime === before.status.startTime)) return
  if (parseTime(completionTime) < parseTime(startTime)) {
    invalid(errors, field, completionTime, 'must be equal to or after `startTime`')
  }
}

function validateIndexes(errors: Errors, { spec }: Job, now: Facts, before: Facts): void {
  const { status, finished } = now
  const { completions, suspend } = spec
  const started = finished !== before.finished || status.startTime !== before.status.startTime
  if (started && !(suspend && completions === 0) && finished && !status.startTime) {
    required(errors, 'status.startTime', 'startTime is required for finished job')
  }
  const { completedIndexes = '', failedIndexes: failed } = status
  const completedMoved = completedIndexes !== (before.status.completedIndexes ?? '')
  const failedMoved = failed !== before.status.failedIndexes
  const fault = (text: string) => (completions === undefined ? 0 : indexesIn(text, completions))
  const completedFault = completedMoved ? fault(completedIndexes) : 0
  const field = 'status.completedIndexes'
  if (typeof completedFault === 'string') {
    invalid(errors, field, completedIndexes, `error parsing completedIndexes: ${completedFault}`)
  }
  const perIndex = spec.backoffLimitPerIndex !== undefined
  const failedFault = failedMoved && perIndex && failed !== undefined ? fault(failed) : 0
  if (typeof failedFault === 'string') {
    invalid(errors, 'status.failedIndexes', failed, `error parsing failedIndexes: ${failedFault}`)
  }
  if (completedMoved && completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode'
    invalid(errors, field, completedIndexes, detail)
  }
  if (failed === undefined) return
  if (failedMoved && !perIndex) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
    invalid(errors, 'status.failedIndexes', failed, detail)
  }
  if (!(failedMoved || completedMoved) || completions === undefined) return
  const both = overlap(completedIndexes, failed, completions)
  if (both !== undefined) invalid(errors, 'status.failedIndexes', failed, both)
}

function validateSuccess(errors: Errors, { spec }: Job, { is }: Facts): void {
  const met = is('SuccessCriteriaMet')
  for (const other of ['Failed', 'FailureTarget'] as const) {
    if (met && is(other)) {
      invalidUnshown(errors, CONDITIONS, `cannot set SuccessCriteriaMet=True and ${other}=true conditions`)
    }
  }
  if (spec.successPolicy && !met && is('Complete')) {
    const detail = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'
    invalidUnshown(errors, CONDITIONS, detail)
  }
}

function validateTransition(errors: Errors, { spec }: Job, now: Facts, before: Facts): void {
  const { status } = now
  for (const type of ['Failed', 'Complete', 'FailureTarget'] as const) {
    if (before.is(type) && !now.is(type)) {
      invalidUnshown(errors, CONDITIONS, `cannot disable the terminal ${type}=True condition`)
    }
  }
  const { failed = 0, succeeded = 0, completionTime, startTime } = status
  if (failed < (before.status.failed ?? 0)) {
    invalid(errors, 'status.failed', failed, 'cannot decrease the failed counter')
  }
  const shrinks = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism
  if (!shrinks && succeeded < (before.status.succeeded ?? 0)) {
    invalid(errors, 'status.succeeded', succeeded, 'cannot decrease the succeeded counter')
  }
  if (completionTime && before.status.completionTime && completionTime !== before.status.completionTime) {
    invalid(errors, 'status.completionTime', completionTime, IMMUTABLE)
  }
  const resuming = before.is('Suspended') && now.isNot('Suspended')
  if (!resuming && before.status.startTime && startTime !== before.status.startTime && !spec.suspend) {
    invalid(errors, 'status.startTime', startTime ?? null, 'field is immutable for unsuspended job once set')
  }
  const met = 'SuccessCriteriaMet'
  if (before.is(met) && !now.is(met)) {
    invalidUnshown(errors, CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition')
  }
  if (before.is('Complete') && !before.is(met) && now.is(met)) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'
    invalidUnshown(errors, CONDITIONS, detail)
  }
}
