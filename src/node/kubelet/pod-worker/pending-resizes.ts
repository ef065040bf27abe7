import type { KubeletContext } from '../kubelet-context.ts'
import type { PodRecord } from './pod-record.ts'
import { allocateResize } from './resize.ts'

/** Pods whose resize waits for resources. Source: pkg/kubelet/allocation/allocation_manager.go podsWithPendingResizes */
export class PendingResizes {
  readonly #context: KubeletContext
  readonly #records: ReadonlyMap<string, PodRecord>
  readonly #onAllocated: (record: PodRecord) => void
  readonly #deferred = new Set<PodRecord>()

  constructor(
    context: KubeletContext,
    records: ReadonlyMap<string, PodRecord>,
    onAllocated: (record: PodRecord) => void,
  ) {
    this.#context = context
    this.#records = records
    this.#onAllocated = onAllocated
  }

  consider(record: PodRecord): void {
    if (!record.wantsResize && record.resizePending === undefined) return
    allocateResize(record, this.#context, [...this.#records.values()])
    if (record.resizePending === undefined) this.#deferred.delete(record)
    else this.#deferred.add(record)
  }

  /** Somebody has left. Source: allocation_manager.go RetryPendingResizes */
  retry(): void {
    for (const record of [...this.#deferred]) {
      if (this.#records.get(record.uid) !== record) this.#deferred.delete(record)
      else this.consider(record)
      if (record.resizePending === undefined) this.#onAllocated(record)
    }
  }
}
