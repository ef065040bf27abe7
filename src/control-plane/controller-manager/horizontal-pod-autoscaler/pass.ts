import { setCondition } from '../../../api/conditions.ts'
import { equal } from '../../../api/equal.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerCondition,
  type HorizontalPodAutoscalerStatus,
  isStatus,
  type MetricStatus,
} from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'

interface PassDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly now: () => number
}

type Written = Pick<HorizontalPodAutoscalerStatus, 'currentReplicas' | 'desiredReplicas' | 'lastScaleTime'>

/** One look at one autoscaler: what it comes to is written as its status, once, at the end. */
export class Pass {
  readonly autoscaler: HorizontalPodAutoscaler
  /** What the metrics say now. */
  metrics: readonly MetricStatus[] | undefined
  readonly #deps: PassDependencies
  #conditions: readonly HorizontalPodAutoscalerCondition[]

  constructor(autoscaler: HorizontalPodAutoscaler, deps: PassDependencies) {
    this.autoscaler = autoscaler
    this.#deps = deps
    this.#conditions = autoscaler.status?.conditions ?? []
  }

  now(): number {
    return this.#deps.now()
  }

  condition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    this.#conditions = setCondition(this.#conditions, { type, status, reason, message }, this.now())
  }

  cannotGetScale(why: string): void {
    this.#event('Warning', 'FailedGetScale', why)
    const message = `the HPA controller was unable to get the target's current scale: ${why}`
    this.condition('AbleToScale', 'False', 'FailedGetScale', message)
    this.#update({ desiredReplicas: 0, ...this.autoscaler.status, conditions: this.#conditions })
  }

  /** @param asCondition where the condition says it otherwise than the event */
  refuseSelector(reason: string, message: string, asCondition = message): { readonly error: string } {
    this.#event('Warning', reason, message)
    const known = reason === 'SelectorRequired' ? 'InvalidSelector' : reason
    this.condition('ScalingActive', 'False', known, asCondition)
    return { error: message }
  }

  failMetrics(currentReplicas: number, error: string): undefined {
    this.write({ currentReplicas, desiredReplicas: this.autoscaler.status?.desiredReplicas ?? 0 })
    this.#event('Warning', 'FailedComputeMetricsReplicas', error)
    return undefined
  }

  rescaled(from: number, to: number, why: string): void {
    const message = `the HPA controller was able to update the target scale to ${to}`
    this.condition('AbleToScale', 'True', 'SucceededRescale', message)
    this.#event('Normal', 'SuccessfulRescale', `New size: ${to}; reason: ${why}`)
    this.write({ currentReplicas: from, desiredReplicas: to, lastScaleTime: rfc3339(this.now()) })
  }

  failedRescale(from: number, to: number, why: string, error: string): void {
    this.#event('Warning', 'FailedRescale', `New size: ${to}; reason: ${why}; error: ${error}`)
    const message = `the HPA controller was unable to update the target scale: ${error}`
    this.condition('AbleToScale', 'False', 'FailedUpdateScale', message)
    this.write({ currentReplicas: from, desiredReplicas: this.autoscaler.status?.desiredReplicas ?? 0 })
  }

  /** Source: horizontal.go setStatus */
  write({ currentReplicas = 0, desiredReplicas, lastScaleTime }: Written): void {
    const scaledAt = lastScaleTime ?? this.autoscaler.status?.lastScaleTime
    this.#update({
      ...(currentReplicas !== 0 && { currentReplicas }),
      desiredReplicas,
      ...(scaledAt !== undefined && { lastScaleTime: scaledAt }),
      // A list that is required and empty is written as null.
      currentMetrics: this.metrics ?? (null as unknown as readonly MetricStatus[]),
      conditions: this.#conditions,
    })
  }

  /** Source: horizontal.go updateStatusIfNeeded */
  #update(status: HorizontalPodAutoscalerStatus): void {
    const { name, namespace } = this.autoscaler.metadata
    if (equal(this.autoscaler.status, status)) return
    const change = (now: HorizontalPodAutoscaler) => ({ ...now, status })
    const answer = this.#deps.client.updateStatus('HorizontalPodAutoscaler', name, namespace, change)
    if (isStatus(answer)) this.#event('Warning', 'FailedUpdateStatus', answer.message ?? '')
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#deps.recorder.event(this.autoscaler, type, reason, message)
  }
}
