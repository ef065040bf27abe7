import type { Affinity, Job, JobSpec, PodSpec, PodTemplateSpec } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { type Errors, invalid } from './field-error.ts'
import { IMMUTABLE } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { validateJob, validateJobSpec } from './job.ts'
import { validateImmutable } from './objectmeta.ts'

/** Source: pkg/registry/batch/job/strategy.go ValidateUpdate and pkg/apis/batch/validation/validation.go ValidateJobSpecUpdate. */
export function validateJobUpdate(job: Job, old: Job): Errors {
  const labels = old.spec.template?.metadata?.labels
  const prefixed = ['job-name', 'controller-uid'].every((name) => labels?.[`batch.kubernetes.io/${name}`] !== undefined)
  const errors = validateJob(job, prefixed)
  const { spec } = job
  // Upstream checks the spec twice; only what the first round did not say is new.
  if (errors.length === 0) validateJobSpec(errors, spec)
  validateCompletions(errors, spec, old.spec)
  validateImmutable(errors, 'spec.selector', spec.selector, old.spec.selector)
  validateTemplateUpdate(errors, job, old)
  validateImmutable(errors, 'spec.completionMode', spec.completionMode, old.spec.completionMode)
  immutableForm(errors, 'spec.podFailurePolicy', 'PodFailurePolicy', spec.podFailurePolicy, old.spec.podFailurePolicy)
  validateImmutable(errors, 'spec.backoffLimitPerIndex', spec.backoffLimitPerIndex, old.spec.backoffLimitPerIndex)
  validateImmutable(errors, 'spec.managedBy', spec.managedBy, old.spec.managedBy)
  immutableForm(errors, 'spec.successPolicy', 'SuccessPolicy', spec.successPolicy, old.spec.successPolicy)
  return errors
}

function immutableForm(errors: Errors, field: string, type: string, now: object | undefined, old: unknown): void {
  if (!semanticallyEqual(now, old)) invalid(errors, field, now ? internalForm(type, { ...now }) : null, IMMUTABLE)
}

/** Indexed Jobs may grow and shrink with their parallelism. */
function validateCompletions(errors: Errors, spec: JobSpec, old: JobSpec): void {
  const { completions, parallelism } = spec
  if (spec.completionMode !== 'Indexed') validateImmutable(errors, 'spec.completions', completions, old.completions)
  else if (completions !== undefined && completions !== old.completions && completions !== parallelism) {
    invalid(errors, 'spec.completions', completions, 'can only be modified in tandem with spec.parallelism')
  }
}

/** A Job that is suspended and runs nothing may still be changed in where its pods go and what they need. */
function mayChangeTemplate({ spec, status }: Job): boolean {
  const suspended = status?.conditions?.some(({ type, status: is }) => type === 'Suspended' && is === 'True') === true
  return spec.suspend === true && (status?.startTime === undefined || suspended) && (status?.active ?? 0) === 0
}

function validateTemplateUpdate(errors: Errors, job: Job, old: Job): void {
  const template = job.spec.template ?? {}
  const before = old.spec.template ?? {}
  if (!mayChangeTemplate(old)) {
    if (!semanticallyEqual(template, before)) invalid(errors, 'spec.template', templateForm(template), IMMUTABLE)
    return
  }
  const spec: PodSpec = template.spec ?? { containers: [] }
  const allowed = withResources(withDirectives(before.spec ?? { containers: [] }, spec), spec)
  if (!semanticallyEqual(spec, allowed)) {
    invalid(errors, 'spec.template.spec', internalForm('PodSpec', { ...spec }), IMMUTABLE)
  }
}

/** An embedded struct in Go: the metadata's members stand beside the spec. */
const templateForm = ({ metadata, spec }: PodTemplateSpec): unknown => ({
  ...metadata,
  Spec: internalForm('PodSpec', { ...(spec ?? { containers: [] }) }),
})

function withDirectives(old: PodSpec, spec: PodSpec): PodSpec {
  const { nodeSelector, tolerations, schedulingGates } = spec
  const affinity = withNodeAffinity(old.affinity, spec.affinity)
  return { ...old, nodeSelector, tolerations, schedulingGates, affinity } as PodSpec
}

function withNodeAffinity(old: Affinity | undefined, now: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _, ...others } = old ?? {}
  if (!now) return Object.keys(others).length > 0 ? others : undefined
  return now.nodeAffinity ? { ...others, nodeAffinity: now.nodeAffinity } : others
}

/** Source: validatePodResourceUpdatesOnly. */
function withResources(old: PodSpec, spec: PodSpec): PodSpec {
  const taken = (list: 'containers' | 'initContainers') => {
    const [before, now] = [old[list] ?? [], spec[list] ?? []]
    if (before.length !== now.length) return old[list]
    return before.map((each, i) => (each.name === now[i]!.name ? { ...each, resources: now[i]!.resources } : each))
  }
  return { ...old, containers: taken('containers'), initContainers: taken('initContainers') } as PodSpec
}
