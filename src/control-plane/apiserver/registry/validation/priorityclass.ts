import type { PriorityClass } from '../../../../api/types.ts'
import { systemPriorityClasses } from '../../bootstrap/priority-classes.ts'
import { type Errors, forbidden } from './field-error.ts'
import { validateImmutable } from './objectmeta.ts'
import { validatePreemptionPolicy } from './pod-spec.ts'

/** 1 billion. Source: pkg/apis/scheduling/types.go HighestUserDefinablePriority. */
const HIGHEST = 1_000_000_000

/** Source: pkg/apis/scheduling/validation/validation.go ValidatePriorityClass. */
export function validatePriorityClass(priorityClass: PriorityClass): Errors {
  const errors: Errors = []
  const { metadata, value = 0, preemptionPolicy } = priorityClass
  if (metadata.name?.startsWith('system-')) {
    const why = notSystem(priorityClass)
    const reserved = "priority class names with 'system-' prefix are reserved for system use only."
    if (why) forbidden(errors, 'metadata.name', `${reserved} error: ${why}`)
  } else if (value > HIGHEST) {
    forbidden(errors, 'value', `maximum allowed value of a user defined priority is ${HIGHEST}`)
  }
  if (preemptionPolicy !== undefined) validatePreemptionPolicy(errors, 'preemptionPolicy', preemptionPolicy)
  return errors
}

/** Source: pkg/apis/scheduling/v1/helpers.go IsKnownSystemPriorityClass. */
function notSystem({ metadata: { name }, value, globalDefault }: PriorityClass): string | undefined {
  const known = systemPriorityClasses.find((each) => each.metadata.name === name)
  if (!known) return `${name} is not a known system priority class`
  if (known.value !== value) return `value of ${name} PriorityClass must be ${known.value}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

export function validatePriorityClassUpdate(priorityClass: PriorityClass, old: PriorityClass): Errors {
  const errors: Errors = []
  if (priorityClass.value !== old.value) forbidden(errors, 'value', 'may not be changed in an update.')
  validateImmutable(errors, 'preemptionPolicy', priorityClass.preemptionPolicy, old.preemptionPolicy)
  return errors
}
