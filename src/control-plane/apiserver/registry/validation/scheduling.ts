import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, isLabelValue } from '../../../../api/names.ts'
import type {
  Affinity,
  LabelSelector,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
} from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { decimalInteger } from './formats.ts'
import { validateLabelName, validateLabelSelector } from './labels.ts'
import type { PodOptions } from './pod-options.ts'

/** Where a pod wants to be. Source: pkg/apis/core/validation/validation.go. */

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

export function validateAffinity(
  errors: Errors,
  field: string,
  affinity: Affinity | undefined,
  options: PodOptions,
): void {
  if (!affinity) return
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  if (nodeAffinity?.[REQUIRED]) {
    const path = `${field}.nodeAffinity.${REQUIRED}`
    validateNodeSelector(errors, path, nodeAffinity[REQUIRED], options.allowInvalidLabelValueInRequiredNodeAffinity)
  }
  for (const [i, { weight, preference }] of (nodeAffinity?.[PREFERRED] ?? []).entries()) {
    const path = `${field}.nodeAffinity.${PREFERRED}[${i}]`
    validateWeight(errors, path, weight)
    validateNodeSelectorTerm(errors, `${path}.preference`, preference, true)
  }
  validatePodAffinity(errors, `${field}.podAffinity`, podAffinity, options)
  validatePodAffinity(errors, `${field}.podAntiAffinity`, podAntiAffinity, options)
}

function validateWeight(errors: Errors, path: string, weight = 0): void {
  if (weight <= 0 || weight > 100) invalid(errors, `${path}.weight`, weight, 'must be in the range 1-100')
}

export function validateNodeSelector(
  errors: Errors,
  field: string,
  selector: NodeSelector,
  allowInvalidValues: boolean,
) {
  const terms = selector.nodeSelectorTerms ?? []
  const path = `${field}.nodeSelectorTerms`
  if (terms.length === 0) required(errors, path, 'must have at least one node selector term')
  for (const [i, term] of terms.entries()) validateNodeSelectorTerm(errors, `${path}[${i}]`, term, allowInvalidValues)
}

function validateNodeSelectorTerm(
  errors: Errors,
  field: string,
  term: NodeSelectorTerm,
  allowInvalidValues: boolean,
): void {
  for (const [i, requirement] of (term.matchExpressions ?? []).entries()) {
    validateRequirement(errors, `${field}.matchExpressions[${i}]`, requirement, allowInvalidValues)
  }
  for (const [i, requirement] of (term.matchFields ?? []).entries()) {
    validateFieldRequirement(errors, `${field}.matchFields[${i}]`, requirement)
  }
}

function validateRequirement(
  errors: Errors,
  field: string,
  { key = '', operator = '', values = [] }: NodeSelectorRequirement,
  allowInvalidValues: boolean,
): void {
  const path = `${field}.values`
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) required(errors, path, "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) forbidden(errors, path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) required(errors, path, "must be specified single value when `operator` is 'Lt' or 'Gt'")
  } else invalid(errors, `${field}.operator`, operator, 'not a valid selector operator')
  validateLabelName(errors, `${field}.key`, key)
  if (allowInvalidValues) return
  for (const [i, value] of values.entries()) invalidEach(errors, `${path}[${i}]`, value, isLabelValue(value))
}

function validateFieldRequirement(
  errors: Errors,
  field: string,
  { key = '', operator = '', values = [] }: NodeSelectorRequirement,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
    if (values.length !== 1) required(errors, `${field}.values`, detail)
  } else invalid(errors, `${field}.operator`, operator, 'not a valid selector operator')
  if (key !== 'metadata.name') invalid(errors, `${field}.key`, key, 'not a valid field selector key')
  else {
    for (const [i, value] of values.entries()) {
      invalidEach(errors, `${field}.values[${i}]`, value, isDNS1123Subdomain(value))
    }
  }
}

function validatePodAffinity(
  errors: Errors,
  field: string,
  affinity: PodAffinity | undefined,
  options: PodOptions,
): void {
  const allow = options.allowInvalidLabelValueInSelector
  for (const [i, term] of (affinity?.[REQUIRED] ?? []).entries()) {
    validatePodAffinityTerm(errors, `${field}.${REQUIRED}[${i}]`, term, allow)
  }
  for (const [i, { weight, podAffinityTerm }] of (affinity?.[PREFERRED] ?? []).entries()) {
    const path = `${field}.${PREFERRED}[${i}]`
    validateWeight(errors, path, weight)
    validatePodAffinityTerm(errors, `${path}.podAffinityTerm`, podAffinityTerm, allow)
  }
}

function validatePodAffinityTerm(
  errors: Errors,
  field: string,
  term: PodAffinityTerm,
  allowInvalidValues: boolean,
): void {
  validateLabelSelector(errors, `${field}.labelSelector`, term.labelSelector, allowInvalidValues)
  validateLabelSelector(errors, `${field}.namespaceSelector`, term.namespaceSelector, allowInvalidValues)
  for (const name of term.namespaces ?? []) invalidEach(errors, `${field}.namespace`, name, isDNS1123Label(name))
  validateMatchLabelKeys(errors, field, term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector)
  const { topologyKey = '' } = term
  if (topologyKey === '') required(errors, `${field}.topologyKey`, 'can not be empty')
  validateLabelName(errors, `${field}.topologyKey`, topologyKey)
}

/** Source: ValidateMatchLabelKeysAndMismatchLabelKeys. */
export function validateMatchLabelKeys(
  errors: Errors,
  field: string,
  match: readonly string[] = [],
  mismatch: readonly string[] = [],
  selector: LabelSelector | undefined,
): void {
  validateLabelKeys(errors, `${field}.matchLabelKeys`, match, selector)
  validateLabelKeys(errors, `${field}.mismatchLabelKeys`, mismatch, selector)
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}))
  for (const { key } of selector?.matchExpressions ?? []) {
    const index = match.lastIndexOf(key)
    if (index >= 0 && seen.has(key)) {
      invalid(errors, `${field}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')
    }
    seen.add(key)
  }
  for (const [i, key] of match.entries()) {
    if (!mismatch.includes(key)) continue
    invalid(errors, `${field}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')
  }
}

function validateLabelKeys(
  errors: Errors,
  field: string,
  keys: readonly string[],
  selector: LabelSelector | undefined,
) {
  if (keys.length === 0) return
  if (!selector) forbidden(errors, field, 'must not be specified when labelSelector is not set')
  else for (const [i, key] of keys.entries()) validateLabelName(errors, `${field}[${i}]`, key)
}

const equalOrExists = ['Equal', 'Exists']

export function validateTolerations(
  errors: Errors,
  field: string,
  tolerations: readonly Toleration[] = [],
  options: PodOptions,
): void {
  for (const [i, toleration] of tolerations.entries()) {
    const { key = '', operator = '', effect = '', tolerationSeconds } = toleration
    const path = `${field}[${i}]`
    if (key !== '') invalidEach(errors, `${path}.key`, key, isLabelKey(key))
    else if (operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      invalid(errors, `${path}.operator`, operator, detail)
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      invalid(errors, `${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    validateTolerationValue(errors, path, toleration, options)
    if (effect !== '') validateTaintEffect(errors, `${path}.effect`, effect)
  }
}

const INT64 = 1n << 63n

function validateTolerationValue(
  errors: Errors,
  path: string,
  { operator = '', value = '' }: Toleration,
  options: PodOptions,
): void {
  const field = `${path}.operator`
  if (operator === 'Equal' || operator === '') {
    const wrong = isLabelValue(value)
    if (wrong.length > 0) invalid(errors, field, value, wrong.join(';'))
  } else if (operator === 'Exists') {
    if (value !== '') invalid(errors, field, value, "value must be empty when `operator` is 'Exists'")
  } else if (operator !== 'Lt' && operator !== 'Gt') notSupported(errors, field, operator, equalOrExists)
  else if (!options.allowTaintTolerationComparisonOperators) {
    notSupported(errors, field, operator, [...equalOrExists, 'Lt', 'Gt'])
  } else validateTolerationNumber(errors, `${path}.value`, value)
}

function validateTolerationNumber(errors: Errors, field: string, value: string): void {
  invalidEach(errors, field, value, decimalInteger(value))
  const parsing = `strconv.ParseInt: parsing ${JSON.stringify(value)}`
  if (!/^[+-]?\d+$/.test(value)) invalid(errors, field, value, `${parsing}: invalid syntax`)
  else if (BigInt(value) >= INT64 || BigInt(value) < -INT64)
    invalid(errors, field, value, `${parsing}: value out of range`)
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function validateTaintEffect(errors: Errors, field: string, effect: string): void {
  if (!effects.includes(effect)) notSupported(errors, field, effect, effects)
}
