import { isDNS1123Label } from '../../../../api/names.ts'
import type { Job, JobSpec } from '../../../../api/types.ts'
import { validateDomainPrefixedPath } from './domain-path.ts'
import { type Errors, invalid, notSupported, required, tooLong } from './field-error.ts'
import { internalForm } from './internal-form.ts'
import { validatePodFailurePolicy, validateSuccessPolicy } from './job-policies.ts'
import { sortedMap, validateLabelSelector } from './labels.ts'
import { nonNegative } from './objectmeta.ts'
import { validatePodTemplate } from './pod.ts'
import { podOptions } from './pod-options.ts'
import { MISMATCH, matches } from './workloads.ts'

/** Source: pkg/apis/batch/validation/validation.go. */
const MOST_PARALLEL = 100_000
const MOST_FAILED = 100_000
const MANY_COMPLETIONS = 100_000
const MOST_FOR_MANY = 10_000
const MOST_MANAGER_LENGTH = 63

/** @param prefixed whether the labels with the batch prefix must be there; Jobs made by old servers lack them */
export function validateJob(job: Job, prefixed = true): Errors {
  const errors: Errors = []
  const { spec, metadata } = job
  validateGeneratedSelector(errors, job, prefixed)
  validateJobSpec(errors, spec)
  if (spec.completionMode === 'Indexed' && spec.completions) {
    const name = metadata.name ?? ''
    const hostname = `${name}-${spec.completions - 1}`
    const detail = `will not able to create pod with invalid DNS label: ${hostname}`
    if (isDNS1123Label(hostname).length > 0) invalid(errors, 'metadata.name', name, detail)
  }
  return errors
}

/** Source: ValidateJobSpec. */
export function validateJobSpec(errors: Errors, spec: JobSpec): void {
  validateJobBody(errors, 'spec', spec)
  if (!spec.selector) required(errors, 'spec.selector')
  else validateLabelSelector(errors, 'spec.selector', spec.selector)
  if (matches(spec.selector, spec.template ?? {}) === false) {
    invalid(errors, 'spec.template.metadata.labels', sortedMap(spec.template?.metadata?.labels), MISMATCH)
  }
}

const PREFIX = 'batch.kubernetes.io/'

function validateGeneratedSelector(errors: Errors, { metadata, spec }: Job, prefixed: boolean): void {
  if (spec.manualSelector || !spec.selector) return
  const { name, uid = '' } = metadata
  if (uid === '') required(errors, 'metadata.uid')
  const plain = { 'controller-uid': uid, 'job-name': name }
  const full = { [`${PREFIX}controller-uid`]: uid, [`${PREFIX}job-name`]: name }
  const expected: Readonly<Record<string, string>> = { ...plain, ...(prefixed && full) }
  const labels = spec.template?.metadata?.labels
  for (const [key, value] of Object.entries(expected)) {
    const field = `spec.template.metadata.labels[${key}]`
    const actual = labels?.[key]
    if (actual === undefined) required(errors, field, `must be '${value}'`)
    else if (actual !== value) invalid(errors, field, sortedMap(labels), `must be '${value}'`)
  }
  if (matches(spec.selector, { metadata: { labels: expected } as never }) === false) {
    invalid(errors, 'spec.selector', spec.selector, '`selector` not auto-generated')
  }
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

/** All but the selector, which the jobs of a CronJob have none of. Source: validateJobSpec. */
export function validateJobBody(errors: Errors, path: string, spec: JobSpec): void {
  for (const count of counts) nonNegative(errors, `${path}.${count}`, spec[count])
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    required(errors, `${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')
  }
  if (spec.managedBy !== undefined) {
    validateDomainPrefixedPath(errors, `${path}.managedBy`, spec.managedBy)
    if (spec.managedBy.length > MOST_MANAGER_LENGTH) tooLong(errors, `${path}.managedBy`, MOST_MANAGER_LENGTH)
  }
  validateCompletionMode(errors, path, spec)
  if (spec.podFailurePolicy) validatePodFailurePolicy(errors, `${path}.podFailurePolicy`, spec)
  if (spec.successPolicy) {
    const field = `${path}.successPolicy`
    if (spec.completionMode === 'Indexed') validateSuccessPolicy(errors, field, spec)
    else invalid(errors, field, internalForm('SuccessPolicy', { ...spec.successPolicy }), NOT_INDEXED)
  }
  validateReplacementPolicy(errors, `${path}.podReplacementPolicy`, spec)
  validatePodTemplate(errors, `${path}.template`, spec.template ?? {}, podOptions)
  validateRestartPolicy(errors, `${path}.template.spec.restartPolicy`, spec)
}

const NOT_INDEXED = 'requires indexed completion mode'

function validateCompletionMode(errors: Errors, path: string, spec: JobSpec): void {
  const { completionMode = 'NonIndexed', backoffLimitPerIndex, maxFailedIndexes } = spec
  if (completionMode === 'Indexed') validateIndexed(errors, path, spec)
  else if (completionMode !== 'NonIndexed') {
    notSupported(errors, `${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed'])
  } else {
    if (backoffLimitPerIndex !== undefined)
      invalid(errors, `${path}.backoffLimitPerIndex`, backoffLimitPerIndex, NOT_INDEXED)
    if (maxFailedIndexes !== undefined) invalid(errors, `${path}.maxFailedIndexes`, maxFailedIndexes, NOT_INDEXED)
  }
}

function validateIndexed(errors: Errors, path: string, spec: JobSpec): void {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec
  const atMost = (member: 'parallelism' | 'maxFailedIndexes', value: number, most: number, when = '') => {
    if (value > most) invalid(errors, `${path}.${member}`, value, `must be less than or equal to ${most}${when}`)
  }
  if (completions === undefined) required(errors, `${path}.completions`, 'when completion mode is Indexed')
  atMost('parallelism', parallelism, MOST_PARALLEL, ' when completion mode is Indexed')
  if (completions !== undefined && failed !== undefined && failed > completions) {
    invalid(errors, `${path}.maxFailedIndexes`, failed, 'must be less than or equal to completions')
  }
  atMost('maxFailedIndexes', failed ?? 0, MOST_FAILED)
  if (completions === undefined || completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return
  if (failed === undefined) {
    required(errors, `${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`)
  }
  const when = ` when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`
  atMost('parallelism', parallelism, MOST_FOR_MANY, when)
  atMost('maxFailedIndexes', failed ?? 0, MOST_FOR_MANY, when)
}

function validateReplacementPolicy(
  errors: Errors,
  field: string,
  { podReplacementPolicy: policy, podFailurePolicy }: JobSpec,
): void {
  if (policy === undefined) return
  const supported = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  if (!supported.includes(policy)) notSupported(errors, field, policy, supported)
}

function validateRestartPolicy(errors: Errors, field: string, { template, podFailurePolicy }: JobSpec): void {
  const policy = template?.spec?.restartPolicy ?? ''
  if (policy === 'Always' || policy === '') required(errors, field, 'valid values: "OnFailure", "Never"')
  else if (policy !== 'OnFailure' && policy !== 'Never') notSupported(errors, field, policy, ['OnFailure', 'Never'])
  else if (podFailurePolicy && policy !== 'Never') {
    invalid(errors, field, policy, 'only "Never" is supported when podFailurePolicy is specified')
  }
}
