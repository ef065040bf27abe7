import { isPathSegmentName } from '../../../../api/names.ts'
import type { CrossVersionObjectReference } from '../../../../api/types.ts'
import { type Errors, invalid, invalidEach, required } from './field-error.ts'

/** What an autoscaler points to. Source: pkg/apis/autoscaling/validation/validation.go. */
export interface ReferenceOptions {
  readonly allowEmptyAPIGroup: boolean
  readonly allowInvalidAPIVersion: boolean
}

/** Source: ValidateCrossVersionObjectReference. */
export function validateReference(
  errors: Errors,
  field: string,
  reference: CrossVersionObjectReference,
  options: ReferenceOptions,
): void {
  for (const member of ['kind', 'name'] as const) {
    const value = reference[member]
    if (!value) required(errors, `${field}.${member}`)
    else invalidEach(errors, `${field}.${member}`, value, isPathSegmentName(value))
  }
  const fault = versionFault(reference, options)
  if (fault !== undefined) invalid(errors, `${field}.apiVersion`, reference.apiVersion ?? '', fault)
}

/** Source: ValidateAPIVersion. */
export function versionFault(
  { apiVersion = '' }: CrossVersionObjectReference,
  options: ReferenceOptions,
): string | undefined {
  if (options.allowInvalidAPIVersion) return undefined
  const parts = apiVersion === '/' ? [] : apiVersion.split('/')
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`
  const group = parts.length === 2 ? parts[0] : ''
  return group === '' && !options.allowEmptyAPIGroup ? 'apiVersion must specify API group' : undefined
}
