import { isPodReady } from '../../../api/conditions.ts'
import { type Selector, selectorFromLabelSelector } from '../../../api/labels.ts'
import type { CrossVersionObjectReference, LabelSelector, Pod } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { goLabelSelector } from './go-text.ts'
import { type Failed, failed, isFailed, type MetricsClient, type PodMetrics } from './metrics-client.ts'
import { groupPods, type PodTimes } from './pod-groups.ts'
import { requestsOf } from './requests.ts'

/** How far the ratio of usage and target may be from 1 without a change. */
export interface Tolerances {
  readonly up: number
  readonly down: number
}

const isWithin = ({ up, down }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up

export interface Proposal {
  readonly replicas: number
  /** In thousandths: the average of pods, or the value of an object. */
  readonly usage: number
  /** In percent of what is requested. */
  readonly utilization?: number
}

export interface CalculatorDependencies extends PodTimes {
  readonly client: Client
  readonly metrics: MetricsClient
}

/** Which pods are measured, and what they should come to. */
export interface PodTarget {
  readonly namespace: string
  readonly selector: Selector
  readonly currentReplicas: number
  readonly tolerances: Tolerances
}

const MAX_INT32 = 2 ** 31 - 1
const NO_PODS = 'no pods returned by selector while calculating replica count'

/** How many replicas a metric asks for. Source: pkg/controller/podautoscaler/replica_calculator.go */
export class ReplicaCalculator {
  readonly #deps: CalculatorDependencies

  constructor(deps: CalculatorDependencies) {
    this.#deps = deps
  }

  /** By the share of what the pods request. @param container `''`: the whole pod */
  utilization(target: PodTarget, resource: string, percent: number, container: string): Proposal | Failed {
    const metrics = this.#deps.metrics.resource(resource, target.namespace, target.selector, container)
    if (isFailed(metrics)) return failed(`unable to get metrics for resource ${resource}: ${metrics.error}`)
    const pods = this.#pods(target)
    if (pods.length === 0) return failed(NO_PODS)
    let utilization: number | undefined
    return this.#propose(target, pods, metrics, resource, {
      prepare: () => requestsOf(pods, container, resource),
      ratio(measured, requests) {
        const known = [...measured].filter(([pod]) => requests.has(pod))
        const total = known.reduce((sum, [, { value }]) => sum + value, 0)
        const requested = known.reduce((sum, [pod]) => sum + requests.get(pod)!, 0)
        if (requested === 0) return failed('no metrics returned matched known pods')
        const used = Math.trunc((total * 100) / requested)
        utilization ??= used
        return { ratio: used / percent, usage: Math.trunc(total / known.length), utilization }
      },
      missing: (pod, requests) => Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, percent)) / 100),
    })
  }

  /** By the plain value of a resource. */
  usage(target: PodTarget, resource: string, milli: number, container: string): Proposal | Failed {
    const metrics = this.#deps.metrics.resource(resource, target.namespace, target.selector, container)
    if (isFailed(metrics)) return failed(`unable to get metrics for resource ${resource}: ${metrics.error}`)
    return this.#plain(target, metrics, milli, resource)
  }

  /** By a metric of the pods. */
  pods(target: PodTarget, metric: string, milli: number, metricSelector: LabelSelector | undefined): Proposal | Failed {
    const selector = selectorFromLabelSelector(metricSelector)
    const metrics = this.#deps.metrics.pods(metric, target.namespace, target.selector, selector)
    if (isFailed(metrics)) return failed(`unable to get metric ${metric}: ${metrics.error}`)
    return this.#plain(target, metrics, milli, '')
  }

  /** By a metric of one object. @param perPod the target is for each pod of `statusReplicas` */
  object(
    target: PodTarget & { readonly statusReplicas: number },
    metric: string,
    milli: number,
    about: { readonly object: CrossVersionObjectReference; readonly selector: LabelSelector | undefined },
    perPod: boolean,
  ): Proposal | Failed {
    const { object, selector } = about
    const { namespace } = target
    const usage = this.#deps.metrics.object(metric, namespace, object, selectorFromLabelSelector(selector))
    if (isFailed(usage))
      return failed(`unable to get metric ${metric}: ${object.kind} on ${namespace} ${object.name}/${usage.error}`)
    return perPod ? this.#perPod(target, usage, milli) : this.#whole(target, usage, milli)
  }

  /** By the sum of a metric that has to do with no object. */
  external(
    target: PodTarget & { readonly statusReplicas: number },
    metric: string,
    milli: number,
    selector: LabelSelector | undefined,
    perPod: boolean,
  ): Proposal | Failed {
    const { namespace } = target
    const values = this.#deps.metrics.external(metric, namespace, selectorFromLabelSelector(selector))
    if (isFailed(values))
      return failed(
        `unable to get external metric ${namespace}/${metric}/${goLabelSelector(selector)}: ${values.error}`,
      )
    const usage = values.reduce((sum, value) => sum + value, 0)
    return perPod ? this.#perPod(target, usage, milli) : this.#whole(target, usage, milli)
  }

  /** Source: getUsageRatioReplicaCount */
  #whole(target: PodTarget, usage: number, milli: number): Proposal | Failed {
    const { currentReplicas, tolerances } = target
    const ratio = usage / milli
    if (currentReplicas === 0) return { replicas: Math.ceil(ratio), usage }
    if (isWithin(tolerances, ratio)) return { replicas: currentReplicas, usage }
    const pods = this.#pods(target)
    if (pods.length === 0) return failed(`unable to calculate ready pods: ${NO_PODS}`)
    const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length
    return { replicas: Math.min(MAX_INT32, Math.ceil(ratio * ready)), usage }
  }

  /** Source: GetObjectPerPodMetricReplicas */
  #perPod(
    { statusReplicas, tolerances }: PodTarget & { readonly statusReplicas: number },
    usage: number,
    milli: number,
  ): Proposal {
    const keeps = isWithin(tolerances, usage / (milli * statusReplicas))
    const replicas = keeps ? statusReplicas : Math.min(MAX_INT32, Math.ceil(usage / milli))
    return { replicas, usage: Math.ceil(usage / statusReplicas) }
  }

  #plain(target: PodTarget, metrics: PodMetrics, milli: number, resource: string): Proposal | Failed {
    const pods = this.#pods(target)
    if (pods.length === 0) return failed(NO_PODS)
    return this.#propose(target, pods, metrics, resource, {
      prepare: () => new Map(),
      ratio(measured) {
        const usage = Math.trunc([...measured.values()].reduce((sum, { value }) => sum + value, 0) / measured.size)
        return { ratio: usage / milli, usage }
      },
      missing: () => milli,
    })
  }

  #propose(
    { currentReplicas, tolerances }: PodTarget,
    pods: readonly Pod[],
    metrics: PodMetrics,
    resource: string,
    measure: Measure,
  ): Proposal | Failed {
    const { ready, unready, missing, ignored } = groupPods(pods, metrics, resource, this.#deps)
    const measured = new Map(metrics)
    for (const pod of [...ignored, ...unready]) measured.delete(pod)
    if (measured.size === 0) return failed('did not receive metrics for targeted pods (pods might be unready)')
    const requests = measure.prepare()
    if (isFailed(requests)) return requests
    const first = measure.ratio(measured, requests)
    if (isFailed(first)) return first
    const { ratio, ...found } = first
    const keep = { replicas: currentReplicas, ...found }
    const growsWithUnready = unready.size > 0 && ratio > 1
    if (!growsWithUnready && missing.size === 0)
      return isWithin(tolerances, ratio) ? keep : { replicas: Math.ceil(ratio * ready), ...found }
    assume(measured, missing, ratio, (pod) => measure.missing(pod, requests))
    if (growsWithUnready) for (const pod of unready) measured.set(pod, reading(0))
    const second = measure.ratio(measured, requests)
    if (isFailed(second)) return second
    const next = second.ratio
    if (isWithin(tolerances, next) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return keep
    const replicas = Math.ceil(next * measured.size)
    const turns = (next < 1 && replicas > currentReplicas) || (next > 1 && replicas < currentReplicas)
    return turns ? keep : { replicas, ...found }
  }

  #pods({ namespace, selector }: PodTarget): readonly Pod[] {
    return this.#deps.client.list('Pod', { namespace, labelSelector: selector.text })
  }
}

type Requests = ReadonlyMap<string, number>

interface Measure {
  prepare(): Requests | Failed
  ratio(measured: PodMetrics, requests: Requests): (Omit<Proposal, 'replicas'> & { readonly ratio: number }) | Failed
  /** What a pod without metrics is taken to use while there is too little use. */
  missing(pod: string, requests: Requests): number
}

const reading = (value: number) => ({ value, timestamp: 0, windowMs: 0 })

/** Pods without metrics are assumed to speak against the change. */
function assume(measured: PodMetrics, missing: ReadonlySet<string>, ratio: number, use: (pod: string) => number): void {
  if (ratio === 1) return
  for (const pod of missing) measured.set(pod, reading(ratio < 1 ? use(pod) : 0))
}
