import { parseTime } from '../../../api/time.ts'
import type { Pod, PodCondition } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { qosClass } from '../status/qos.ts'
import type { PodAllocation, PodRecord, ResizeState, WaitingReason } from './pod-record.ts'
import { requestOf } from './requests.ts'
import { allocateResize } from './resize.ts'
import { readAllocations, writeAllocations } from './resize-checkpoint.ts'

export interface PendingResizesDeps {
  readonly context: KubeletContext
  readonly records: ReadonlyMap<string, PodRecord>
  /** Why a node under pressure would not take the pod. */
  admit(pod: Pod, isStatic: boolean): WaitingReason | undefined
  /** The pod is to be synced: it has been given resources, or has to say why not. */
  onChanged(record: PodRecord): void
}

/** Pods whose resize waits for resources. Source: pkg/kubelet/allocation/allocation_manager.go podsWithPendingResizes */
export class PendingResizes {
  readonly #deps: PendingResizesDeps
  readonly #pending = new Set<PodRecord>()
  /** What this kubelet's predecessor had given. */
  #checkpoint: Readonly<Record<string, PodAllocation>> | undefined

  constructor(deps: PendingResizesDeps) {
    this.#deps = deps
  }

  /** A pod that is new to this kubelet. Source: AddPod, BackfillPodResizeConditions */
  added(record: PodRecord): void {
    const { context } = this.#deps
    this.#checkpoint ??= readAllocations(context.files)
    const known = this.#checkpoint[record.uid]
    if (record.adopted || known !== undefined) record.adoptResources(known)
    for (const { type, ...said } of record.pod.status?.conditions ?? []) {
      if (type === 'PodResizePending' && record.wantsResize) record.resizePending = stateOf(said)
      else if (type === 'PodResizeInProgress') record.resizeInProgress = stateOf(said)
    }
    // Once all pods of the node are known.
    if (record.wantsResize) context.world.clock.defer(() => this.consider(record))
  }

  /** What the pod asks for has changed. Source: kubelet.go HandlePodUpdates */
  consider(record: PodRecord): void {
    if (this.#deps.records.get(record.uid) !== record) return
    if (record.wantsResize) {
      this.#pending.add(record)
      this.retry()
    } else if (record.resizePending !== undefined) {
      this.#pending.delete(record)
      record.resizePending = undefined
      this.#save()
      this.#deps.onChanged(record)
    }
  }

  /** There may be room now. Source: retryPendingResizes */
  retry(): void {
    if (this.#pending.size === 0) return
    const { context, records, admit, onChanged } = this.#deps
    const changed: PodRecord[] = []
    for (const record of [...this.#pending].sort(byUrgency)) {
      const isHere = records.get(record.uid) === record && record.terminating === undefined
      const { pod, isStatic } = record
      if (isHere && allocateResize(record, context, records.values(), admit(pod, isStatic))) changed.push(record)
      if (!isHere || record.resizePending?.reason !== 'Deferred') this.#pending.delete(record)
    }
    this.#save()
    for (const record of changed) onChanged(record)
  }

  /** What was given has changed, or holds now. */
  #save(): void {
    writeAllocations(this.#deps.context.files, this.#deps.records.values())
  }

  /** All containers have what they were given. */
  completed(): void {
    this.#save()
  }
}

/** Those that want no more first, then by priority, by class, by how long they have waited. Source: sortPendingResizes */
function byUrgency(a: PodRecord, b: PodRecord): number {
  return (
    Number(wantsMore(a)) - Number(wantsMore(b)) ||
    (b.pod.spec.priority ?? 0) - (a.pod.spec.priority ?? 0) ||
    Number(qosClass(b.pod) === 'Guaranteed') - Number(qosClass(a.pod) === 'Guaranteed') ||
    (a.resizePending?.since ?? Number.POSITIVE_INFINITY) - (b.resizePending?.since ?? Number.POSITIVE_INFINITY) ||
    0
  )
}

function wantsMore({ pod, allocated }: PodRecord): boolean {
  return ['cpu', 'memory'].some((resource) => requestOf(pod, resource) > requestOf(allocated, resource))
}

function stateOf(condition: Omit<PodCondition, 'type'>): ResizeState {
  const { reason, message, observedGeneration = 0, lastTransitionTime, lastProbeTime } = condition
  return {
    ...(reason !== undefined && { reason: reason as NonNullable<ResizeState['reason']> }),
    ...(message !== undefined && { message }),
    generation: observedGeneration,
    since: parseTime(lastTransitionTime),
    probedAt: parseTime(lastProbeTime),
  }
}
