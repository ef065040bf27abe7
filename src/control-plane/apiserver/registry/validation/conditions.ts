import { isLabelKey, regexError } from '../../../../api/names.ts'
import type { Condition } from '../../../../api/types.ts'
import {
  byteLength,
  duplicate,
  type Errors,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
} from './field-error.ts'
import { IS_NEGATIVE } from './formats.ts'

/** Source: apimachinery/pkg/apis/meta/v1/validation/validation.go ValidateConditions. */

const MAX_REASON = 1024
const MAX_MESSAGE = 32 * 1024
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const reasonPattern = new RegExp(`^${REASON}$`)
const REASON_RULE =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
const STATUSES = ['False', 'True', 'Unknown']

export function validateConditions(errors: Errors, field: string, conditions: readonly Condition[] = []): void {
  for (const [i, condition] of conditions.entries()) {
    const path = `${field}[${i}]`
    if (conditions.findIndex(({ type }) => type === condition.type) < i)
      duplicate(errors, `${path}.type`, condition.type)
    validateCondition(errors, path, condition)
  }
}

function validateCondition(errors: Errors, path: string, condition: Condition): void {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition
  invalidEach(errors, `${path}.type`, type, isLabelKey(type))
  if (!STATUSES.includes(status)) notSupported(errors, `${path}.status`, status, STATUSES)
  if (observedGeneration < 0) {
    invalid(errors, `${path}.observedGeneration`, observedGeneration, IS_NEGATIVE.replace('0', 'zero'))
  }
  if (!lastTransitionTime) required(errors, `${path}.lastTransitionTime`)
  if (reason === '') required(errors, `${path}.reason`)
  else if (!reasonPattern.test(reason)) {
    const examples = ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB']
    invalid(errors, `${path}.reason`, reason, regexError(REASON_RULE, REASON, ...examples))
  }
  if (byteLength(reason) > MAX_REASON) tooLong(errors, `${path}.reason`, MAX_REASON)
  if (byteLength(message) > MAX_MESSAGE) tooLong(errors, `${path}.message`, MAX_MESSAGE)
}
