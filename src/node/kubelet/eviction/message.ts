import { canonicalQuantity, compareQuantities, quantityOf } from '../../../api/quantity.ts'
import type { Pod } from '../../../api/types.ts'
import type { Observations } from './observations.ts'
import type { PodUse } from './pod-use.ts'
import { amountOf, SIGNALS, type Starved, type Threshold } from './thresholds.ts'

/** Why a pod is evicted, and what the event is annotated with. Source: pkg/kubelet/eviction/helpers.go evictionMessage */
export function evictionMessage(
  starved: Starved,
  pod: Pod,
  use: PodUse,
  thresholds: readonly Threshold[],
  observations: Observations,
): { readonly message: string; readonly annotations: Readonly<Record<string, string>> } {
  const met = thresholds.find(({ signal }) => SIGNALS[signal].resource === starved)
  const exceeded = exceededContainers(starved, pod, use)
  const ofPod = podExceeded(starved, pod, use)
  const message = [
    `The node was low on resource: ${starved}. `,
    met === undefined ? '' : thresholdText(met, observations),
    ...(ofPod === undefined
      ? []
      : [
          `Pod ${pod.metadata.name} was using ${ofPod.used}, request is ${ofPod.request}, has larger consumption of ${starved}. `,
        ]),
    ...exceeded.map(
      ({ name, used, request }) =>
        `Container ${name} was using ${used}, request is ${request}, has larger consumption of ${starved}. `,
    ),
  ].join('')
  const annotations = {
    ...(ofPod === undefined ? {} : { offending_pod: pod.metadata.name, offending_pod_usage: ofPod.used }),
    offending_containers: exceeded.map(({ name }) => name).join(','),
    offending_containers_usage: exceeded.map(({ used }) => used).join(','),
    starved_resource: starved,
  }
  return { message, annotations }
}

function thresholdText({ signal, value }: Threshold, observations: Observations): string {
  const { available, capacity } = observations[signal]
  const starved = SIGNALS[signal].resource
  const format = starved === 'memory' || starved === 'ephemeral-storage' ? 'BinarySI' : 'DecimalSI'
  // A part of what there is prints as bytes, whatever it is a part of.
  const quantity = quantityOf(amountOf(value, capacity), 'part' in value ? 'BinarySI' : format)
  return `Threshold quantity: ${quantity}, available: ${quantityOf(available, format)}. `
}

function podExceeded(starved: Starved, { spec }: Pod, use: PodUse) {
  const request = starved === 'memory' ? spec.resources?.requests?.memory : undefined
  return request === undefined ? undefined : { used: bytes(use.memory), request: canonicalQuantity(request) }
}

function exceededContainers(starved: Starved, { spec }: Pod, use: PodUse) {
  if (starved !== 'memory' && starved !== 'ephemeral-storage') return []
  const specs = [...spec.containers, ...(spec.initContainers ?? [])]
  return use.containers.flatMap(({ name, memory, rootfs, logs }) => {
    const container = specs.find((each) => each.name === name)
    if (container === undefined) return []
    const request = container.resources?.requests?.[starved] ?? '0'
    const used = bytes(starved === 'memory' ? memory : rootfs.bytes + logs.bytes)
    return compareQuantities(used, request) > 0 ? [{ name, used, request: canonicalQuantity(request) }] : []
  })
}

function bytes(value: number): string {
  return quantityOf(value, 'BinarySI')
}
