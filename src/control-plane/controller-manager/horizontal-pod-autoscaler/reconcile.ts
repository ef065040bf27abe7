import { splitKey } from '../../../api/meta.ts'
import { quantityMilliValue } from '../../../api/quantity.ts'
import { type HorizontalPodAutoscaler, isStatus } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { KindInfo } from '../controller.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { decide, scalingRules } from './behavior.ts'
import { type Computed, computeForMetric, type Problem } from './compute.ts'
import { History } from './history.ts'
import { Pass } from './pass.ts'
import type { ReplicaCalculator, Tolerances } from './replica-calculator.ts'
import { parseTargetSelector, type Selectors } from './selectors.ts'
import { findTarget, type Target } from './target.ts'

export interface AutoscalerDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly now: () => number
  readonly kinds: readonly KindInfo[]
  readonly flags: ControllerManagerFlags
  readonly calculator: ReplicaCalculator
  readonly histories: Map<string, History>
  readonly selectors: Selectors
}

const GOT_SCALE = "the HPA controller was able to get the target's current scale"

/** Source: pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler */
export function reconcileAutoscaler(key: string, deps: AutoscalerDependencies): void {
  const { client, now } = deps
  const { namespace, name } = splitKey(key)
  const autoscaler = client.get('HorizontalPodAutoscaler', name, namespace)
  if (autoscaler === undefined) return
  const pass = new Pass(autoscaler, deps)
  const target = findTarget(client, deps.kinds, autoscaler.spec.scaleTargetRef, namespace!)
  if (typeof target === 'string') {
    pass.cannotGetScale(target)
    return
  }
  pass.condition('AbleToScale', 'True', 'SucceededGetScale', GOT_SCALE)
  const history = deps.histories.get(key) ?? new History()
  deps.histories.set(key, history)
  const current = target.specReplicas
  history.begin(current, now())
  const { minReplicas: min = 1, maxReplicas: max } = autoscaler.spec
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero'
    pass.condition('ScalingActive', 'False', 'ScalingDisabled', message)
    pass.write({ currentReplicas: 0, desiredReplicas: 0 })
  } else if (current > max) rescale(pass, target, max, 'Current number of replicas above Spec.MaxReplicas', history)
  else if (current < min) rescale(pass, target, min, 'Current number of replicas below Spec.MinReplicas', history)
  else followMetrics(pass, key, target, history, deps)
}

function followMetrics(pass: Pass, key: string, target: Target, history: History, deps: AutoscalerDependencies): void {
  const { autoscaler } = pass
  const { minReplicas: min = 1, maxReplicas: max } = autoscaler.spec
  const current = target.specReplicas
  const found = computeAll(pass, key, target, deps)
  if (found === undefined) return
  const { replicas: desired, metric } = found
  const limits = { current, desired, min, max, now: deps.now() }
  const { replicas, able, limited } = decide(
    autoscaler,
    history,
    limits,
    deps.flags.horizontalPodAutoscalerDownscaleStabilization,
  )
  pass.condition('AbleToScale', 'True', able.reason, able.message)
  pass.condition('ScalingLimited', limited.status, limited.reason, limited.message)
  const why = desired > current ? `${metric} above target` : desired < current ? 'All metrics below target' : ''
  if (replicas === current) pass.write({ currentReplicas: current, desiredReplicas: current })
  else rescale(pass, target, replicas, why, history)
}

function rescale(pass: Pass, target: Target, replicas: number, why: string, history: History): void {
  const { autoscaler } = pass
  const answer = target.scale(replicas)
  if (isStatus(answer)) {
    pass.failedRescale(target.specReplicas, replicas, why, answer.message ?? '')
    return
  }
  pass.rescaled(target.specReplicas, replicas, why)
  if (autoscaler.spec.behavior === undefined) return
  const { up, down } = scalingRules(autoscaler)
  history.scaled(target.specReplicas, replicas, replicas > target.specReplicas ? up : down, pass.now())
}

const isProblem = (outcome: Computed | Problem): outcome is Problem => 'error' in outcome

/** Source: horizontal.go computeReplicasForMetrics */
function computeAll(
  pass: Pass,
  key: string,
  target: Target,
  deps: AutoscalerDependencies,
): { readonly replicas: number; readonly metric: string } | undefined {
  const { autoscaler } = pass
  const specs = autoscaler.spec.metrics ?? []
  const current = target.specReplicas
  const selector = checkedSelector(pass, key, target.selector, deps)
  if ('error' in selector) return pass.failMetrics(current, selector.error)
  const measured = {
    namespace: autoscaler.metadata.namespace!,
    selector,
    currentReplicas: current,
    statusReplicas: target.statusReplicas,
    tolerances: tolerancesOf(autoscaler, deps.flags.horizontalPodAutoscalerTolerance),
  }
  const outcomes = specs.map((spec) => {
    const outcome = computeForMetric(deps.calculator, spec, measured)
    if (isProblem(outcome)) deps.recorder.event(autoscaler, 'Warning', outcome.reason, outcome.message)
    return outcome
  })
  pass.metrics = outcomes.map((outcome) => (isProblem(outcome) ? { type: '' } : outcome.status))
  let best = { replicas: 0, metric: '' }
  for (const outcome of outcomes)
    if (!isProblem(outcome) && (best.replicas === 0 || outcome.replicas > best.replicas)) best = outcome
  const problems = outcomes.filter(isProblem)
  const [first] = problems
  if (problems.length >= specs.length || (problems.length > 0 && best.replicas < current)) {
    if (first !== undefined) {
      const message = `the HPA was unable to compute the replica count: ${first.message}`
      pass.condition('ScalingActive', 'False', first.reason, message)
    }
    const count = `${problems.length} invalid out of ${specs.length}`
    return pass.failMetrics(current, `invalid metrics (${count}), first error is: ${first?.error}`)
  }
  const message = `the HPA was able to successfully calculate a replica count from ${best.metric}`
  pass.condition('ScalingActive', 'True', 'ValidMetricFound', message)
  return best
}

/** Source: horizontal.go validateAndParseSelector */
function checkedSelector(pass: Pass, key: string, text: string, { client, selectors }: AutoscalerDependencies) {
  const { autoscaler } = pass
  if (text === '')
    return pass.refuseSelector(
      'SelectorRequired',
      'selector is required',
      "the HPA target's scale is missing a selector",
    )
  const selector = parseTargetSelector(text)
  if ('error' in selector)
    return pass.refuseSelector(
      'InvalidSelector',
      `couldn't convert selector into a corresponding internal selector object: ${selector.error}`,
    )
  selectors.set(key, selector)
  const namespace = autoscaler.metadata.namespace!
  const pods = client.list('Pod', { namespace, labelSelector: selector.text })
  const selecting = selectors.selecting(pods, namespace)
  if (selecting.length <= 1) return selector
  return pass.refuseSelector(
    'AmbiguousSelector',
    `pods by selector ${text} are controlled by multiple HPAs: [${selecting.join(' ')}]`,
  )
}

/** Source: horizontal.go tolerancesForHpa; HPAConfigurableTolerance is on by default since v1.35 */
function tolerancesOf({ spec }: HorizontalPodAutoscaler, otherwise: number): Tolerances {
  const { scaleUp, scaleDown } = spec.behavior ?? {}
  const of = (own: string | number | undefined) => (own === undefined ? otherwise : quantityMilliValue(own) / 1000)
  return { up: of(scaleUp?.tolerance), down: of(scaleDown?.tolerance) }
}
