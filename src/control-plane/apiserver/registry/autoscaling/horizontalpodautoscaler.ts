import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalerV1,
  HPAScalingRules,
  MetricSpec,
} from '../../../../api/types.ts'
import type { KindDefinition } from '../contract.ts'
import { canonicalText } from '../core/resource-list.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateAutoscaler, validateAutoscalerStatusUpdate, validateAutoscalerUpdate } from '../validation/hpa.ts'
import { autoscalerColumns } from './hpa-columns.ts'
import { fromAutoscalingV1, toAutoscalingV1 } from './hpa-conversion.ts'

const percent = { type: 'Percent', value: 100, periodSeconds: 15 } as const
const scaleUp: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent],
}
const scaleDown: HPAScalingRules = { selectPolicy: 'Max', policies: [percent] }

/** Used where neither metrics nor a CPU target are given. Source: pkg/apis/autoscaling/annotations.go DefaultCPUUtilization. */
const CPU = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
} as const

const canonical = (quantity: string | undefined): string | undefined =>
  quantity === undefined ? quantity : canonicalText(quantity)

/** Quantities are written back canonical. */
function canonicalMetric(metric: MetricSpec): MetricSpec {
  const source = (['resource', 'containerResource', 'pods', 'object', 'external'] as const).find((each) => metric[each])
  const target = source && metric[source]?.target
  if (!target) return metric
  const [value, averageValue] = [canonical(target.value), canonical(target.averageValue)]
  if (value === target.value && averageValue === target.averageValue) return metric
  const next = { ...target, ...(value !== undefined && { value }), ...(averageValue !== undefined && { averageValue }) }
  return { ...metric, [source]: { ...metric[source], target: next } }
}

function withRules(defaults: HPAScalingRules, given: HPAScalingRules | undefined): HPAScalingRules {
  const tolerance = canonical(given?.tolerance)
  return { ...defaults, ...given, ...(tolerance !== undefined && { tolerance }) }
}

/** Source: pkg/apis/autoscaling/v2/defaults.go SetDefaults_HorizontalPodAutoscaler. */
function defaults(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { spec } = autoscaler
  if (!spec) return autoscaler
  const { behavior } = spec
  const metrics = spec.metrics?.length ? spec.metrics.map(canonicalMetric) : [CPU]
  const same = spec.metrics?.length && metrics.every((metric, i) => metric === spec.metrics![i])
  if (same && spec.minReplicas !== undefined && !behavior) return autoscaler
  return {
    ...autoscaler,
    spec: {
      ...spec,
      minReplicas: spec.minReplicas ?? 1,
      metrics,
      ...(behavior && {
        behavior: {
          scaleUp: withRules(scaleUp, behavior.scaleUp),
          scaleDown: withRules(scaleDown, behavior.scaleDown),
        },
      }),
    },
  }
}

/** A list that is null on the wire as long as there is nothing in it. */
const FRESH = { desiredReplicas: 0, currentMetrics: null } as unknown as HorizontalPodAutoscalerStatus

const served = {
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  subresources: statusSubresource,
} as const

export const horizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  ...served,
  version: 'v2',
  schema: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  defaults,
  prepareForCreate: (autoscaler) => ({ ...autoscaler, status: FRESH }),
  prepareForUpdate: (autoscaler, old) => ({ ...autoscaler, status: old.status }) as HorizontalPodAutoscaler,
  prepareForStatusUpdate: (autoscaler, old) => ({ ...autoscaler, spec: old.spec }),
  validate: validateAutoscaler,
  validateUpdate: validateAutoscalerUpdate,
  validateStatusUpdate: validateAutoscalerStatusUpdate,
  columns: autoscalerColumns,
})

/** The same objects with one target, the CPU, and the rest in annotations. */
export const horizontalPodAutoscalerV1: KindDefinition = defineKind<HorizontalPodAutoscalerV1>({
  ...served,
  version: 'v1',
  schema: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  columns: autoscalerColumns.map((column) => ({
    ...column,
    cell: (each, now) => column.cell(fromAutoscalingV1(each), now),
  })),
  view: {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    toStored: fromAutoscalingV1,
    fromStored: (stored) => toAutoscalingV1(stored as HorizontalPodAutoscaler),
  },
})
