import { isLabelKey, quote } from '../../../../api/names.ts'
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from '../../../../api/types.ts'
import {
  duplicate,
  type Errors,
  invalid,
  invalidEach,
  invalidUnshown,
  notSupported,
  required,
  tooLong,
  tooMany,
} from './field-error.ts'
import { indexesIn } from './job-indexes.ts'
import { nonNegative } from './objectmeta.ts'

/** Source: pkg/apis/batch/validation/validation.go. */
const MOST_RULES = 20
const MOST_EXIT_CODES = 255
const MOST_PATTERNS = 20
const MOST_INDEXES_LENGTH = 64 * 1024

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const operators = ['In', 'NotIn']
const statuses = ['False', 'True', 'Unknown']

/** `["Count" "FailJob"]`, as Go's %q prints a list. */
const listed = (values: readonly string[]): string => `[${values.map(quote).join(' ')}]`

export function validatePodFailurePolicy(errors: Errors, path: string, spec: JobSpec): void {
  const rules = spec.podFailurePolicy?.rules ?? []
  if (rules.length > MOST_RULES) tooMany(errors, `${path}.rules`, rules.length, MOST_RULES)
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {}
  const names = new Set([...containers, ...initContainers].map(({ name }) => name))
  for (const [i, rule] of rules.entries()) validateRule(errors, `${path}.rules[${i}]`, rule, spec, names)
}

function validateRule(
  errors: Errors,
  path: string,
  { action = '', onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  spec: JobSpec,
  names: ReadonlySet<string>,
): void {
  if (action === '') required(errors, `${path}.action`, `valid values: ${listed(actions)}`)
  else if (!actions.includes(action)) notSupported(errors, `${path}.action`, action, actions)
  else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    invalid(errors, `${path}.action`, action, 'requires the backoffLimitPerIndex to be set')
  }
  if (onExitCodes) validateExitCodes(errors, `${path}.onExitCodes`, onExitCodes, names)
  if (onPodConditions.length > 0) validateConditions(errors, `${path}.onPodConditions`, onPodConditions)
  const both = onExitCodes && onPodConditions.length > 0
  if (both) invalidUnshown(errors, path, 'specifying both OnExitCodes and OnPodConditions is not supported')
  if (!onExitCodes && onPodConditions.length === 0) {
    invalidUnshown(errors, path, 'specifying one of OnExitCodes and OnPodConditions is required')
  }
}

function validateConditions(
  errors: Errors,
  path: string,
  patterns: NonNullable<PodFailurePolicyRule['onPodConditions']>,
): void {
  if (patterns.length > MOST_PATTERNS) tooMany(errors, path, patterns.length, MOST_PATTERNS)
  for (const [i, { type = '', status = '' }] of patterns.entries()) {
    invalidEach(errors, `${path}[${i}].type`, type, isLabelKey(type))
    const field = `${path}[${i}].status`
    if (status === '') required(errors, field, `valid values: ${listed(statuses)}`)
    else if (!statuses.includes(status)) notSupported(errors, field, status, statuses)
  }
}

function validateExitCodes(
  errors: Errors,
  path: string,
  { operator = '', containerName, values = [] }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  names: ReadonlySet<string>,
): void {
  if (operator === '') required(errors, `${path}.operator`, `valid values: ${listed(operators)}`)
  else if (!operators.includes(operator)) notSupported(errors, `${path}.operator`, operator, operators)
  if (containerName !== undefined && !names.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template'
    invalid(errors, `${path}.containerName`, containerName, detail)
  }
  const field = `${path}.values`
  if (values.length === 0) invalid(errors, field, values, 'at least one value is required')
  else if (values.length > MOST_EXIT_CODES) tooMany(errors, field, values.length, MOST_EXIT_CODES)
  const seen = new Set<number>()
  for (const [i, value] of values.entries()) {
    if (operator === 'In' && value === 0) invalid(errors, `${field}[${i}]`, value, 'must not be 0 for the In operator')
    if (seen.has(value)) duplicate(errors, `${field}[${i}]`, value)
    seen.add(value)
  }
  if (values.some((value, i) => i > 0 && values[i - 1]! > value)) invalid(errors, field, values, 'must be ordered')
}

export function validateSuccessPolicy(errors: Errors, path: string, spec: JobSpec): void {
  const rules = spec.successPolicy?.rules ?? []
  const field = `${path}.rules`
  if (rules.length === 0) {
    required(errors, field, 'at least one rules must be specified when the successPolicy is specified')
  }
  if (rules.length > MOST_RULES) tooMany(errors, field, rules.length, MOST_RULES)
  for (const [i, rule] of rules.entries()) validateSuccessRule(errors, `${field}[${i}]`, rule, spec.completions ?? 0)
}

function validateSuccessRule(
  errors: Errors,
  path: string,
  { succeededCount: count, succeededIndexes: indexes }: SuccessPolicyRule,
  completions: number,
): void {
  if (count === undefined && indexes === undefined) {
    required(errors, path, 'at least one of succeededCount or succeededIndexes must be specified')
  }
  const found = indexes === undefined ? 0 : indexesIn(indexes, completions)
  if (indexes !== undefined) {
    const field = `${path}.succeededIndexes`
    if (indexes.length > MOST_INDEXES_LENGTH) tooLong(errors, field, MOST_INDEXES_LENGTH)
    if (typeof found === 'string') invalid(errors, field, indexes, `error parsing succeededIndexes: ${found}`)
  }
  if (count === undefined) return
  const field = `${path}.succeededCount`
  nonNegative(errors, field, count)
  const most = 'must be less than or equal to'
  if (count > completions) {
    invalid(errors, field, count, `${most} ${completions} (the number of specified completions)`)
  }
  const total = typeof found === 'string' ? 0 : found
  if (indexes !== undefined && count > total) {
    invalid(errors, field, count, `${most} ${total} (the number of indexes in the specified succeededIndexes field)`)
  }
}
