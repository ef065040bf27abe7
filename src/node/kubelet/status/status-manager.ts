import { isConditionTrue } from '../../../api/conditions.ts'
import { hasReason } from '../../../api/status.ts'
import { isStatus, type Pod, type PodCondition, type PodStatus, type Status } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { PodRecord } from '../pod-worker/pod-record.ts'
import { isMirrorOf } from '../static-pods/mirror.ts'
import { isKubeletCondition } from './conditions.ts'
import { sameJson } from './same.ts'

/** Source: pkg/kubelet/status/status_manager.go syncPeriod */
const SYNC_PERIOD = 10_000

/**
 * Tells the API what the pods do: once for all changes of an instant, and again later what could not be told.
 * Source: pkg/kubelet/status/status_manager.go
 */
export class StatusManager {
  readonly #context: KubeletContext
  readonly #dirty = new Set<PodRecord>()
  /** The pod of the API that shows a static pod. */
  readonly #mirrorOf: (record: PodRecord) => Pod | undefined
  #flushing = false
  #retry: Timer | undefined
  #stopped = false

  constructor(context: KubeletContext, mirrorOf: (record: PodRecord) => Pod | undefined) {
    this.#context = context
    this.#mirrorOf = mirrorOf
  }

  set(record: PodRecord, status: PodStatus): void {
    if (record.status !== undefined && sameJson(record.status, status)) return
    record.status = status
    this.touch(record)
  }

  /** The status is to be looked at again though it has not changed: a mirror pod has come, the pod may be deleted now. */
  touch(record: PodRecord): void {
    this.#dirty.add(record)
    if (this.#flushing) return
    this.#flushing = true
    this.#context.world.clock.defer(() => {
      this.#flushing = false
      this.flush()
    })
  }

  /** Somebody else has written into what is ours (the node controller, while we were not heard). Source: needsReconcile */
  reconcile(record: PodRecord, shown: PodStatus | undefined): void {
    const { status } = record
    if (status === undefined || status.phase !== shown?.phase) return
    if (isConditionTrue(status.conditions, 'Ready') !== isConditionTrue(shown?.conditions, 'Ready')) this.touch(record)
  }

  stop(): void {
    this.#stopped = true
    this.#context.world.clock.clearTimeout(this.#retry)
  }

  /** Writes what is not yet written. */
  flush(): void {
    if (this.#stopped || !this.#context.client.reachable()) return
    for (const record of [...this.#dirty]) {
      this.#dirty.delete(record)
      if (!this.#sync(record)) this.#dirty.add(record)
    }
    if (this.#dirty.size > 0 && this.#retry?.callback === undefined)
      this.#retry = this.#context.world.clock.setTimeout(() => this.flush(), SYNC_PERIOD)
  }

  /** @returns false: to be tried again */
  #sync(record: PodRecord): boolean {
    const target = record.isStatic ? this.#mirrorOf(record) : record.pod
    const { status } = record
    if (record.removed || target === undefined || status === undefined) return true
    const { name, namespace, uid } = target.metadata
    const answer = this.#context.client.updateStatus('Pod', name, namespace, (pod) => {
      if (record.isStatic ? !isMirrorOf(pod, record.pod) : pod.metadata.uid !== uid) return undefined
      const merged = merge(pod, status)
      return merged === pod.status ? undefined : { ...pod, status: merged }
    })
    if (isStatus(answer)) return hasReason(answer, 'NotFound') || !isTransient(answer)
    if (!record.isStatic && record.terminated && answer.metadata.deletionTimestamp !== undefined) this.#delete(answer)
    return true
  }

  /** The containers have ended, the object may go. Source: status_manager.go syncPod, canBeDeleted */
  #delete({ metadata }: Pod): void {
    this.#context.client.delete('Pod', metadata.name, metadata.namespace, {
      gracePeriodSeconds: 0,
      ...(metadata.uid === undefined ? {} : { preconditions: { uid: metadata.uid } }),
    })
  }
}

/** The one condition that others write too. Source: pkg/kubelet/types/pod_status.go PodConditionSharedByKubelet */
function isDisruptionByKubelet({ type, reason }: PodCondition): boolean {
  return type === 'DisruptionTarget' && reason === 'TerminationByKubelet'
}

/** Conditions of others stay, and so does what the kubelet does not know. Source: status_manager.go mergePodStatus */
function merge(pod: Pod, status: PodStatus): PodStatus {
  const old = pod.status ?? {}
  const disruption = status.conditions?.find(isDisruptionByKubelet)
  const foreign = (old.conditions ?? []).filter(
    ({ type }) => !isKubeletCondition(type) && (disruption === undefined || type !== 'DisruptionTarget'),
  )
  const own = (status.conditions ?? []).filter((each) => isKubeletCondition(each.type) || each === disruption)
  const isAll = foreign.length === 0 && own.length > 0 && own.length === status.conditions?.length
  const merged = isAll ? status : withConditions(status, [...foreign, ...own])
  for (const field in old) {
    const kept = field as keyof PodStatus
    // Copied only where there is something that the kubelet does not know: what is made in one go is small.
    if (status[kept] === undefined && !OWN_FIELDS.has(kept)) return mergedWith(old, merged)
  }
  return sameJson(old, merged) ? old : merged
}

/** What is no longer true when the kubelet does not say it. */
const OWN_FIELDS: ReadonlySet<keyof PodStatus> = new Set(['conditions', 'reason', 'message', 'podIP', 'podIPs'])

function mergedWith(old: PodStatus, own: PodStatus): PodStatus {
  const kept = Object.entries(old).filter(([field]) => !OWN_FIELDS.has(field as keyof PodStatus))
  const merged = { ...Object.fromEntries(kept), ...own }
  return sameJson(old, merged) ? old : merged
}

function withConditions(status: PodStatus, conditions: readonly PodCondition[]): PodStatus {
  return conditions.length === 0 ? without(status, 'conditions') : { ...status, conditions }
}

function without(status: PodStatus, field: keyof PodStatus): PodStatus {
  const { [field]: _, ...rest } = status
  return rest
}

/** Worth another try. A refusal (Invalid, Forbidden, Conflict) is tried again too, as upstream does, at the next change. */
function isTransient({ code = 500 }: Status): boolean {
  return code >= 500 || code === 429
}
