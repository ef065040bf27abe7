import type { MetricSpec } from '../../../api/types.ts'

/** Why a metric has no value: as the condition, the event and the error of all metrics together say it. */
export interface MetricProblem {
  readonly reason: string
  readonly message: string
  /** What the error of all metrics puts before it. */
  readonly doing: string
}

const RESOURCE =
  'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
const CUSTOM =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'
const EXTERNAL = 'unable to fetch metrics from external metrics API: the server could not find the requested resource'

/** No metrics API is registered: each kind of metric fails in its own words. Source: pkg/controller/podautoscaler/horizontal.go computeReplicasForMetric */
export function problemOf(metric: MetricSpec, namespace: string): MetricProblem {
  const { type, resource, containerResource, pods, object, external } = metric
  const source = resource ?? containerResource
  if (source !== undefined && (type === 'Resource' || type === 'ContainerResource')) {
    const { name, target } = source
    const what = target.averageValue === undefined ? `${name} utilization` : `${name} usage`
    const message = `failed to get ${what}: unable to get metrics for resource ${name}: ${RESOURCE}`
    return type === 'Resource'
      ? { reason: 'FailedGetResourceMetric', message, doing: `failed to get ${name} resource metric value` }
      : {
          reason: 'FailedGetContainerResourceMetric',
          message,
          doing: `failed to get ${containerResource?.container} container metric value`,
        }
  }
  if (type === 'Pods') {
    const message = `unable to get metric ${pods?.metric.name}: ${CUSTOM}`
    return { reason: 'FailedGetPodsMetric', message, doing: 'failed to get pods metric value' }
  }
  if (type === 'Object') {
    const { kind, name } = object!.describedObject
    const message = `unable to get metric ${object!.metric.name}: ${kind} on ${namespace} ${name}/${CUSTOM}`
    return { reason: 'FailedGetObjectMetric', message, doing: 'failed to get object metric value' }
  }
  const { name = '' } = external?.metric ?? {}
  const message = `unable to get external metric ${namespace}/${name}/nil: ${EXTERNAL} (get ${name}.external.metrics.k8s.io)`
  return { reason: 'FailedGetExternalMetric', message, doing: `failed to get ${name} external metric value` }
}
