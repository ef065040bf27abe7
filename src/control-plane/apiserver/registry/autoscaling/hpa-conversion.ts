import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerStatus,
  HorizontalPodAutoscalerV1,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from '../../../../api/types.ts'
import { newMetric, newMetricStatus, oldMetric, oldMetricStatus } from './hpa-metrics.ts'

/**
 * autoscaling/v1 knows one target, the CPU; all else travels in annotations. Source: pkg/apis/autoscaling/v1/conversion.go,
 * pkg/apis/autoscaling/annotations.go.
 */
const PREFIX = 'autoscaling.alpha.kubernetes.io/'
const METRICS = `${PREFIX}metrics`
const CURRENT_METRICS = `${PREFIX}current-metrics`
const CONDITIONS = `${PREFIX}conditions`
const BEHAVIOR = `${PREFIX}behavior`

type Annotations = Readonly<Record<string, string>>

const cpuMetric = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const cpuTarget = ({ type, resource }: MetricSpec): number | undefined =>
  type === 'Resource' && resource?.name === 'cpu' ? resource.target.averageUtilization : undefined

function withoutTravellers(annotations: Annotations | undefined): Annotations | undefined {
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => ![METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR].includes(key),
  )
  return kept.length === Object.keys(annotations ?? {}).length ? annotations : Object.fromEntries(kept)
}

/** The internal type as Go marshals it: member names as they are, absent ones null. */
function internalRules(rules: HPAScalingRules | undefined): unknown {
  if (!rules) return null
  const { stabilizationWindowSeconds, selectPolicy, policies, tolerance } = rules
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds ?? null,
    SelectPolicy: selectPolicy ?? null,
    Policies:
      policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ??
      null,
    Tolerance: tolerance ?? null,
  }
}

const internalBehavior = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): string =>
  JSON.stringify({ ScaleUp: internalRules(scaleUp), ScaleDown: internalRules(scaleDown) })

function travellers({ spec, status }: HorizontalPodAutoscaler): Annotations {
  const others = (spec.metrics ?? []).filter((metric) => cpuTarget(metric) === undefined)
  const current = status?.currentMetrics ?? []
  const conditions = status?.conditions ?? []
  return {
    ...(others.length > 0 && { [METRICS]: JSON.stringify(others.map(oldMetric)) }),
    ...(current.length > 0 && { [CURRENT_METRICS]: JSON.stringify(current.map(oldMetricStatus)) }),
    ...(spec.behavior && { [BEHAVIOR]: internalBehavior(spec.behavior) }),
    ...(conditions.length > 0 && {
      [CONDITIONS]: JSON.stringify(
        conditions.map(({ type, status, lastTransitionTime, reason, message }) => ({
          type,
          status,
          lastTransitionTime,
          reason,
          message,
        })),
      ),
    }),
  }
}

const cpuUtilization = (status: HorizontalPodAutoscalerStatus | undefined): number | undefined =>
  status?.currentMetrics?.findLast(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')?.resource
    ?.current.averageUtilization

export function toAutoscalingV1(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metadata, spec, status } = autoscaler
  const carried = travellers(autoscaler)
  const own = withoutTravellers(metadata.annotations)
  const annotations = Object.keys(carried).length > 0 ? { ...own, ...carried } : own
  const target = spec.metrics?.map(cpuTarget).find((each) => each !== undefined)
  const utilization = cpuUtilization(status)
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: annotations === metadata.annotations || !annotations ? metadata : { ...metadata, annotations },
    spec: {
      maxReplicas: spec.maxReplicas,
      ...(spec.minReplicas !== undefined && { minReplicas: spec.minReplicas }),
      scaleTargetRef: spec.scaleTargetRef,
      ...(target !== undefined && { targetCPUUtilizationPercentage: target }),
    },
    status: {
      currentReplicas: status?.currentReplicas ?? 0,
      desiredReplicas: status?.desiredReplicas ?? 0,
      ...(status?.observedGeneration !== undefined && { observedGeneration: status.observedGeneration }),
      ...(status?.lastScaleTime !== undefined && { lastScaleTime: status.lastScaleTime }),
      ...(utilization !== undefined && { currentCPUUtilizationPercentage: utilization }),
    },
  }
}

/** What an annotation carries; undefined where it is absent or makes no sense. */
function carriedBy<T>(annotations: Annotations | undefined, key: string): T | undefined {
  const text = annotations?.[key]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

type InternalRules = Readonly<Record<string, unknown>> & {
  readonly Policies?:
    | readonly { readonly Type: string; readonly Value: number; readonly PeriodSeconds: number }[]
    | null
}

function rulesOf(internal: InternalRules | null | undefined): HPAScalingRules | undefined {
  if (!internal) return undefined
  const { StabilizationWindowSeconds, SelectPolicy, Policies, Tolerance } = internal
  return {
    ...(StabilizationWindowSeconds != null && { stabilizationWindowSeconds: StabilizationWindowSeconds as number }),
    ...(SelectPolicy != null && { selectPolicy: SelectPolicy as string }),
    ...(Policies && {
      policies: Policies.map((each) => ({ type: each.Type, value: each.Value, periodSeconds: each.PeriodSeconds })),
    }),
    ...(Tolerance != null && { tolerance: Tolerance as string }),
  }
}

function behaviorOf(annotations: Annotations | undefined): HorizontalPodAutoscalerBehavior | undefined {
  const internal = carriedBy<Readonly<Record<string, InternalRules | null>>>(annotations, BEHAVIOR)
  const [scaleUp, scaleDown] = [rulesOf(internal?.ScaleUp), rulesOf(internal?.ScaleDown)]
  return scaleUp || scaleDown ? { ...(scaleUp && { scaleUp }), ...(scaleDown && { scaleDown }) } : undefined
}

function statusOf(
  { status }: HorizontalPodAutoscalerV1,
  annotations: Annotations | undefined,
): HorizontalPodAutoscalerStatus {
  const { currentCPUUtilizationPercentage: utilization, ...same } = status ?? { desiredReplicas: 0 }
  const plain: readonly MetricStatus[] | undefined =
    utilization === undefined
      ? undefined
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: utilization } } }]
  const carried = carriedBy<readonly object[]>(annotations, CURRENT_METRICS)?.map(newMetricStatus)
  const conditions = carriedBy<HorizontalPodAutoscalerStatus['conditions']>(annotations, CONDITIONS)
  const currentMetrics = carried ?? plain
  return { ...same, ...(currentMetrics && { currentMetrics }), ...(conditions && { conditions }) }
}

export function fromAutoscalingV1(autoscaler: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { metadata, spec } = autoscaler
  const { targetCPUUtilizationPercentage: target, ...same } = spec ?? {}
  const others = carriedBy<readonly object[]>(metadata.annotations, METRICS)?.map(newMetric) ?? []
  const metrics = target === undefined ? others : [...others, cpuMetric(target)]
  const behavior = behaviorOf(metadata.annotations)
  const annotations = withoutTravellers(metadata.annotations)
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: annotations === metadata.annotations || !annotations ? metadata : { ...metadata, annotations },
    spec: { ...same, ...(metrics.length > 0 && { metrics }), ...(behavior && { behavior }) },
    ...(autoscaler.status && { status: statusOf(autoscaler, metadata.annotations) }),
  }
}
