import type { PodTemplate } from '../../../../api/types.ts'
import type { Errors } from './field-error.ts'
import { validatePodTemplate } from './pod.ts'
import { podOptions } from './pod-options.ts'

/** Source: pkg/apis/core/validation/validation.go ValidatePodTemplate. */
export function validateTemplateObject({ template }: PodTemplate): Errors {
  const errors: Errors = []
  validatePodTemplate(errors, 'template', template ?? {}, podOptions)
  return errors
}
