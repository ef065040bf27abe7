import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../../../api/types.ts'
import { type Errors, invalid, notSupported } from './field-error.ts'
import { internalForm } from './internal-form.ts'
import { validateLabelSelector } from './labels.ts'
import { nonNegative } from './objectmeta.ts'
import { validateAtMost100, validateIntOrPercent } from './workloads.ts'

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

/** Source: pkg/apis/policy/validation/validation.go ValidatePodDisruptionBudgetSpec. */
function specErrors(spec: PodDisruptionBudgetSpec, allowInvalidValues: boolean): Errors {
  const errors: Errors = []
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const form = internalForm('PodDisruptionBudgetSpec', { ...spec })
    invalid(errors, 'spec', form, 'minAvailable and maxUnavailable cannot be both set')
  }
  for (const member of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[member]
    if (value === undefined) continue
    validateIntOrPercent(errors, `spec.${member}`, value)
    validateAtMost100(errors, `spec.${member}`, value)
  }
  validateLabelSelector(errors, 'spec.selector', spec.selector, allowInvalidValues)
  const policy = spec.unhealthyPodEvictionPolicy
  if (policy !== undefined && !evictionPolicies.includes(policy)) {
    notSupported(errors, 'spec.unhealthyPodEvictionPolicy', policy, evictionPolicies)
  }
  return errors
}

export const validatePodDisruptionBudget = ({ spec }: PodDisruptionBudget): Errors => specErrors(spec ?? {}, false)

/** A selector that was wrong before may stay so. */
export function validatePodDisruptionBudgetUpdate({ spec }: PodDisruptionBudget, old: PodDisruptionBudget): Errors {
  const faults: Errors = []
  validateLabelSelector(faults, '', old.spec?.selector)
  return specErrors(spec ?? {}, faults.length > 0)
}

export function validatePodDisruptionBudgetStatusUpdate({ status }: PodDisruptionBudget): Errors {
  const errors: Errors = []
  for (const count of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const)
    nonNegative(errors, `status.${count}`, status?.[count])
  return errors
}
