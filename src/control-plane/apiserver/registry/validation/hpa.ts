import { canonicalQuantity, compareQuantities, quantityError } from '../../../../api/quantity.ts'
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from '../../../../api/types.ts'
import { type Errors, invalid, notSupported, required } from './field-error.ts'
import { IS_NEGATIVE } from './formats.ts'
import { validateMetrics } from './hpa-metrics.ts'
import { nonNegative } from './objectmeta.ts'
import { type ReferenceOptions, validateReference, versionFault } from './target-reference.ts'

/** Source: pkg/apis/autoscaling/validation/validation.go. */
const MOST_PERIOD_SECONDS = 1800
const MOST_WINDOW_SECONDS = 3600

interface Options {
  readonly leastReplicas: number
  readonly target: ReferenceOptions
  readonly object: ReferenceOptions
}

/** Source: pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go validationOptionsForHorizontalPodAutoscaler. */
function optionsFor({ spec }: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler | undefined): Options {
  const object = { allowEmptyAPIGroup: true, allowInvalidAPIVersion: false }
  const { apiVersion, kind } = spec.scaleTargetRef ?? {}
  const before = old?.spec.scaleTargetRef
  const kept = before !== undefined && before.apiVersion === apiVersion && before.kind === kind
  const described = old?.spec.metrics?.some(
    ({ type, object: source }) =>
      type === 'Object' && source && versionFault(source.describedObject, object) !== undefined,
  )
  return {
    leastReplicas: old?.spec.minReplicas === 0 ? 0 : 1,
    target: { allowInvalidAPIVersion: kept, allowEmptyAPIGroup: !kept && kind === 'ReplicationController' },
    object: { ...object, allowInvalidAPIVersion: described === true },
  }
}

export const validateAutoscaler = (autoscaler: HorizontalPodAutoscaler): Errors =>
  specErrors(autoscaler, optionsFor(autoscaler, undefined))

export const validateAutoscalerUpdate = (autoscaler: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler): Errors =>
  specErrors(autoscaler, optionsFor(autoscaler, old))

export function validateAutoscalerStatusUpdate({ status }: HorizontalPodAutoscaler): Errors {
  const errors: Errors = []
  nonNegative(errors, 'status.currentReplicas', status?.currentReplicas)
  nonNegative(errors, 'status.desiredReplicas', status?.desiredReplicas)
  return errors
}

function specErrors({ spec }: HorizontalPodAutoscaler, options: Options): Errors {
  const errors: Errors = []
  const { minReplicas: least, maxReplicas: most = 0 } = spec
  if (least !== undefined && least < options.leastReplicas) {
    invalid(errors, 'spec.minReplicas', least, `must be greater than or equal to ${options.leastReplicas}`)
  }
  if (most === 0) required(errors, 'spec.maxReplicas', 'must be set and greater than 0')
  else if (most < 0) invalid(errors, 'spec.maxReplicas', most, 'must be greater than or equal to 1')
  if (least !== undefined && most < least) {
    invalid(errors, 'spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')
  }
  validateReference(errors, 'spec.scaleTargetRef', spec.scaleTargetRef ?? { kind: '', name: '' }, options.target)
  validateMetrics(errors, 'spec.metrics', spec, options.object)
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const rules = spec.behavior?.[direction]
    if (rules) validateRules(errors, `spec.behavior.${direction}`, rules)
  }
  return errors
}

const selectPolicies = ['Disabled', 'Max', 'Min']

function validateRules(errors: Errors, path: string, rules: HPAScalingRules): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules
  const field = `${path}.stabilizationWindowSeconds`
  if (window !== undefined && window < 0) invalid(errors, field, window, 'must be greater than or equal to zero')
  if (window !== undefined && window > MOST_WINDOW_SECONDS) {
    invalid(errors, field, window, `must be less than or equal to ${MOST_WINDOW_SECONDS}`)
  }
  if (selectPolicy !== undefined && !selectPolicies.includes(selectPolicy)) {
    notSupported(errors, `${path}.selectPolicy`, selectPolicy, selectPolicies)
  }
  if (policies.length === 0) required(errors, `${path}.policies`, 'must specify at least one Policy')
  for (const [i, policy] of policies.entries()) validatePolicy(errors, `${path}.policies[${i}]`, policy)
  if (tolerance !== undefined && quantityError(tolerance) === undefined && compareQuantities(tolerance, '0') < 0) {
    invalid(errors, `${path}.tolerance`, canonicalQuantity(tolerance), IS_NEGATIVE)
  }
}

function validatePolicy(
  errors: Errors,
  path: string,
  { type = '', value = 0, periodSeconds = 0 }: HPAScalingPolicy,
): void {
  if (type !== 'Pods' && type !== 'Percent') notSupported(errors, `${path}.type`, type, ['Percent', 'Pods'])
  if (value <= 0) invalid(errors, `${path}.value`, value, 'must be greater than zero')
  const field = `${path}.periodSeconds`
  if (periodSeconds <= 0) invalid(errors, field, periodSeconds, 'must be greater than zero')
  if (periodSeconds > MOST_PERIOD_SECONDS) {
    invalid(errors, field, periodSeconds, `must be less than or equal to ${MOST_PERIOD_SECONDS}`)
  }
}
