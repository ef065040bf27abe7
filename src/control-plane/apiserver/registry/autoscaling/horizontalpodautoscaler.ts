import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalerV1,
  HPAScalingRules,
} from '../../../../api/types.ts'
import type { KindDefinition } from '../contract.ts'
import { defineKind, statusSubresource } from '../kind.ts'
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

/** Source: pkg/apis/autoscaling/v2/defaults.go SetDefaults_HorizontalPodAutoscaler. */
function defaults(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { spec } = autoscaler
  if (!spec) return autoscaler
  const { behavior, metrics } = spec
  if (spec.minReplicas !== undefined && metrics?.length && !behavior) return autoscaler
  return {
    ...autoscaler,
    spec: {
      ...spec,
      minReplicas: spec.minReplicas ?? 1,
      metrics: metrics?.length ? metrics : [CPU],
      ...(behavior && {
        behavior: {
          scaleUp: { ...scaleUp, ...behavior.scaleUp },
          scaleDown: { ...scaleDown, ...behavior.scaleDown },
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
