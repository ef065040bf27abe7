import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import type { Container, PodSpec } from '../../../api/types.ts'
import type { ContainerSlot, PodRecord } from './pod-record.ts'

/** What of a container's resources can be changed while it runs: millicores and bytes. */
export interface Resizable {
  readonly cpuRequest: number
  readonly cpuLimit: number
  readonly memoryRequest: number
  readonly memoryLimit: number
}

/** Limits of the pod hold where the container has none. Source: kuberuntime_manager.go containerResourcesFromRequirements */
export function resizable(resources: Container['resources'], ofPod: PodSpec['resources']): Resizable {
  const { limits, requests } = resources ?? {}
  return {
    cpuRequest: quantityMilliValue(requests?.cpu),
    cpuLimit: quantityMilliValue(limits?.cpu ?? ofPod?.limits?.cpu),
    memoryRequest: quantityValue(requests?.memory),
    memoryLimit: quantityValue(limits?.memory ?? ofPod?.limits?.memory),
  }
}

const FIELDS = ['cpuRequest', 'cpuLimit', 'memoryRequest', 'memoryLimit'] as const

export function sameResizable(a: Resizable, b: Resizable): boolean {
  return FIELDS.every((field) => a[field] === b[field])
}

/** What a container has been given, and what it runs with; undefined where it does not run. */
export function resizeOf(record: PodRecord, slot: ContainerSlot): { from: Resizable; to: Resizable } | undefined {
  const { kind, spec, current } = slot
  if (current?.state !== 'running' || kind === 'ephemeral' || kind === 'init') return undefined
  const from = resizable(current.config.container.resources, record.actuatedResources)
  const to = resizable(spec.resources, record.podResources)
  return sameResizable(from, to) ? undefined : { from, to }
}

/** Source: kuberuntime_manager.go computePodResizeAction, determineContainerResize */
export function mustRestart({ resizePolicy = [] }: Container, from: Resizable, to: Resizable): boolean {
  return resizePolicy.some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (resourceName === 'cpu'
        ? from.cpuRequest !== to.cpuRequest || from.cpuLimit !== to.cpuLimit
        : from.memoryRequest !== to.memoryRequest || from.memoryLimit !== to.memoryLimit),
  )
}

/** Bytes; undefined: there is no limit of the pod as a whole. Source: pkg/kubelet/cm/helpers_linux.go ResourceConfigForPod */
export function podMemoryLimit(
  slots: readonly ContainerSlot[],
  ofPod: PodSpec['resources'],
  of: (slot: ContainerSlot) => Container['resources'],
): number | undefined {
  if (ofPod?.limits?.memory !== undefined) return quantityValue(ofPod.limits.memory)
  const counted = slots.filter(({ kind }) => kind === 'main' || kind === 'sidecar')
  const limits = counted.map((slot) => quantityValue(of(slot)?.limits?.memory))
  return limits.includes(0) ? undefined : limits.reduce((sum, limit) => sum + limit, 0)
}
