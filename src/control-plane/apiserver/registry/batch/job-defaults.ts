import type { Job, JobSpec, PodFailurePolicy } from '../../../../api/types.ts'
import { podTemplateDefaults } from '../core/pod-defaults.ts'
import { MAX_INT32 } from '../validation/formats.ts'

/** Source: pkg/apis/batch/v1/defaults.go SetDefaults_PodFailurePolicyOnPodConditionsPattern. */
function failurePolicyDefaults(policy: PodFailurePolicy): PodFailurePolicy {
  if (!policy.rules?.some((rule) => rule.onPodConditions?.some(({ status }) => !status))) return policy
  const rules = policy.rules.map((rule) => {
    if (!rule.onPodConditions) return rule
    const onPodConditions = rule.onPodConditions.map((each) => (each.status ? each : { ...each, status: 'True' }))
    return { ...rule, onPodConditions }
  })
  return { ...policy, rules }
}

function isComplete(spec: JobSpec): boolean {
  return (
    spec.parallelism !== undefined &&
    spec.backoffLimit !== undefined &&
    spec.completionMode !== undefined &&
    spec.suspend !== undefined &&
    spec.podReplacementPolicy !== undefined &&
    spec.manualSelector !== undefined
  )
}

function specDefaults(spec: JobSpec): JobSpec {
  const template = podTemplateDefaults(spec.template)
  const policy = spec.podFailurePolicy && failurePolicyDefaults(spec.podFailurePolicy)
  if (template === spec.template && policy === spec.podFailurePolicy && isComplete(spec)) return spec
  const single = spec.completions === undefined && spec.parallelism === undefined
  return {
    ...spec,
    ...(single && { completions: 1 }),
    parallelism: spec.parallelism ?? 1,
    backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32),
    completionMode: spec.completionMode ?? 'NonIndexed',
    suspend: spec.suspend ?? false,
    podReplacementPolicy: spec.podReplacementPolicy ?? (policy ? 'Failed' : 'TerminatingOrFailed'),
    manualSelector: spec.manualSelector ?? false,
    ...(policy && { podFailurePolicy: policy }),
    template,
  }
}

/** Labels are the template's where there are none. Source: pkg/apis/batch/v1/defaults.go SetDefaults_Job. */
export function jobDefaults(job: Job): Job {
  if (!job.spec) return job
  const spec = specDefaults(job.spec)
  const labels = spec.template?.metadata?.labels
  const unlabelled = labels !== undefined && Object.keys(job.metadata.labels ?? {}).length === 0
  if (!unlabelled) return spec === job.spec ? job : { ...job, spec }
  return { ...job, metadata: { ...job.metadata, labels }, spec }
}

/** The job of a CronJob is completed as a template only. Source: pkg/apis/batch/v1/zz_generated.defaults.go SetObjectDefaults_CronJob. */
export function jobTemplateDefaults(spec: JobSpec): JobSpec {
  const template = podTemplateDefaults(spec.template)
  const policy = spec.podFailurePolicy && failurePolicyDefaults(spec.podFailurePolicy)
  if (template === spec.template && policy === spec.podFailurePolicy) return spec
  return { ...spec, template, ...(policy && { podFailurePolicy: policy }) }
}
