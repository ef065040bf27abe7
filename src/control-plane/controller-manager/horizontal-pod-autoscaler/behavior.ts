import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../../api/types.ts'
import type { History } from './history.ts'

/** What became of a recommendation, and what the conditions say of it. */
export interface Decision {
  readonly replicas: number
  readonly able: { readonly reason: string; readonly message: string }
  readonly limited: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string }
}

interface Limits {
  readonly current: number
  readonly desired: number
  readonly min: number
  readonly max: number
  readonly now: number
}

type Reason = { readonly reason: string; readonly message: string }
type Limited = readonly [replicas: number, why: Reason]

const why = (reason: string, message: string): Reason => ({ reason, message })
const READY = why('ReadyForNewScale', 'recommended size matches current size')
const IN_RANGE = why('DesiredWithinRange', 'the desired count is within the acceptable range')
const TOO_MANY = why('TooManyReplicas', 'the desired replica count is more than the maximum replica count')
const TOO_FEW = why('TooFewReplicas', 'the desired replica count is less than the minimum replica count')
const UP_LIMIT = why('ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate')
const DOWN_LIMIT = why('ScaleDownLimit', 'the desired replica count is decreasing faster than the maximum scale rate')
const UP_STABILIZED = why(
  'ScaleUpStabilized',
  'recent recommendations were lower than current one, applying the lowest recent recommendation',
)
const DOWN_STABILIZED = why(
  'ScaleDownStabilized',
  'recent recommendations were higher than current one, applying the highest recent recommendation',
)

/** Source: pkg/apis/autoscaling/v2/defaults.go */
const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}
const SCALE_DOWN: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

export function scalingRules({ spec }: HorizontalPodAutoscaler): {
  readonly up: HPAScalingRules
  readonly down: HPAScalingRules
} {
  return { up: { ...SCALE_UP, ...spec.behavior?.scaleUp }, down: { ...SCALE_DOWN, ...spec.behavior?.scaleDown } }
}

/** @param windowMs --horizontal-pod-autoscaler-downscale-stabilization */
export function decide(
  autoscaler: HorizontalPodAutoscaler,
  history: History,
  limits: Limits,
  windowMs: number,
): Decision {
  const { current, desired, now } = limits
  const rules = scalingRules(autoscaler)
  const behaves = autoscaler.spec.behavior !== undefined
  const seconds = (given: HPAScalingRules) => (given.stabilizationWindowSeconds ?? windowMs / 1000) * 1000
  const stabilized = behaves
    ? history.stabilizeBoth(current, desired, seconds(rules.up), seconds(rules.down), now)
    : history.stabilize(desired, windowMs, now)
  const direction = behaves && desired >= current ? UP_STABILIZED : DOWN_STABILIZED
  const wanted = { ...limits, desired: stabilized }
  const [replicas, reason] = behaves ? withBehavior(wanted, history, rules) : withoutBehavior(wanted)
  return {
    replicas,
    able: stabilized === desired ? READY : direction,
    limited: { status: replicas === stabilized ? 'False' : 'True', ...reason },
  }
}

/** Source: horizontal.go convertDesiredReplicasWithRules */
function withoutBehavior({ current, desired, min, max }: Limits): Limited {
  const fastest = Math.max(2 * current, 4)
  if (desired < min) return [min, TOO_FEW]
  if (max > fastest) return desired > fastest ? [fastest, UP_LIMIT] : [desired, IN_RANGE]
  return desired > max ? [max, TOO_MANY] : [desired, IN_RANGE]
}

/** Source: horizontal.go convertDesiredReplicasWithBehaviorRate */
function withBehavior(
  limits: Limits,
  history: History,
  { up, down }: { readonly up: HPAScalingRules; readonly down: HPAScalingRules },
): Limited {
  const { current, desired, min, max } = limits
  if (desired > current) {
    const fastest = Math.max(current, rateLimit(limits, history, up, 1))
    const [most, reason]: Limited = max > fastest ? [fastest, UP_LIMIT] : [max, TOO_MANY]
    if (desired > most) return [most, reason]
  } else if (desired < current) {
    const fastest = Math.min(current, rateLimit(limits, history, down, -1))
    const [least, reason]: Limited = min < fastest ? [fastest, DOWN_LIMIT] : [min, TOO_FEW]
    if (desired < least) return [least, reason]
  }
  return [desired, IN_RANGE]
}

/** How far the policies let it go. Source: horizontal.go calculateScaleUpLimitWithScalingRules, calculateScaleDownLimitWithBehaviors */
function rateLimit(
  { current, now }: Limits,
  history: History,
  { selectPolicy, policies = [] }: HPAScalingRules,
  direction: 1 | -1,
): number {
  if (selectPolicy === 'Disabled') return current
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = history.atStartOf(periodSeconds, current, now)
    if (type === 'Pods') return start + direction * value
    return direction === 1 ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100))
  })
  const goesFar = selectPolicy !== 'Min'
  return goesFar === (direction === 1) ? Math.max(...limits) : Math.min(...limits)
}
