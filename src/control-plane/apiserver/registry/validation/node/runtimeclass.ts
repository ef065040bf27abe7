import { isDNS1123Label } from '../../../../../api/names.ts'
import type { RuntimeClass, Toleration } from '../../../../../api/types.ts'
import { duplicate, type Errors, invalidEach, required } from '../field-error.ts'
import { internalForm } from '../internal-form.ts'
import { validateLabels } from '../labels.ts'
import { validateImmutable } from '../objectmeta.ts'
import { podOptions } from '../pod-options.ts'
import { validateContainerResources } from '../resources.ts'
import { validateTolerations } from '../scheduling.ts'

/** Source: pkg/apis/node/validation/validation.go ValidateRuntimeClass. */
export function validateRuntimeClass({ handler = '', overhead, scheduling }: RuntimeClass): Errors {
  const errors: Errors = []
  if (handler === '') required(errors, 'handler')
  else invalidEach(errors, 'handler', handler, isDNS1123Label(handler))
  if (overhead !== undefined) {
    const limits = overhead.podFixed ?? {}
    validateContainerResources(errors, 'overhead', { limits }, new Set(), podOptions)
  }
  if (scheduling === undefined) return errors
  validateLabels(errors, 'scheduling.nodeSelector', scheduling.nodeSelector)
  const { tolerations = [] } = scheduling
  validateTolerations(errors, 'scheduling.tolerations', tolerations, podOptions)
  const keys = tolerations.map(keyOf)
  for (const [i, toleration] of tolerations.entries()) {
    if (keys.indexOf(keys[i]!) === i) continue
    duplicate(errors, `scheduling.tolerations[${i}]`, internalForm('Toleration', { ...toleration }))
  }
  return errors
}

const keyOf = ({ key = '', operator = '', value = '', effect = '' }: Toleration): string =>
  JSON.stringify([key, operator, value, effect])

/** Source: ValidateRuntimeClassUpdate. */
export function validateRuntimeClassUpdate(each: RuntimeClass, old: RuntimeClass): Errors {
  const errors = validateRuntimeClass(each)
  validateImmutable(errors, 'handler', each.handler, old.handler)
  return errors
}
