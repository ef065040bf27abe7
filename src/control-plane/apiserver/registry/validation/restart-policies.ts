import type { Container, ContainerResizePolicy, ContainerRestartRule } from '../../../../api/types.ts'
import { duplicate, type Errors, forbidden, invalid, notSupported, required, tooMany } from './field-error.ts'
import type { PodOptions } from './pod-options.ts'

/** Source: pkg/apis/core/validation/validation.go. */

const policies = ['Always', 'Never', 'OnFailure']
const operators = ['In', 'NotIn']

export function validateRestartPolicy(errors: Errors, path: string, container: Container, options: PodOptions): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container
  if (restartPolicy === undefined) {
    if (rules.length === 0) return
    required(errors, `${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')
  } else if (!policies.includes(restartPolicy)) notSupported(errors, `${path}.restartPolicy`, restartPolicy, policies)
  if (rules.length > 20) tooMany(errors, `${path}.restartPolicyRules`, rules.length, 20)
  for (const [i, rule] of rules.entries()) validateRule(errors, `${path}.restartPolicyRules[${i}]`, rule, options)
}

function validateRule(
  errors: Errors,
  field: string,
  { action = '', exitCodes }: ContainerRestartRule,
  options: PodOptions,
) {
  const actions = options.allowRestartAllContainers ? ['Restart', 'RestartAllContainers'] : ['Restart']
  if (!actions.includes(action)) notSupported(errors, `${field}.action`, action, actions)
  if (!exitCodes) {
    required(errors, `${field}.exitCodes`, 'must be specified')
    return
  }
  const { operator = '', values = [] } = exitCodes
  if (!operators.includes(operator)) notSupported(errors, `${field}.exitCodes.operator`, operator, operators)
  if (values.length > 255) tooMany(errors, `${field}.exitCodes.values`, values.length, 255)
}

export function validateInitRestartPolicy(
  errors: Errors,
  path: string,
  container: Container,
  options: PodOptions,
): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container
  if (restartPolicy === undefined) {
    if (rules.length === 0) return
    required(errors, `${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')
  } else if (!options.allowContainerRestartPolicyRules) {
    if (restartPolicy !== 'Always') notSupported(errors, `${path}.restartPolicy`, restartPolicy, ['Always'])
  } else if (restartPolicy !== 'Always' || options.allowRestartAllContainers) {
    validateRestartPolicy(errors, path, container, options)
  } else if (rules.length > 0) {
    const detail = 'restartPolicyRules are not allowed for init containers with restart policy Always'
    forbidden(errors, `${path}.restartPolicyRules`, detail)
  }
}

const resizableResources = ['cpu', 'memory']
const resizePolicies = ['NotRequired', 'RestartContainer']

export function validateResizePolicy(
  errors: Errors,
  field: string,
  list: readonly ContainerResizePolicy[] = [],
  podRestartPolicy: string | undefined,
): void {
  const seen = new Set<string>()
  for (const [i, { resourceName, restartPolicy }] of list.entries()) {
    if (seen.has(resourceName)) duplicate(errors, `${field}[${i}]`, resourceName)
    seen.add(resourceName)
    requiredOneOf(errors, field, resourceName, resizableResources)
    requiredOneOf(errors, field, restartPolicy, resizePolicies)
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      invalid(errors, field, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")
    }
  }
}

export function requiredOneOf(
  errors: Errors,
  field: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if (!value) required(errors, field)
  else if (!supported.includes(value)) notSupported(errors, field, value, supported)
}
