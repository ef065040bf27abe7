import { isDNS1123Label, isPathSegmentName } from '../../../../api/names.ts'
import { canonicalQuantity, compareQuantities, quantityError } from '../../../../api/quantity.ts'
import type { HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { containerResourceName } from './resources.ts'
import { type ReferenceOptions, validateReference } from './target-reference.ts'

/** Source: pkg/apis/autoscaling/validation/validation.go validateMetrics, validateMetricSpec. */
const sources = ['object', 'external', 'pods', 'resource', 'containerResource'] as const
type Source = (typeof sources)[number]

const sourceOf: Readonly<Record<string, Source>> = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
}
const types = Object.keys(sourceOf).sort()

export function validateMetrics(
  errors: Errors,
  path: string,
  { metrics = [], minReplicas }: HorizontalPodAutoscalerSpec,
  options: ReferenceOptions,
): void {
  for (const [i, metric] of metrics.entries()) validateMetric(errors, `${path}[${i}]`, metric, options)
  if (minReplicas !== 0 || metrics.some(({ type }) => type === 'Object' || type === 'External')) return
  forbidden(errors, path, 'must specify at least one Object or External metric to support scaling to zero replicas')
}

function validateMetric(errors: Errors, path: string, spec: MetricSpec, options: ReferenceOptions): void {
  const { type = '' } = spec
  if (type === '') required(errors, `${path}.type`, 'must specify a metric source type')
  if (!types.includes(type)) notSupported(errors, `${path}.type`, type, types)
  const present = sources.filter((source) => spec[source] !== undefined)
  const first = present[0]
  if (first) validators[first](errors, `${path}.${first}`, spec, options)
  const expected = sourceOf[type]
  if (expected === undefined) notSupported(errors, `${path}.type`, type, types)
  else if (!spec[expected]) {
    required(errors, `${path}.${expected}`, 'must populate information for the given metric source')
  }
  if (present.length === 1) return
  for (const source of present) {
    if (source !== expected) forbidden(errors, `${path}.${source}`, 'must populate the given metric source only')
  }
}

type Validator = (errors: Errors, path: string, spec: MetricSpec, options: ReferenceOptions) => void

const validators: Readonly<Record<Source, Validator>> = {
  object: (errors, path, { object }, options) => {
    validateReference(errors, `${path}.describedObject`, object?.describedObject ?? { kind: '', name: '' }, options)
    validateIdentifier(errors, `${path}.metric`, object?.metric)
    const target = validateTarget(errors, `${path}.target`, object?.target)
    if (target.value !== undefined || target.averageValue !== undefined) return
    required(errors, `${path}.target.averageValue`, 'must set either a target value or averageValue')
  },
  external: (errors, path, { external }) => {
    validateIdentifier(errors, `${path}.metric`, external?.metric)
    const { value, averageValue } = validateTarget(errors, `${path}.target`, external?.target)
    if (value === undefined && averageValue === undefined) {
      const detail = 'must set either a target value for metric or a per-pod target'
      required(errors, `${path}.target.averageValue`, detail)
    }
    if (value !== undefined && averageValue !== undefined) {
      forbidden(errors, `${path}.target.value`, 'may not set both a target value for metric and a per-pod target')
    }
  },
  pods: (errors, path, { pods }) => {
    validateIdentifier(errors, `${path}.metric`, pods?.metric)
    const { averageValue } = validateTarget(errors, `${path}.target`, pods?.target)
    if (averageValue !== undefined) return
    required(errors, `${path}.target.averageValue`, 'must specify a positive target averageValue')
  },
  resource: (errors, path, { resource }) => {
    if (!resource?.name) required(errors, `${path}.name`, 'must specify a resource name')
    validateResourceTarget(errors, `${path}.target`, resource?.target)
  },
  containerResource: (errors, path, { containerResource }) => {
    const { name = '', container = '', target } = containerResource ?? {}
    if (!name) required(errors, `${path}.name`, 'must specify a resource name')
    else containerResourceName(errors, `${path}.name`, name)
    if (!container) required(errors, `${path}.container`, 'must specify a container')
    else invalidEach(errors, `${path}.container`, container, isDNS1123Label(container))
    validateResourceTarget(errors, `${path}.target`, target)
  },
}

function validateResourceTarget(errors: Errors, path: string, given: MetricTarget | undefined): void {
  const { averageUtilization, averageValue } = validateTarget(errors, path, given)
  if (averageUtilization === undefined && averageValue === undefined) {
    required(errors, `${path}.averageUtilization`, 'must set either a target raw value or a target utilization')
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    forbidden(errors, `${path}.averageValue`, 'may not set both a target raw value and a target utilization')
  }
}

function validateIdentifier(errors: Errors, path: string, { name }: MetricIdentifier = { name: '' }): void {
  if (!name) required(errors, `${path}.name`, 'must specify a metric name')
  else invalidEach(errors, `${path}.name`, name, isPathSegmentName(name))
}

function validateTarget(errors: Errors, path: string, target: MetricTarget = { type: '' }): MetricTarget {
  const { type = '', averageUtilization } = target
  if (type === '') required(errors, `${path}.type`, 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    invalid(errors, `${path}.type`, type, 'must be either Utilization, Value, or AverageValue')
  }
  for (const member of ['value', 'averageValue'] as const) {
    const quantity = target[member]
    if (quantity === undefined || quantityError(quantity) !== undefined) continue
    if (compareQuantities(quantity, '0') > 0) continue
    invalid(errors, `${path}.${member}`, canonicalQuantity(quantity), 'must be positive')
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    invalid(errors, `${path}.averageUtilization`, averageUtilization, 'must be greater than 0')
  }
  return target
}
