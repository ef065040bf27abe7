import type { Container, Pod, ResourceRequirements } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { sameJson } from '../status/same.ts'
import { shortageReason, shortagesOf } from './admission.ts'
import type { ContainerSlot, PodRecord } from './pod-record.ts'

/**
 * Gives a pod the resources that its spec has come to ask for, if the node has them; else the pod keeps what it has and
 * says so. Sources: pkg/kubelet/allocation/allocation_manager.go handlePodResourcesResize, status_manager.go
 */
export function allocateResize(record: PodRecord, context: KubeletContext, others: readonly PodRecord[]): void {
  if (!record.wantsResize) {
    record.resizePending = undefined
    return
  }
  const { pod } = record
  const generation = pod.metadata.generation ?? 0
  const active = others.filter((each) => each !== record && !each.terminated && each.rejected === undefined)
  const shortage = shortagesOf(pod, active, context).find(({ resource }) => resource !== 'pods')
  if (shortage === undefined) {
    record.allocate()
    record.resizePending = undefined
    record.resizeStarted = generation
    context.events.pod(pod, 'Normal', 'ResizeStarted', summary('Pod resize started', pod, generation))
    return
  }
  const { resizePending } = record
  const refused = shortageReason(shortage)
  record.resizePending = { reason: 'Deferred', message: refused.message ?? '', generation }
  if (resizePending?.generation === generation) return
  const said = summary('Pod resize Deferred', pod, generation, refused.message)
  context.events.pod(pod, 'Warning', 'ResizeDeferred', said)
}

/** Changes running containers where their resize policy allows it, and marks those to be killed that must start again. Source: kuberuntime_manager.go computePodResizeAction */
export function actuateResize(record: PodRecord, context: KubeletContext): void {
  if (record.resizeStarted === undefined) return
  for (const slot of record.slots) {
    if (!isBehind(slot)) continue
    if (mustRestart(slot)) slot.killBecause = `Container ${slot.name} resize requires restart`
    else context.runtime.updateContainerResources(slot.current!.id, slot.spec.resources)
  }
  if (record.slots.some(isBehind)) return
  const generation = record.resizeStarted
  record.resizeStarted = undefined
  const said = summary('Pod resize completed', record.allocated, generation)
  context.events.pod(record.pod, 'Normal', 'ResizeCompleted', said)
}

/** It runs with other resources than it was given. */
function isBehind({ kind, spec, current }: ContainerSlot): boolean {
  if (current?.state !== 'running' || kind === 'ephemeral') return false
  return !sameJson(spec.resources ?? {}, current.config.container.resources ?? {})
}

function mustRestart({ spec, current }: ContainerSlot): boolean {
  const now = spec.resources ?? {}
  const before = current!.config.container.resources ?? {}
  return (spec.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (now.limits?.[resourceName] !== before.limits?.[resourceName] ||
        now.requests?.[resourceName] !== before.requests?.[resourceName]),
  )
}

/** Source: pkg/kubelet/events/resize.go podResizeMessage */
function summary(prefix: string, { spec }: Pod, generation: number, error?: string): string {
  const of = ({ name, resources }: Container) => ({ name, resources: ordered(resources) })
  const { initContainers = [], containers } = spec
  const said = {
    ...(initContainers.length > 0 && { initContainers: initContainers.map(of) }),
    containers: containers.map(of),
    generation,
    ...(error !== undefined && { error }),
  }
  return `${prefix}: ${JSON.stringify(said)}`
}

function ordered({ limits, requests }: ResourceRequirements = {}): ResourceRequirements {
  const sorted = (list: ResourceRequirements['limits']) => Object.fromEntries(Object.entries(list ?? {}).sort())
  return { ...(limits && { limits: sorted(limits) }), ...(requests && { requests: sorted(requests) }) }
}
