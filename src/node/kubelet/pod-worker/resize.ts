import type { Container, Pod, ResourceRequirements } from '../../../api/types.ts'
import { podUse } from '../eviction/pod-use.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { qosClass } from '../status/qos.ts'
import { sameJson } from '../status/same.ts'
import { objectionsTo, shortageReason } from './admission.ts'
import type { ContainerSlot, PodRecord, ResizeState, WaitingReason } from './pod-record.ts'
import { mustRestart, podMemoryLimit, type Resizable, resizeOf } from './resizable.ts'

/**
 * Gives a pod the resources that its spec has come to ask for, if the node has them; else the pod keeps what it has and
 * says so. Sources: pkg/kubelet/allocation/allocation_manager.go handlePodResourcesResize, status_manager.go
 *
 * @returns whether its status has something new to tell
 */
export function allocateResize(
  record: PodRecord,
  context: KubeletContext,
  others: Iterable<PodRecord>,
  pressure: WaitingReason | undefined,
): boolean {
  const before = record.resizePending
  if (!record.wantsResize) {
    record.resizePending = undefined
    return before !== undefined
  }
  const { pod } = record
  const generation = pod.metadata.generation ?? 0
  const infeasible = infeasibility(record, context)
  const refused = infeasible ?? pressure?.message ?? objection(record, context, others)
  if (refused === undefined) {
    record.allocate()
    record.resizePending = undefined
    record.resizeInProgress = stateOf(undefined, generation, context)
    context.events.pod(pod, 'Normal', 'ResizeStarted', summary('Pod resize started', pod, generation))
    return true
  }
  const reason = infeasible === undefined ? 'Deferred' : 'Infeasible'
  record.resizePending = stateOf(before, generation, context, reason, refused)
  if (before?.generation !== generation || before.reason !== reason) {
    const said = summary(`Pod resize ${reason}`, pod, generation, refused)
    context.events.pod(pod, 'Warning', `Resize${reason}`, said)
  }
  return !sameJson(before, record.resizePending)
}

function stateOf(
  before: ResizeState | undefined,
  generation: number,
  { world }: KubeletContext,
  reason?: ResizeState['reason'],
  message?: string,
): ResizeState {
  const now = world.clock.now()
  const since = before !== undefined && before.reason === reason ? before.since : now
  return { ...(reason && { reason }), ...(message && { message }), generation, since, probedAt: now }
}

/** Source: pkg/kubelet/allocation/handlers.go podResizesAdmitHandler.Admit */
function infeasibility(record: PodRecord, { configuration }: KubeletContext): string | undefined {
  if (qosClass(record.pod) !== 'Guaranteed') return undefined
  const { cpuManagerPolicy, memoryManagerPolicy } = configuration
  const { initContainers = [], containers } = record.pod.spec
  const changes = (resource: string) =>
    [...initContainers, ...containers].some(
      ({ name, resources }) =>
        resources?.requests?.[resource] !== record.slot(name)?.spec.resources?.requests?.[resource],
    )
  if (cpuManagerPolicy === 'static' && changes('cpu'))
    return 'Resize is infeasible for Guaranteed Pods alongside CPU Manager policy "static"'
  if (memoryManagerPolicy === 'Static' && changes('memory'))
    return 'Resize is infeasible for Guaranteed Pods alongside Memory Manager policy "Static"'
  return undefined
}

function objection(record: PodRecord, context: KubeletContext, others: Iterable<PodRecord>): string | undefined {
  const active = [...others].filter((each) => each !== record && !each.terminated && each.rejected === undefined)
  const found = objectionsTo(record, context, active)
  const [shortage] = found.shortages
  return shortage === undefined ? found.others[0]?.message : shortageReason(shortage).message
}

/** Whether a pod has not all that it was given yet; tells when it has. Source: kubelet.go SyncPod, IsPodResizeInProgress */
export function followResize(record: PodRecord, context: KubeletContext): void {
  const generation = record.pod.metadata.generation ?? 0
  if (isInProgress(record)) {
    record.resizeInProgress ??= stateOf(undefined, generation, context)
    return
  }
  const { resizeInProgress } = record
  if (resizeInProgress === undefined) return
  record.resizeInProgress = undefined
  const said = summary('Pod resize completed', record.allocated, resizeInProgress.generation)
  context.events.pod(record.pod, 'Normal', 'ResizeCompleted', said)
}

function isInProgress(record: PodRecord): boolean {
  if (record.slots.some((slot) => resizeOf(record, slot) !== undefined)) return true
  return !sameJson(record.podResources ?? {}, record.actuatedResources ?? {})
}

/** Containers that have to start again to have what they were given. */
export function markRestarts(record: PodRecord): void {
  if (record.resizeInProgress === undefined) return
  for (const slot of record.slots) {
    const change = resizeOf(record, slot)
    if (change !== undefined && mustRestart(slot.spec, change.from, change.to))
      slot.killBecause = `Container ${slot.name} resize requires restart`
  }
}

/**
 * Changes running containers, those that get less first.
 * Source: kuberuntime_manager.go doPodResizeAction
 *
 * @returns whether anything was changed; a text says why nothing could be
 */
export function actuateResize(record: PodRecord, context: KubeletContext): boolean | string {
  if (record.resizeInProgress === undefined || !isInProgress(record)) return false
  const changes = record.slots.flatMap((slot) => {
    const change = resizeOf(record, slot)
    return change === undefined || mustRestart(slot.spec, change.from, change.to) ? [] : [{ slot, ...change }]
  })
  const problem = memoryProblem(record, changes, context)
  if (problem !== undefined) {
    fail(record, `cannot decrease memory limits: ${problem}`, context)
    return problem
  }
  for (const { slot } of changes) context.runtime.updateContainerResources(slot.current!.id, slot.spec.resources)
  record.actuatedResources = record.podResources
  return true
}

function fail(record: PodRecord, message: string, context: KubeletContext): void {
  const before = record.resizeInProgress!
  if (before.reason === 'Error' && before.message === message) return
  record.resizeInProgress = stateOf(before, before.generation, context, 'Error', message)
  const said = summary('Pod resize error', record.allocated, before.generation, message)
  context.events.pod(record.pod, 'Warning', 'ResizeError', said)
}

interface Change {
  readonly slot: ContainerSlot
  readonly from: Resizable
  readonly to: Resizable
}

/** Limits may not fall below what is used. Source: kuberuntime_manager.go validateMemoryResizeAction */
function memoryProblem(record: PodRecord, changes: readonly Change[], context: KubeletContext): string | undefined {
  const { slots, podResources, actuatedResources } = record
  const wanted = podMemoryLimit(slots, podResources, ({ spec }) => spec.resources)
  const present = podMemoryLimit(slots, actuatedResources, ({ current }) => current?.config.container.resources)
  const isLess = (to: number, from: number) => to > 0 && (from === 0 || to < from)
  const podFalls = wanted !== undefined && isLess(wanted, present ?? 0)
  const falling = changes.filter(({ from, to }) => isLess(to.memoryLimit, from.memoryLimit))
  if (!podFalls && falling.length === 0) return undefined
  const use = podUse(record, context.runtime, context.files, context.world.clock.now())
  const problems: string[] = []
  if (podFalls && use.memory >= wanted)
    problems.push(`attempting to set pod memory limit (${wanted}) below current usage (${use.memory})`)
  for (const { slot, to } of falling) {
    const used = use.containers.find(({ name }) => name === slot.name)?.memory ?? 0
    if (used < to.memoryLimit) continue
    const limit = `container "${slot.name}" memory limit (${to.memoryLimit})`
    problems.push(`attempting to set ${limit} below current usage (${use.memory})`)
  }
  if (problems.length === 0) return undefined
  return problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`
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
