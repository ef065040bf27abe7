import type { MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBinding } from '../../../../../api/types.ts'
import { duplicate, type Errors, invalid, required } from '../field-error.ts'
import { supported, validateMatchResources, validateParamRef, validatePolicyName } from './rules.ts'

/** Source: pkg/apis/admissionregistration/validation/validation.go. */

export function validateMutatingBinding({ spec }: MutatingAdmissionPolicyBinding): Errors {
  const errors: Errors = []
  validatePolicyName(errors, spec?.policyName)
  validateParamRef(errors, spec?.paramRef)
  validateMatchResources(errors, 'spec.matchResources', spec?.matchResources)
  return errors
}

const ACTIONS = ['Audit', 'Deny', 'Warn']

export function validateValidatingBinding(binding: ValidatingAdmissionPolicyBinding): Errors {
  const errors = validateMutatingBinding(binding as unknown as MutatingAdmissionPolicyBinding)
  const field = 'spec.validationActions'
  const actions = binding.spec?.validationActions ?? []
  for (const [i, action] of actions.entries()) {
    supported(errors, `${field}[${i}]`, action, ACTIONS)
    if (actions.indexOf(action) < i) duplicate(errors, `${field}[${i}]`, action)
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why = 'repeating the same validation failure information in the API response and headers serves no purpose'
    invalid(errors, field, actions, `must not contain both Deny and Warn (${why})`)
  }
  if (actions.length === 0) required(errors, field, 'at least one validation action is required')
  return errors
}
