import { isLabelKey, isLabelValue } from '../../../../api/names.ts'
import type { LabelSelector } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, invalidEach, required } from './field-error.ts'

/** Source: apimachinery/pkg/apis/meta/v1/validation/validation.go. */

type StringMap = Readonly<Record<string, string>>

export const validateLabelName = (errors: Errors, field: string, name: string): void =>
  invalidEach(errors, field, name, isLabelKey(name))

export function validateLabels(errors: Errors, field: string, labels: StringMap | undefined): void {
  if (!labels) return
  for (const key of Object.keys(labels)) {
    validateLabelName(errors, field, key)
    invalidEach(errors, field, labels[key], isLabelValue(labels[key]!))
  }
}

export function validateLabelSelector(
  errors: Errors,
  field: string,
  selector: LabelSelector | undefined,
  allowInvalidValues = false,
): void {
  if (!selector) return
  validateLabels(errors, `${field}.matchLabels`, selector.matchLabels)
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const path = `${field}.matchExpressions[${index}]`
    validateOperator(errors, path, operator, values)
    validateLabelName(errors, `${path}.key`, key)
    if (allowInvalidValues) continue
    for (const [i, value] of values.entries()) invalidEach(errors, `${path}.values[${i}]`, value, isLabelValue(value))
  }
}

function validateOperator(errors: Errors, path: string, operator: string, values: readonly string[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      required(errors, `${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      forbidden(errors, `${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    }
  } else invalid(errors, `${path}.operator`, operator, 'not a valid selector operator')
}

/** A map as Go marshals it: keys in order, `null` when there is none. */
export const sortedMap = (map: StringMap | undefined): StringMap | null =>
  map
    ? Object.fromEntries(
        Object.keys(map)
          .sort()
          .map((key) => [key, map[key]!]),
      )
    : null
