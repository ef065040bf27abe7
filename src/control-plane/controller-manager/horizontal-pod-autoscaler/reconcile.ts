import { setCondition } from '../../../api/conditions.ts'
import { groupOf, splitKey } from '../../../api/meta.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type CrossVersionObjectReference,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerCondition,
  type HorizontalPodAutoscalerStatus,
  isStatus,
  type Kind,
  type Scale,
} from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import { problemOf } from './metrics.ts'

export interface AutoscalerDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly now: () => number
}

/** What has a scale. */
const SCALED: Readonly<Record<string, Kind>> = {
  'apps/Deployment': 'Deployment',
  'apps/ReplicaSet': 'ReplicaSet',
  'apps/StatefulSet': 'StatefulSet',
  '/ReplicationController': 'ReplicationController',
}

/** Source: pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler */
export function reconcileAutoscaler(key: string, deps: AutoscalerDependencies): void {
  const { client, recorder } = deps
  const { namespace, name } = splitKey(key)
  const autoscaler = client.get('HorizontalPodAutoscaler', name, namespace)
  if (autoscaler === undefined) return
  const pass = new Pass(autoscaler, deps)
  const target = replicasOf(client, autoscaler.spec.scaleTargetRef, namespace!)
  if (typeof target === 'string') {
    recorder.event(autoscaler, 'Warning', 'FailedGetScale', target)
    const message = `the HPA controller was unable to get the target's current scale: ${target}`
    pass.condition('AbleToScale', 'False', 'FailedGetScale', message)
    pass.write({})
    return
  }
  pass.condition(
    'AbleToScale',
    'True',
    'SucceededGetScale',
    "the HPA controller was able to get the target's current scale",
  )
  const { minReplicas = 1, maxReplicas } = autoscaler.spec
  if (target === 0 && minReplicas !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero'
    pass.condition('ScalingActive', 'False', 'ScalingDisabled', message)
    pass.write({ currentReplicas: 0, desiredReplicas: 0 })
  } else if (target > maxReplicas)
    pass.rescale(target, maxReplicas, 'Current number of replicas above Spec.MaxReplicas')
  else if (target < minReplicas) pass.rescale(target, minReplicas, 'Current number of replicas below Spec.MinReplicas')
  else pass.failMetrics(target)
}

/** How many replicas the target asks for; a text says why it cannot be known. */
function replicasOf(
  client: Client,
  { apiVersion = '', kind, name }: CrossVersionObjectReference,
  namespace: string,
): number | string {
  const known = SCALED[`${groupOf(apiVersion)}/${kind}`]
  if (known === undefined)
    return `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(groupOf(apiVersion))}`
  const found = client.get(known, name, namespace) as { readonly spec: { readonly replicas?: number } } | undefined
  const resource = `${kind.toLowerCase()}s${groupOf(apiVersion) === '' ? '' : `.${groupOf(apiVersion)}`}`
  return found === undefined ? `${resource} "${name}" not found` : (found.spec.replicas ?? 1)
}

class Pass {
  readonly #autoscaler: HorizontalPodAutoscaler
  readonly #deps: AutoscalerDependencies
  #conditions: readonly HorizontalPodAutoscalerCondition[]

  constructor(autoscaler: HorizontalPodAutoscaler, deps: AutoscalerDependencies) {
    this.#autoscaler = autoscaler
    this.#deps = deps
    this.#conditions = autoscaler.status?.conditions ?? []
  }

  condition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    this.#conditions = setCondition(this.#conditions, { type, status, reason, message }, this.#deps.now())
  }

  write(next: Partial<HorizontalPodAutoscalerStatus>): void {
    const { client } = this.#deps
    const { status: old, metadata } = this.#autoscaler
    const conditions = this.#conditions
    const fields = Object.entries(next) as [keyof HorizontalPodAutoscalerStatus, unknown][]
    const same = fields.every(([name, value]) => JSON.stringify(old?.[name]) === JSON.stringify(value))
    if (same && old?.conditions === conditions) return
    const status = { desiredReplicas: 0, ...old, ...next, conditions }
    client.updateStatus('HorizontalPodAutoscaler', metadata.name, metadata.namespace, (now) => ({ ...now, status }))
  }

  rescale(from: number, to: number, why: string): void {
    const { client, recorder, now } = this.#deps
    const { kind, name } = this.#autoscaler.spec.scaleTargetRef
    const { namespace } = this.#autoscaler.metadata
    const scaled = (scale: Scale) => ({ ...scale, spec: { ...scale.spec, replicas: to } })
    const answer = client.updateSubresource!(kind as Kind, name, namespace, 'scale', scaled as never)
    if (isStatus(answer)) {
      const message = `New size: ${to}; reason: ${why}; error: ${answer.message}`
      recorder.event(this.#autoscaler, 'Warning', 'FailedRescale', message)
      const text = `the HPA controller was unable to update the target scale: ${answer.message}`
      this.condition('AbleToScale', 'False', 'FailedUpdateScale', text)
      this.write({ currentReplicas: from })
      return
    }
    this.condition(
      'AbleToScale',
      'True',
      'SucceededRescale',
      `the HPA controller was able to update the target scale to ${to}`,
    )
    recorder.event(this.#autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${to}; reason: ${why}`)
    this.write({ currentReplicas: from, desiredReplicas: to, lastScaleTime: rfc3339(now()) })
  }

  /** Between its bounds it needs metrics, and nobody serves any. */
  failMetrics(currentReplicas: number): void {
    const { recorder } = this.#deps
    const metrics = this.#autoscaler.spec.metrics ?? []
    const problems = metrics.map((metric) => problemOf(metric, this.#autoscaler.metadata.namespace!))
    const [first] = problems
    for (const { reason, message } of problems) recorder.event(this.#autoscaler, 'Warning', reason, message)
    if (first !== undefined) {
      const message = `the HPA was unable to compute the replica count: ${first.message}`
      this.condition('ScalingActive', 'False', first.reason, message)
      const all = `invalid metrics (${problems.length} invalid out of ${metrics.length}), first error is: ${first.doing}: ${first.message}`
      recorder.event(this.#autoscaler, 'Warning', 'FailedComputeMetricsReplicas', all)
    }
    this.write({ currentReplicas, currentMetrics: metrics.map(() => ({ type: '' })) })
  }
}
