import type { ResourceQuota, ResourceQuotaSpec } from '../../../../api/types.ts'
import { type Errors, invalid, required } from './field-error.ts'
import { IMMUTABLE } from './formats.ts'
import { internalForm } from './internal-form.ts'
import { isStandardForQuota, validateResourceName, validateResourceQuantity } from './resources.ts'

/** Source: pkg/apis/core/validation/validation.go ValidateResourceQuota. */
export function validateResourceQuota({ spec = {}, status }: ResourceQuota): Errors {
  const errors: Errors = []
  validateSpec(errors, spec)
  validateStatus(errors, status)
  return errors
}

export function validateResourceQuotaUpdate({ spec = {} }: ResourceQuota, old: ResourceQuota): Errors {
  const errors: Errors = []
  validateSpec(errors, spec)
  const [now, before] = [new Set(spec.scopes), new Set(old.spec?.scopes)]
  if (now.size !== before.size || [...now].some((scope) => !before.has(scope))) {
    invalid(errors, 'spec.scopes', spec.scopes ?? null, IMMUTABLE)
  }
  return errors
}

export function validateResourceQuotaStatusUpdate({ metadata, status }: ResourceQuota): Errors {
  const errors: Errors = []
  if (!metadata.resourceVersion) required(errors, 'resourceVersion')
  validateStatus(errors, status)
  return errors
}

function validateStatus(errors: Errors, status: ResourceQuota['status']): void {
  validateList(errors, 'status.hard', status?.hard)
  validateList(errors, 'status.used', status?.used)
}

function validateList(errors: Errors, field: string, list: Readonly<Record<string, string>> = {}): void {
  for (const [name, quantity] of Object.entries(list)) {
    const path = `${field}[${name}]`
    validateResourceName(errors, path, name)
    if (!name.includes('/') && !isStandardForQuota(name)) {
      invalid(errors, path, name, 'must be a standard resource for quota')
    }
    validateResourceQuantity(errors, path, name, quantity)
  }
}

function validateSpec(errors: Errors, spec: ResourceQuotaSpec): void {
  validateList(errors, 'spec.hard', spec.hard)
  if (spec.scopes?.length) validateScopes(errors, spec)
  if (spec.scopeSelector) validateScopeSelector(errors, spec)
}

const podCounts = ['pods']
const podCompute = [
  ...['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'],
  ...podCounts,
]

/** What a scope can count. Source: pkg/apis/core/helper/helpers.go IsResourceQuotaScopeValidForResource. */
const scopes: Readonly<Record<string, readonly string[]>> = {
  Terminating: podCompute,
  NotTerminating: podCompute,
  NotBestEffort: podCompute,
  PriorityClass: podCompute,
  CrossNamespacePodAffinity: podCompute,
  BestEffort: podCounts,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
}

/** How many of the limits the scope has nothing to do with. */
function misapplied(scope: string, { hard = {} }: ResourceQuotaSpec): number {
  const counted = scopes[scope]
  if (!counted) return 0
  return Object.keys(hard).filter((name) => isStandardForQuota(name) && !counted.includes(name)).length
}

const conflicts = (names: readonly string[]): number =>
  [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ].filter((pair) => pair.every((scope) => names.includes(scope))).length

function repeat(times: number, report: () => void): void {
  for (let i = 0; i < times; i++) report()
}

function validateScopes(errors: Errors, spec: ResourceQuotaSpec): void {
  const given = spec.scopes ?? []
  const complain = (detail: string) => invalid(errors, 'spec.scopes', given, detail)
  for (const scope of given) {
    if (!(scope in scopes)) complain('unsupported scope')
    repeat(misapplied(scope, spec), () => complain('unsupported scope applied to resource'))
  }
  repeat(conflicts(given), () => complain('conflicting scopes'))
}

/** Scopes that are there or not, and have no values. */
const unvalued = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']

const MUST_EXIST =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

function validateScopeSelector(errors: Errors, spec: ResourceQuotaSpec): void {
  const field = 'spec.scopeSelector.matchExpressions'
  const expressions = spec.scopeSelector?.matchExpressions ?? []
  for (const { scopeName, operator, values = [] } of expressions) {
    if (!(scopeName in scopes)) invalid(errors, `${field}.scopeName`, scopeName, 'unsupported scope')
    const whole = internalForm('ScopeSelector', { ...spec.scopeSelector })
    repeat(misapplied(scopeName, spec), () => invalid(errors, field, whole, 'unsupported scope applied to resource'))
    if (unvalued.includes(scopeName) && operator !== 'Exists')
      invalid(errors, `${field}.operator`, operator, MUST_EXIST)
    validateOperator(errors, field, operator, values)
  }
  const names = expressions.map(({ scopeName }) => scopeName)
  repeat(conflicts(names), () => invalid(errors, field, spec.scopes ?? null, 'conflicting scopes'))
}

function validateOperator(errors: Errors, field: string, operator: string, values: readonly string[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
    if (values.length === 0) required(errors, `${field}.values`, detail)
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
    if (values.length > 0) invalid(errors, `${field}.values`, values, detail)
  } else invalid(errors, `${field}.operator`, operator, 'not a valid selector operator')
}
