import { CronError, parseCron } from '../../../../api/cron.ts'
import { loadTimeZone } from '../../../../api/time-zone.ts'
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../../../../api/types.ts'
import { type Errors, invalid, notSupported, required } from './field-error.ts'
import { validateJobBody } from './job.ts'
import { nonNegative } from './objectmeta.ts'

/** Source: pkg/apis/batch/validation/validation.go ValidateCronJobCreate. */
const MOST_NAME_LENGTH = 52

export function validateCronJob({ metadata, spec }: CronJob): Errors {
  const errors = specErrors(spec, undefined)
  if ((metadata.name?.length ?? 0) > MOST_NAME_LENGTH) {
    invalid(errors, 'metadata.name', metadata.name, `must be no more than ${MOST_NAME_LENGTH} characters`)
  }
  return errors
}

export const validateCronJobUpdate = ({ spec }: CronJob, old: CronJob): Errors => specErrors(spec, old.spec)

function specErrors(spec: CronJobSpec, old: CronJobSpec | undefined): Errors {
  const errors: Errors = []
  if (!spec.schedule) required(errors, 'spec.schedule')
  else validateSchedule(errors, 'spec.schedule', spec, old?.schedule.includes('TZ') === true)
  nonNegative(errors, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds)
  if (!old || old.timeZone !== spec.timeZone) validateTimeZone(errors, 'spec.timeZone', spec.timeZone)
  validateConcurrency(errors, 'spec.concurrencyPolicy', spec.concurrencyPolicy ?? '')
  validateJobTemplate(errors, 'spec.jobTemplate', spec.jobTemplate ?? {})
  nonNegative(errors, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit)
  nonNegative(errors, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit)
  return errors
}

function validateSchedule(errors: Errors, field: string, { schedule, timeZone }: CronJobSpec, zoned: boolean): void {
  const fault = cronFault(schedule)
  if (fault !== undefined) invalid(errors, field, schedule, fault)
  if (!schedule.includes('TZ')) return
  if (!zoned) {
    invalid(errors, field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  } else if (timeZone !== undefined) {
    invalid(errors, field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
  }
}

function cronFault(schedule: string): string | undefined {
  try {
    parseCron(schedule)
    return undefined
  } catch (error) {
    if (error instanceof CronError) return error.message
    throw error
  }
}

function validateTimeZone(errors: Errors, field: string, zone: string | undefined): void {
  if (zone === undefined) return
  if (zone === '') {
    invalid(errors, field, zone, 'timeZone must be nil or non-empty string')
    return
  }
  const unknown = `unknown time zone ${zone}`
  const isName = (part: string) => /^[A-Za-z.\-_0-9+]{1,14}$/.test(part) && !part.startsWith('-')
  if (zone.split('/').some((part) => part === '.' || part === '..' || !isName(part))) {
    invalid(errors, field, zone, unknown)
    return
  }
  if (zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    invalid(errors, field, zone, detail)
  }
  if (zone !== 'Local' && loadTimeZone(zone) === undefined) invalid(errors, field, zone, unknown)
}

function validateConcurrency(errors: Errors, field: string, policy: string): void {
  const policies = ['Allow', 'Forbid', 'Replace']
  if (policy === '') required(errors, field)
  else if (!policies.includes(policy)) notSupported(errors, field, policy, policies)
}

/** Source: ValidateJobTemplateSpec. */
function validateJobTemplate(errors: Errors, path: string, { spec }: JobTemplateSpec): void {
  const field = `${path}.spec`
  validateJobBody(errors, field, spec ?? { template: {} })
  if (spec?.selector) invalid(errors, `${field}.selector`, spec.selector, '`selector` will be auto-generated')
  if (spec?.manualSelector) notSupported(errors, `${field}.manualSelector`, true, ['nil', 'false'])
}
