import { findCondition } from '../../api/conditions.ts'
import { quantityMilliValue } from '../../api/quantity.ts'
import type {
  HorizontalPodAutoscaler,
  Kind,
  KubernetesObject,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../api/types.ts'
import type { World } from '../world.ts'
import { notThere } from './nearest.ts'
import type { Stamp } from './next.ts'

/** --horizontal-pod-autoscaler-tolerance. Source: pkg/controller/podautoscaler/config/v1alpha1/defaults.go */
const TOLERANCE = 0.1

/** What an autoscaler sees, what it makes of it, and what keeps it. */
export function autoscalerNext(world: World, autoscaler: HorizontalPodAutoscaler, stamp: Stamp): readonly string[] {
  const { metadata, spec, status } = autoscaler
  const { kind, name } = spec.scaleTargetRef
  if (world.get(kind, name, metadata.namespace) === undefined)
    return [notThere(world, kind as Kind, name, metadata.namespace)]
  if (status?.conditions === undefined)
    return ['nobody has looked at it yet: the controller manager does every 15 seconds']
  const { minReplicas = 1, maxReplicas } = spec
  const { currentReplicas = 0, desiredReplicas } = status
  const wants = desiredReplicas === currentReplicas ? 'and wants no other number' : `and wants ${desiredReplicas}`
  return [
    `it sees ${currentReplicas} replicas of ${kind} ${name} ${wants} (minReplicas ${minReplicas}, maxReplicas ${maxReplicas})`,
    ...(spec.metrics ?? []).map((metric, index) => `  ${metricText(metric, status.currentMetrics?.[index])}`),
    ...obstacles(world, autoscaler, stamp),
  ]
}

/** Of an object that autoscalers scale: what they do. */
export function scaledBy(world: World, { kind, metadata }: KubernetesObject, stamp: Stamp): readonly string[] {
  return [...world.client.list('HorizontalPodAutoscaler', { namespace: metadata.namespace })]
    .filter(({ spec: { scaleTargetRef: to } }) => to.kind === kind && to.name === metadata.name)
    .flatMap((each) => [
      `HorizontalPodAutoscaler ${each.metadata.name} says how many replicas it has:`,
      ...autoscalerNext(world, each, stamp).map((line) => `  ${line}`),
    ])
}

/** Source: pkg/controller/podautoscaler/horizontal.go, where each condition is set */
function obstacles(world: World, { status }: HorizontalPodAutoscaler, stamp: Stamp): string[] {
  const of = (type: string) => findCondition(status?.conditions, type)
  const [able, active, limited] = [of('AbleToScale'), of('ScalingActive'), of('ScalingLimited')]
  const since = (time: string | undefined) => (time === undefined ? '' : ` since ${stamp(Date.parse(time))}`)
  const lines = [able, active].flatMap((each) =>
    each?.status === 'False'
      ? [`it cannot scale${since(each.lastTransitionTime)}: ${each.reason}: ${each.message ?? ''}`]
      : [],
  )
  if (active?.reason === 'FailedGetResourceMetric' && world.get('APIService', METRICS_API) === undefined)
    lines.push('nothing serves metrics.k8s.io: metrics-server has to be installed')
  if (able?.status === 'True' && able.reason?.endsWith('Stabilized'))
    lines.push(`it holds back (${able.reason}): ${able.message}`)
  if (limited?.status === 'True') lines.push(`it may go no further (${limited.reason}): ${limited.message}`)
  return lines
}

const METRICS_API = 'v1beta1.metrics.k8s.io'

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const { name, target } = wanted(spec)
  const shown = shownTarget(target)
  const current = status && currentOf(status)
  if (current === undefined) return `${name}: not known yet; the target is ${shown}`
  const [is, goal] = amounts(current, target)
  const now = target.averageUtilization === undefined ? (current.averageValue ?? current.value) : `${is}%`
  const near = goal > 0 && Math.abs(is / goal - 1) <= TOLERANCE
  return `${name}: ${now} now, the target is ${shown}${near && is !== goal ? ' (within the tolerance of 10%)' : ''}`
}

function wanted({ resource, containerResource, pods, object, external }: MetricSpec): {
  readonly name: string
  readonly target: MetricTarget
} {
  if (resource) return { name: resource.name, target: resource.target }
  if (containerResource) {
    const { name, container, target } = containerResource
    return { name: `${name} of container ${container}`, target }
  }
  const { metric, target } = (pods ?? object ?? external)!
  return { name: metric.name, target }
}

const currentOf = ({ resource, containerResource, pods, object, external }: MetricStatus) =>
  (resource ?? containerResource ?? pods ?? object ?? external)?.current

const shownTarget = ({ averageUtilization, averageValue, value }: MetricTarget) =>
  averageUtilization !== undefined
    ? `${averageUtilization}%`
    : averageValue !== undefined
      ? `${averageValue} on average`
      : `${value}`

function amounts(current: MetricValueStatus, target: MetricTarget): readonly [is: number, goal: number] {
  if (target.averageUtilization !== undefined) return [current.averageUtilization ?? 0, target.averageUtilization]
  const [is, goal] = [current.averageValue ?? current.value, target.averageValue ?? target.value]
  return [quantityMilliValue(is ?? '0'), quantityMilliValue(goal ?? '0')]
}
