import type { PodTemplateSpec, ReplicationController } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { type Errors, invalid, required } from './field-error.ts'
import { sortedMap } from './labels.ts'
import { nonNegative } from './objectmeta.ts'
import { validateCounts, validateTemplate } from './workloads.ts'

/** Source: pkg/apis/core/validation/validation.go ValidateReplicationControllerSpec. */
export function validateReplicationController({ spec = {} }: ReplicationController): Errors {
  const errors: Errors = []
  const { selector = {}, template } = spec
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  if (Object.keys(selector).length === 0) required(errors, 'spec.selector')
  if (spec.replicas === undefined) required(errors, 'spec.replicas')
  else nonNegative(errors, 'spec.replicas', spec.replicas)
  if (!template) required(errors, 'spec.template')
  else validateOwnTemplate(errors, selector, template)
  return errors
}

function validateOwnTemplate(
  errors: Errors,
  selector: Readonly<Record<string, string>>,
  template: PodTemplateSpec,
): void {
  const labels = template.metadata?.labels
  if (!Object.entries(selector).every(([key, value]) => labels?.[key] === value)) {
    const detail = '`selector` does not match template `labels`'
    invalid(errors, 'spec.template.metadata.labels', sortedMap(labels), detail)
  }
  validateTemplate(errors, 'spec.template', template, 'ReplicationController')
}

const NON_CONVERTIBLE = 'non-convertible.kubernetes.io/'

/** Source: pkg/registry/core/replicationcontroller/strategy.go ValidateUpdate. */
export function validateReplicationControllerUpdate(now: ReplicationController, old: ReplicationController): Errors {
  const errors = validateReplicationController(now)
  for (const key of Object.keys(old.metadata.annotations ?? {})) {
    if (!key.startsWith(`${NON_CONVERTIBLE}selector`)) continue
    if (semanticallyEqual(now.spec?.selector, old.spec?.selector)) continue
    invalid(errors, 'spec.selector', sortedMap(now.spec?.selector), 'cannot update non-convertible selector')
  }
  return errors
}

const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const
const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const

export function validateReplicationControllerStatusUpdate({ status }: ReplicationController): Errors {
  const errors: Errors = []
  validateCounts(errors, status ?? {}, counts, parts)
  return errors
}
