import { isDNS1123Label, isLabelKey, isLabelValue } from '../../../../../api/names.ts'
import { addQuantities, canonicalQuantity, compareQuantities, quantityValue } from '../../../../../api/quantity.ts'
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  Device,
  DeviceAttribute,
  DeviceCapacity,
  DeviceCounterConsumption,
  DeviceTaint,
} from '../../../../../api/types.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import {
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  required,
  tooLong,
} from '../field-error.ts'
import { internalForm } from '../internal-form.ts'
import { validateBindingConditions } from './binding-conditions.ts'
import { TAINT_EFFECTS } from './claim.ts'
import { eachOf, setOf, validateQualifiedName } from './names.ts'
import { validateCounterName, validateCounters, validatePlaces } from './slice-parts.ts'

/** Source: pkg/apis/resource/validation/validation.go validateDevice. */

const MAX_ATTRIBUTES = 32
const MAX_VALUES = 48
const MAX_VALUE = 64
const MAX_TAINTS = 16
const MAX_CONSUMPTIONS = 2
const MAX_OPTIONS = 10

export function validateDevice(
  errors: Errors,
  path: string,
  device: Device,
  old: Device | undefined,
  placed: boolean,
): void {
  const { name = '', attributes = {}, capacity = {}, taints, consumesCounters } = device
  invalidEach(errors, `${path}.name`, name, isDNS1123Label(name))
  validateSizes(errors, path, attributes, capacity)
  for (const [key, attribute] of Object.entries(attributes)) {
    validateQualifiedName(errors, `${path}.attributes`, key)
    validateAttribute(errors, `${path}.attributes[${key}]`, attribute)
  }
  for (const [key, each] of Object.entries(capacity)) {
    validateQualifiedName(errors, `${path}.capacity`, key)
    validateCapacity(errors, `${path}.capacity[${key}].requestPolicy`, each, device.allowMultipleAllocations ?? false)
  }
  if (!semanticallyEqual(old?.taints, taints)) {
    eachOf(errors, `${path}.taints`, taints, MAX_TAINTS, (taint, at) => validateTaint(errors, at, taint))
  }
  const consumed = ({ counterSet, counters }: DeviceCounterConsumption, at: string) => {
    validateCounterName(errors, `${at}.counterSet`, counterSet)
    validateCounters(errors, `${at}.counters`, counters)
  }
  setOf(errors, `${path}.consumesCounters`, consumesCounters, MAX_CONSUMPTIONS, consumed, (each) => each.counterSet)
  validatePlace(errors, path, device, placed)
  validateBindingConditions(errors, path, device)
  validateMappings(errors, `${path}.nodeAllocatableResourceMappings`, device)
}

const LISTS = ['bools', 'ints', 'strings', 'versions'] as const

function validateSizes(
  errors: Errors,
  path: string,
  attributes: Readonly<Record<string, DeviceAttribute>>,
  capacity: Readonly<Record<string, DeviceCapacity>>,
): void {
  const total = Object.keys(attributes).length + Object.keys(capacity).length
  if (total > MAX_ATTRIBUTES) {
    invalid(errors, path, total, `the total number of attributes and capacities must not exceed ${MAX_ATTRIBUTES}`)
  }
  const counts = Object.values(attributes).map((each) => {
    return LISTS.reduce((sum, list) => sum + (each[list]?.length ?? 0), 0) || 1
  })
  const values = counts.reduce((sum, count) => sum + count, 0)
  if (values > MAX_VALUES) {
    invalid(errors, path, values, `the total number of attribute values must not exceed ${MAX_VALUES}`)
  }
}

const NUMBER = '(0|[1-9]\\d*)'
const PRE = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)'
const BUILD = '[0-9a-zA-Z-]+'
const semver = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${PRE}(\\.${PRE})*)?(\\+${BUILD}(\\.${BUILD})*)?$`)

function validateText(errors: Errors, path: string, text: string, isVersion: boolean): void {
  if (isVersion && !semver.test(text)) {
    invalid(errors, path, text, 'must be a string compatible with semver.org spec 2.0.0')
  }
  if (text.length > MAX_VALUE) tooLong(errors, path, MAX_VALUE)
}

function validateAttribute(errors: Errors, path: string, attribute: DeviceAttribute): void {
  const { string, version } = attribute
  if (string !== undefined) validateText(errors, `${path}.string`, string, false)
  if (version !== undefined) validateText(errors, `${path}.version`, version, true)
  for (const list of LISTS) {
    const values = attribute[list]
    if (values?.length === 0) invalid(errors, `${path}.${list}`, values, 'must not be empty if specified')
    if (list === 'bools' || list === 'ints') continue
    for (const [i, text] of (attribute[list] ?? []).entries()) {
      validateText(errors, `${path}.${list}[${i}]`, text, list === 'versions')
    }
  }
  const set = (['bool', 'int', 'string', 'version', ...LISTS] as const).filter(
    (field) => attribute[field] !== undefined,
  )
  if (set.length === 1) return
  const value = set.length === 0 ? '' : internalForm('DeviceAttribute', { ...attribute })
  invalid(errors, path, value, 'exactly one value must be specified')
}

function validateCapacity(errors: Errors, path: string, { value, requestPolicy }: DeviceCapacity, many: boolean): void {
  if (requestPolicy === undefined) return
  if (!many) {
    forbidden(errors, path, 'allowMultipleAllocations must be true')
    return
  }
  const { validValues = [], validRange, default: standard } = requestPolicy
  if (validValues.length > 0 && validRange !== undefined) {
    const both = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'
    forbidden(errors, path, both)
    return
  }
  const kind = validValues.length > 0 ? 'validValues' : 'validRange'
  if (validValues.length === 0 && validRange === undefined) return
  if (standard === undefined) required(errors, `${path}.default`, `required when ${kind} is defined`)
  else if (validRange === undefined) validateOptions(errors, `${path}.validValues`, requestPolicy, standard, value)
  else validateRange(errors, `${path}.validRange`, validRange, standard, value)
}

const text = canonicalQuantity

function validateOptions(
  errors: Errors,
  path: string,
  { validValues: values = [] }: CapacityRequestPolicy,
  standard: string,
  most: string,
): void {
  for (const [i, value] of values.entries()) {
    if (i === 0 || compareQuantities(values[i - 1]!, value) <= 0) continue
    invalid(errors, `${path}[${i}]`, text(value), 'values must be sorted in ascending order')
  }
  const check = (option: string, at: string) => {
    if (compareQuantities(option, most) <= 0) return
    invalid(errors, at, text(option), `option is larger than capacity value: ${text(most)}`)
  }
  setOf(errors, path, values, MAX_OPTIONS, check, (option) => String(quantityValue(option)))
  if (values.some((option) => compareQuantities(option, standard) === 0)) return
  invalid(errors, path, text(standard), 'default value is not valid according to the requestPolicy')
}

function validateRange(
  errors: Errors,
  path: string,
  { min, max, step }: CapacityRequestPolicyRange,
  standard: string,
  most: string,
): void {
  if (min === undefined) {
    required(errors, `${path}.min`, 'required when validRange is defined')
    return
  }
  const above = (a: string, b: string) => compareQuantities(a, b) > 0
  const wrong = (field: string, value: string, detail: string) =>
    invalid(errors, `${path}.${field}`, text(value), detail)
  if (above(min, most)) wrong('min', min, `min is larger than capacity value: ${text(most)}`)
  if (above(min, standard)) wrong('min', standard, `default is less than min: ${text(min)}`)
  if (max !== undefined) {
    if (above(min, max)) wrong('max', min, `min is larger than max: ${text(max)}`)
    if (above(max, most)) wrong('max', max, `max is larger than capacity value: ${text(most)}`)
    if (above(standard, max)) wrong('max', standard, `default is more than max: ${text(max)}`)
  }
  if (step === undefined) return
  const next = addQuantities(min, step)
  if (above(next, most)) {
    wrong('step', step, `one step ${text(next)} is larger than capacity value: ${text(most)}`)
  }
  for (const value of max === undefined ? [standard] : [standard, max]) {
    if ((quantityValue(value) - quantityValue(min)) % quantityValue(step) === 0) continue
    wrong('step', value, `value is not a multiple of a given step (${text(step)}) from (${text(min)})`)
  }
}

function validateTaint(errors: Errors, path: string, { key = '', value = '', effect = '' }: DeviceTaint): void {
  invalidEach(errors, `${path}.key`, key, isLabelKey(key))
  if (value !== '') invalidEach(errors, `${path}.value`, value, isLabelValue(value))
  if (effect === '') required(errors, `${path}.effect`)
  else if (!TAINT_EFFECTS.includes(effect)) notSupported(errors, `${path}.effect`, effect, TAINT_EFFECTS)
}

function validatePlace(errors: Errors, path: string, device: Device, placed: boolean): void {
  const { nodeName, nodeSelector, allNodes } = device
  if (!placed) {
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return
    const only = '`nodeName`, `nodeSelector` and `allNodes` can only be set if'
    invalid(errors, path, null, `${only} \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`)
    return
  }
  const set = validatePlaces(errors, path, device, 'must not be empty', false)
  const one = 'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required'
  const detail = `${one} when \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`
  if (set.length === 0) required(errors, path, detail)
  else if (set.length > 1) invalid(errors, path, `{${set.join(', ')}}`, detail)
}

function validateMappings(errors: Errors, path: string, device: Device): void {
  const { nodeAllocatableResourceMappings: mappings = {}, capacity = {} } = device
  for (const [name, { allocationMultiplier: factor, capacityKey: key }] of Object.entries(mappings)) {
    const at = `${path}[${name}]`
    if (name.includes('/') && !name.includes('kubernetes.io/')) {
      invalid(errors, at, name, 'must be a node allocatable resource name')
    }
    if (factor === undefined && key === undefined) {
      invalid(errors, at, '', 'at least one of allocationMultiplier or capacityKey must be set')
    }
    if (factor !== undefined && compareQuantities(factor, '0') <= 0) {
      invalid(errors, `${at}.allocationMultiplier`, text(factor), 'must be positive')
    }
    if (key === '') invalid(errors, `${at}.capacityKey`, '', 'capacityKey must not be an empty string')
    else if (key !== undefined && !(key in capacity)) notFound(errors, `${at}.capacityKey`, key)
  }
}
