import { isLabelKey } from '../../../../../api/names.ts'
import { duplicate, type Errors, invalid, invalidEach } from '../field-error.ts'
import { eachOf } from './names.ts'

interface Bound {
  readonly bindingConditions?: readonly string[]
  readonly bindingFailureConditions?: readonly string[]
}

const MOST = 4

/** Source: pkg/apis/resource/validation/validation.go validateDeviceBindingParameters. */
export function validateBindingConditions(errors: Errors, path: string, bound: Bound): void {
  const { bindingConditions: wanted, bindingFailureConditions: failing } = bound
  const [to, from] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`]
  const check = (name: string, at: string) => invalidEach(errors, at, name, isLabelKey(name))
  eachOf(errors, to, wanted, MOST, check)
  eachOf(errors, from, failing, MOST, check)
  for (const [i, name] of (wanted ?? []).entries()) {
    if (wanted!.indexOf(name) < i) duplicate(errors, `${to}[${i}]`, name)
  }
  for (const [i, name] of (failing ?? []).entries()) {
    if (failing!.indexOf(name) < i) duplicate(errors, `${from}[${i}]`, name)
    if (!wanted?.includes(name)) continue
    invalid(errors, `${from}[${i}]`, name, 'bindingFailureConditions must not overlap with bindingConditions')
  }
  const [some, someFailing] = [(wanted ?? []).length > 0, (failing ?? []).length > 0]
  if (!some && someFailing) {
    invalid(errors, to, wanted, 'bindingConditions are required to use bindingFailureConditions')
  }
  if (some && !someFailing) {
    invalid(errors, from, failing, 'bindingFailureConditions are required to use bindingConditions')
  }
}
