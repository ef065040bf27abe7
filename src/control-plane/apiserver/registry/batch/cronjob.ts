import type { CronJob, JobSpec, ObjectMeta } from '../../../../api/types.ts'
import { ageColumn, column, containerColumns, nameColumn, since } from '../columns/column.ts'
import { formatLabelSelector } from '../columns/selectors.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateCronJob, validateCronJobUpdate } from '../validation/cronjob.ts'
import { jobSpecWarnings } from '../warnings/job-warnings.ts'
import { nameWarnings } from '../warnings/pod-warnings.ts'
import { jobTemplateDefaults } from './job-defaults.ts'

const EMPTY_JOB = {} as JobSpec

/** Source: pkg/apis/batch/v1/defaults.go SetDefaults_CronJob. */
function defaults(cronJob: CronJob): CronJob {
  const { spec } = cronJob
  if (!spec) return cronJob
  const job = jobTemplateDefaults(spec.jobTemplate?.spec ?? EMPTY_JOB)
  const template = { metadata: {} as ObjectMeta, ...spec.jobTemplate, spec: job }
  const same =
    spec.jobTemplate?.metadata && job === spec.jobTemplate?.spec && spec.concurrencyPolicy && spec.suspend !== undefined
  if (same && spec.successfulJobsHistoryLimit !== undefined && spec.failedJobsHistoryLimit !== undefined) return cronJob
  return {
    ...cronJob,
    spec: {
      ...spec,
      jobTemplate: template,
      concurrencyPolicy: spec.concurrencyPolicy || 'Allow',
      suspend: spec.suspend ?? false,
      successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? 3,
      failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? 1,
    },
  }
}

const ZONE_IN_SCHEDULE =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'

/** Source: pkg/registry/batch/cronjob/strategy.go WarningsOnCreate, WarningsOnUpdate. */
function warnings({ metadata, spec }: CronJob, old: CronJob | undefined): readonly string[] {
  const ofJob = () => jobSpecWarnings('spec.jobTemplate.spec', spec.jobTemplate?.spec)
  if (!old) return [...nameWarnings(metadata.name, 'Pod names and hostnames'), ...ofJob()]
  const changed = old.metadata.generation === metadata.generation ? [] : ofJob()
  return spec.schedule.includes('TZ') ? [...changed, ZONE_IN_SCHEDULE] : changed
}

const texts = workloadTexts.CronJob

function lastScheduleText({ status }: CronJob, now: number): string {
  return status?.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>'
}

export const cronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  resource: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.batch.v1.CronJob',
  defaults,
  prepareForCreate: (cronJob) => ({ ...cronJob, status: {} }),
  prepareForUpdate: (cronJob, old) => ({ ...cronJob, status: old.status }) as CronJob,
  prepareForStatusUpdate: (cronJob, old) => ({ ...cronJob, spec: old.spec }),
  validate: validateCronJob,
  validateUpdate: validateCronJobUpdate,
  warnings,
  columns: [
    nameColumn,
    column('Schedule', texts.schedule, (each) => each.spec.schedule),
    column('Timezone', texts.timezone, (each) => each.spec.timeZone ?? '<none>'),
    column('Suspend', texts.suspend, (each) => (each.spec.suspend ? 'True' : 'False'), { type: 'boolean' }),
    column('Active', texts.active, (each) => each.status?.active?.length ?? 0, { type: 'integer' }),
    column('Last Schedule', texts.lastSchedule, lastScheduleText),
    ageColumn,
    ...containerColumns<CronJob>((each) => each.spec.jobTemplate.spec?.template.spec?.containers),
    column('Selector', texts.selector, (each) => formatLabelSelector(each.spec.jobTemplate.spec?.selector), {
      wide: true,
    }),
  ],
})
