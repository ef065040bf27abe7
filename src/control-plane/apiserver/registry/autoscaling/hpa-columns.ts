import { canonicalQuantity } from '../../../../api/quantity.ts'
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import type { Column } from '../contract.ts'

const UNKNOWN = '<unknown>'
const MOST_METRICS = 2

interface Values {
  readonly value?: string
  readonly averageValue?: string
  readonly averageUtilization?: number
}

const quantity = (value: string | undefined, absent: string): string =>
  value === undefined ? absent : canonicalQuantity(value)
const percentage = (value: number | undefined, absent: string): string => (value === undefined ? absent : `${value}%`)

/** Of an object or of the outside world: a value, or one for each pod. */
function valueText(target: Values, current: Values | undefined): string {
  if (target.averageValue !== undefined) {
    return `${quantity(current?.averageValue, UNKNOWN)}/${quantity(target.averageValue, '')} (avg)`
  }
  return `${current ? quantity(current.value, '0') : UNKNOWN}/${quantity(target.value, '0')}`
}

function resourceText(name: string, target: Values, current: Values | undefined): string {
  if (target.averageValue !== undefined) {
    return `${name}: ${current ? quantity(current.averageValue, '0') : UNKNOWN}/${quantity(target.averageValue, '0')}`
  }
  const now = percentage(current?.averageUtilization, UNKNOWN)
  return `${name}: ${now}/${percentage(target.averageUtilization, '<auto>')}`
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const { external, pods, object, resource, containerResource } = spec
  if (spec.type === 'External' && external) return valueText(external.target, status?.external?.current)
  if (spec.type === 'Object' && object) return valueText(object.target, status?.object?.current)
  if (spec.type === 'Pods' && pods) {
    const current = status?.pods?.current
    return `${current ? quantity(current.averageValue, '0') : UNKNOWN}/${quantity(pods.target.averageValue, '0')}`
  }
  if (spec.type === 'Resource' && resource)
    return resourceText(resource.name, resource.target, status?.resource?.current)
  if (spec.type === 'ContainerResource' && containerResource) {
    return resourceText(containerResource.name, containerResource.target, status?.containerResource?.current)
  }
  return '<unknown type>'
}

/** Source: printers.go formatHPAMetrics. */
function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? []
  if (metrics.length === 0) return '<none>'
  const shown = metrics.slice(0, MOST_METRICS).map((metric, i) => metricText(metric, status?.currentMetrics?.[i]))
  const rest = metrics.length - MOST_METRICS
  return rest > 0 ? `${shown.join(', ')} + ${rest} more...` : shown.join(', ')
}

const texts = workloadTexts.HorizontalPodAutoscaler

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column('Reference', texts.reference, ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  column('Targets', texts.targets, targetsText),
  column('MinPods', texts.minPods, ({ spec }) => String(spec.minReplicas ?? '<unset>')),
  column('MaxPods', texts.maxPods, ({ spec }) => spec.maxReplicas),
  column('Replicas', texts.replicas, ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
]
