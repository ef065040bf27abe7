import { isLabelKey } from '../../../../api/names.ts'
import { canonicalQuantity, compareQuantities, parseQuantity } from '../../../../api/quantity.ts'
import type { LimitRange, LimitRangeItem } from '../../../../api/types.ts'
import { duplicate, type Errors, forbidden, invalid, invalidEach, required } from './field-error.ts'
import { containerResourceName, isOvercommitAllowed, validateResourceName } from './resources.ts'

type Quantities = Readonly<Record<string, string>>

/** Source: pkg/apis/core/validation/validation.go ValidateLimitRange. */
export function validateLimitRange({ spec }: LimitRange): Errors {
  const errors: Errors = []
  const seen = new Set<string>()
  for (const [i, limit] of (spec?.limits ?? []).entries()) {
    const path = `spec.limits[${i}]`
    validateType(errors, `${path}.type`, limit.type)
    if (seen.has(limit.type)) duplicate(errors, `${path}.type`, limit.type)
    seen.add(limit.type)
    validateItem(errors, path, limit)
  }
  return errors
}

function validateType(errors: Errors, field: string, type: string): void {
  const wrong = isLabelKey(type)
  invalidEach(errors, field, type, wrong)
  if (wrong.length > 0 || type.includes('/') || ['Pod', 'Container', 'PersistentVolumeClaim'].includes(type)) return
  invalid(errors, field, type, 'must be a standard limit type or fully qualified')
}

function validateItem(errors: Errors, path: string, limit: LimitRangeItem): void {
  const isPod = limit.type === 'Pod'
  const checkName = isPod || limit.type === 'Container' ? containerResourceName : validateResourceName
  const checked = (list: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio'): Quantities => {
    const quantities = (limit[list] ?? {}) as Quantities
    for (const name of Object.keys(quantities)) checkName(errors, `${path}.${list}[${name}]`, name)
    return quantities
  }
  const ofPod = (list: 'default' | 'defaultRequest'): Quantities => {
    if (!isPod) return checked(list)
    const given = Object.keys(limit[list] ?? {}).length > 0
    if (given) forbidden(errors, `${path}.${list}`, "may not be specified when `type` is 'Pod'")
    return {}
  }
  const lists: Lists = {
    max: checked('max'),
    min: checked('min'),
    limit: ofPod('default'),
    request: ofPod('defaultRequest'),
    ratio: {},
  }
  if (limit.type === 'PersistentVolumeClaim' && !lists.min.storage && !lists.max.storage) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided'
    required(errors, `${path}.limits`, detail)
  }
  const all: Lists = { ...lists, ratio: checked('maxLimitRequestRatio') }
  for (const name of new Set(Object.values(all).flatMap((list) => Object.keys(list)))) {
    validateOrder(errors, path, name, all)
    validateRatio(errors, `${path}.maxLimitRequestRatio[${name}]`, name, all)
    validateEqual(errors, path, name, all)
  }
}

interface Lists {
  readonly max: Quantities
  readonly min: Quantities
  readonly limit: Quantities
  readonly request: Quantities
  readonly ratio: Quantities
}

type ListName = keyof Lists

/** What may not be greater than what; the error is about a member, shows a value, and says it in these words. */
const order: readonly (readonly [low: ListName, high: ListName, member: string, shown: ListName, words: string])[] = [
  ['min', 'max', 'min', 'min', 'min value % is greater than max value %'],
  ['min', 'request', 'defaultRequest', 'request', 'min value % is greater than default request value %'],
  ['request', 'max', 'defaultRequest', 'request', 'default request value % is greater than max value %'],
  ['request', 'limit', 'defaultRequest', 'request', 'default request value % is greater than default limit value %'],
  ['min', 'limit', 'default', 'min', 'min value % is greater than default value %'],
  ['limit', 'max', 'default', 'max', 'default value % is greater than max value %'],
]

function validateOrder(errors: Errors, path: string, name: string, lists: Lists): void {
  for (const [low, high, member, shown, words] of order) {
    const [less, more] = [lists[low][name], lists[high][name]]
    if (less === undefined || more === undefined || compareQuantities(less, more) <= 0) continue
    const detail = words.replace('%', canonicalQuantity(less)).replace('%', canonicalQuantity(more))
    invalid(errors, `${path}.${member}[${name}]`, canonicalQuantity(lists[shown][name]!), detail)
  }
}

/** Source: apimachinery/pkg/api/resource MaxMilliValue. */
const MOST_MILLI = 9_223_372_036_854_776

function validateRatio(errors: Errors, field: string, name: string, { min, max, ratio }: Lists): void {
  const given = ratio[name]
  if (given === undefined) return
  const text = canonicalQuantity(given)
  if (compareQuantities(given, '1') < 0) invalid(errors, field, text, `ratio ${text} is less than 1`)
  if (min[name] === undefined || max[name] === undefined) return
  const [asked, least, most] = [given, min[name], max[name]].map((each) => parseQuantity(each)) as [
    ReturnType<typeof parseQuantity>,
    ReturnType<typeof parseQuantity>,
    ReturnType<typeof parseQuantity>,
  ]
  const fine = [asked, least, most].every(({ value }) => value < MOST_MILLI)
  const limit = fine ? most.milli / least.milli : most.value / least.value
  if ((fine ? asked.milli / 1000 : asked.value) <= limit) return
  const shown = Number.isFinite(limit) ? limit.toFixed(6) : '+Inf'
  invalid(errors, field, text, `ratio ${text} is greater than max/min = ${shown}`)
}

/** What cannot be overcommitted has one value for both. */
function validateEqual(errors: Errors, path: string, name: string, { limit, request }: Lists): void {
  const [most, asked] = [limit[name], request[name]]
  if (isOvercommitAllowed(name) || most === undefined || asked === undefined) return
  if (compareQuantities(most, asked) === 0) return
  const [shown, other] = [canonicalQuantity(asked), canonicalQuantity(most)]
  const detail = `default value ${other} must equal to defaultRequest value ${shown} in ${name}`
  invalid(errors, `${path}.defaultRequest[${name}]`, shown, detail)
}
