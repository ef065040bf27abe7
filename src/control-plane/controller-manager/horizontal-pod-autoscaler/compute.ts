import { milliQuantityOf, quantityMilliValue } from '../../../api/quantity.ts'
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../../api/types.ts'
import { goLabelSelector } from './go-text.ts'
import { type Failed, failed, isFailed } from './metrics-client.ts'
import type { PodTarget, Proposal, ReplicaCalculator } from './replica-calculator.ts'

/** What one metric asks for. */
export interface Computed {
  readonly replicas: number
  /** As the reason of a rescale names it. */
  readonly metric: string
  readonly status: MetricStatus
}

/** Why a metric says nothing: as the event and the condition say it, and as the error of all metrics does. */
export interface Problem {
  readonly reason: string
  readonly message: string
  readonly error: string
}

/** The target's pods, and how many of them there are by the target's own status. */
export interface Measured extends PodTarget {
  readonly statusReplicas: number
}

/** Source: horizontal.go computeReplicasForMetric and computeStatusFor*Metric */
export function computeForMetric(
  calculator: ReplicaCalculator,
  spec: MetricSpec,
  target: Measured,
): Computed | Problem {
  switch (spec.type) {
    case 'Resource': {
      const { name, target: wanted } = spec.resource!
      const found = forResource(calculator, name, wanted, target, '')
      if (isFailed(found)) return problem('FailedGetResourceMetric', found, `${name} resource metric value`)
      const { replicas, metric, current } = found
      return { replicas, metric, status: { type: 'Resource', resource: { name, current } } }
    }
    case 'ContainerResource': {
      const { name, container, target: wanted } = spec.containerResource!
      const found = forResource(calculator, name, wanted, target, container)
      if (isFailed(found))
        return problem('FailedGetContainerResourceMetric', found, `${container} container metric value`)
      const { replicas, metric, current } = found
      return {
        replicas,
        metric,
        status: { type: 'ContainerResource', containerResource: { name, container, current } },
      }
    }
    case 'Pods':
      return forPods(calculator, spec.pods!, target)
    case 'Object':
      return forObject(calculator, spec.object!, target)
    case 'External':
      return forExternal(calculator, spec.external!, target)
    default: {
      const error = `unknown metric source type ${JSON.stringify(spec.type)}`
      return { reason: 'InvalidMetricSourceType', message: error, error }
    }
  }
}

/** @param doing what the error of all metrics puts before it */
function problem(reason: string, { error }: Failed, doing: string, inner = ''): Problem {
  return { reason, message: error, error: `failed to get ${doing}: ${inner}${error}` }
}

interface FoundResource {
  readonly replicas: number
  readonly metric: string
  readonly current: MetricValueStatus
}

/** Source: horizontal.go computeStatusForResourceMetricGeneric, buildQuantity */
function forResource(
  calculator: ReplicaCalculator,
  name: string,
  { averageValue, averageUtilization }: MetricTarget,
  target: PodTarget,
  container: string,
): FoundResource | Failed {
  const quantity = (milli: number) => milliQuantityOf(milli, name === 'memory' ? 'BinarySI' : 'DecimalSI')
  if (averageValue !== undefined) {
    const found = calculator.usage(target, name, quantityMilliValue(averageValue), container)
    if (isFailed(found)) return failed(`failed to get ${name} usage: ${found.error}`)
    const { replicas, usage } = found
    return { replicas, metric: `${name} resource`, current: { averageValue: quantity(usage) } }
  }
  if (averageUtilization === undefined)
    return failed(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    )
  const found = calculator.utilization(target, name, averageUtilization, container)
  if (isFailed(found)) return failed(`failed to get ${name} utilization: ${found.error}`)
  const { replicas, usage, utilization = 0 } = found
  const metric = `${name} ${container === '' ? '' : 'container '}resource utilization (percentage of request)`
  return { replicas, metric, current: { averageUtilization: utilization, averageValue: quantity(usage) } }
}

function forPods(
  calculator: ReplicaCalculator,
  { metric, target: { averageValue } }: NonNullable<MetricSpec['pods']>,
  target: PodTarget,
): Computed | Problem {
  const found = calculator.pods(target, metric.name, quantityMilliValue(averageValue), metric.selector)
  if (isFailed(found)) return problem('FailedGetPodsMetric', found, 'pods metric value')
  const current = { averageValue: milliQuantityOf(found.usage) }
  return {
    replicas: found.replicas,
    metric: `pods metric ${metric.name}`,
    status: { type: 'Pods', pods: { metric, current } },
  }
}

function forObject(
  calculator: ReplicaCalculator,
  { describedObject, metric, target: wanted }: NonNullable<MetricSpec['object']>,
  target: Measured,
): Computed | Problem {
  const about = { object: describedObject, selector: metric.selector }
  const doing = 'object metric value'
  const answer = (found: Proposal, name: string, current: MetricValueStatus): Computed => ({
    replicas: found.replicas,
    metric: name,
    status: { type: 'Object', object: { current, describedObject, metric } },
  })
  if (wanted.type === 'Value' && wanted.value !== undefined) {
    const found = calculator.object(target, metric.name, quantityMilliValue(wanted.value), about, false)
    if (isFailed(found)) return problem('FailedGetObjectMetric', found, doing)
    return answer(found, `${describedObject.kind} metric ${metric.name}`, { value: milliQuantityOf(found.usage) })
  }
  if (wanted.type === 'AverageValue' && wanted.averageValue !== undefined) {
    const found = calculator.object(target, metric.name, quantityMilliValue(wanted.averageValue), about, true)
    if (isFailed(found))
      return problem('FailedGetObjectMetric', found, doing, `failed to get ${metric.name} object metric: `)
    return answer(found, externalName(metric), { averageValue: milliQuantityOf(found.usage) })
  }
  const none = 'invalid object metric source: neither a value target nor an average value target was set'
  return problem('FailedGetObjectMetric', failed(none), doing)
}

function forExternal(
  calculator: ReplicaCalculator,
  { metric, target: wanted }: NonNullable<MetricSpec['external']>,
  target: Measured,
): Computed | Problem {
  const { name, selector } = metric
  const doing = `${name} external metric value`
  const answer = (found: Proposal, current: MetricValueStatus): Computed => ({
    replicas: found.replicas,
    metric: externalName(metric),
    status: { type: 'External', external: { current, metric } },
  })
  if (wanted.averageValue !== undefined) {
    const found = calculator.external(target, name, quantityMilliValue(wanted.averageValue), selector, true)
    if (isFailed(found))
      return problem('FailedGetExternalMetric', found, doing, `failed to get ${name} external metric: `)
    return answer(found, { averageValue: milliQuantityOf(found.usage) })
  }
  if (wanted.value !== undefined) {
    const found = calculator.external(target, name, quantityMilliValue(wanted.value), selector, false)
    if (isFailed(found))
      return problem('FailedGetExternalMetric', found, doing, `failed to get external metric ${name}: `)
    return answer(found, { value: milliQuantityOf(found.usage) })
  }
  const none = 'invalid external metric source: neither a value target nor an average value target was set'
  return problem('FailedGetExternalMetric', failed(none), doing)
}

const externalName = ({ name, selector }: NonNullable<MetricSpec['external']>['metric']): string =>
  `external metric ${name}(${goLabelSelector(selector)})`
