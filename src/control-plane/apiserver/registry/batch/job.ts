import { humanDuration } from '../../../../api/duration.ts'
import { parseTime } from '../../../../api/time.ts'
import type { Job, JobSpec } from '../../../../api/types.ts'
import { ageColumn, column, containerColumns, nameColumn } from '../columns/column.ts'
import { formatLabelSelector } from '../columns/selectors.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateJob } from '../validation/job.ts'
import { validateJobStatusUpdate } from '../validation/job-status.ts'
import { validateJobUpdate } from '../validation/job-update.ts'
import { jobSpecWarnings } from '../warnings/job-warnings.ts'
import { nameWarnings } from '../warnings/pod-warnings.ts'
import { jobDefaults } from './job-defaults.ts'

type Labels = Readonly<Record<string, string>>

const PREFIX = 'batch.kubernetes.io/'

/**
 * Pods are told apart by the uid of their Job, unless the client chose the selector itself.
 * Source: pkg/registry/batch/job/strategy.go generateSelector.
 */
function withSelector(job: Job): Job {
  const { spec, metadata } = job
  if (spec.manualSelector) return job
  const { name, uid = '' } = metadata
  const given = spec.template?.metadata?.labels
  const labels: Labels = {
    'job-name': name,
    [`${PREFIX}job-name`]: name,
    'controller-uid': uid,
    [`${PREFIX}controller-uid`]: uid,
    ...given,
  }
  const matchLabels = { [`${PREFIX}controller-uid`]: uid, ...spec.selector?.matchLabels }
  const template = { ...spec.template, metadata: { ...spec.template?.metadata, labels } } as JobSpec['template']
  // The labels of a Job that has none are its template's, and are one map with them in the real server.
  const shared = metadata.labels === given || Object.keys(metadata.labels ?? {}).length === 0
  return {
    ...job,
    metadata: shared ? { ...metadata, labels } : metadata,
    spec: { ...spec, selector: { ...spec.selector, matchLabels }, template },
  }
}

/** Source: pkg/registry/batch/job/strategy.go WarningsOnCreate, WarningsOnUpdate. */
function warnings({ metadata, spec }: Job, old: Job | undefined): readonly string[] {
  if (old) return old.metadata.generation === metadata.generation ? [] : jobSpecWarnings('spec', spec)
  return [...nameWarnings(metadata.name, 'Pod names and hostnames'), ...jobSpecWarnings('spec', spec)]
}

/** `3/5`, `1/1 of 2`. Source: printers.go printJob. */
function completionsText({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec
  const succeeded = status?.succeeded ?? 0
  if (completions !== undefined) return `${succeeded}/${completions}`
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationText({ status }: Job, now: number): string {
  if (!status?.startTime) return ''
  return humanDuration((status.completionTime ? parseTime(status.completionTime) : now) - parseTime(status.startTime))
}

function statusText({ metadata, status }: Job): string {
  const has = (type: string) =>
    status?.conditions?.some((each) => each.type === type && each.status === 'True') === true
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (metadata.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running'
}

const texts = workloadTexts.Job

export const job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  resource: 'jobs',
  singular: 'job',
  categories: ['all'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.batch.v1.Job',
  defaults: jobDefaults,
  prepareForCreate: (job) => withSelector({ ...job, status: {} }),
  prepareForUpdate: (job, old) => ({ ...job, status: old.status }) as Job,
  prepareForStatusUpdate: (job, old) => ({ ...job, spec: old.spec }),
  validate: (job) => validateJob(job),
  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatusUpdate,
  warnings,
  columns: [
    nameColumn,
    column('Status', texts.status, statusText),
    column('Completions', texts.completions, completionsText),
    column('Duration', texts.duration, durationText),
    ageColumn,
    ...containerColumns<Job>((each) => each.spec.template.spec?.containers),
    column('Selector', texts.selector, (each) => formatLabelSelector(each.spec.selector), { wide: true }),
  ],
  fieldSelectors: { 'status.successful': (each) => String(each.status?.succeeded ?? 0) },
  defaultPropagationPolicy: 'Orphan',
})
