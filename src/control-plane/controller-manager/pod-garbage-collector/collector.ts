import { isDeleting, keyOf } from '../../../api/meta.ts'
import { isStatus, type Node, type Pod } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'
import { asFailed, isOutOfService, isPodTerminated, isUnscheduledTerminating, surplusTerminated } from './reconcile.ts'

/** Source: pkg/controller/podgc/gc_controller.go gcCheckPeriod, quarantineTime */
const CHECK_PERIOD_MS = 20_000
const QUARANTINE_MS = 40_000

/**
 * Upstream looks at everything every 20 s; here a look is taken at those moments, but only while there is a candidate.
 * Source: pkg/controller/podgc/gc_controller.go
 */
export class PodCollector {
  readonly #client: Client
  readonly #clock: Clock
  readonly #threshold: number
  readonly #startedAt: number
  readonly #nodes = new Set<string>()
  readonly #outOfService = new Set<string>()
  readonly #candidates = new Map<string, Pod>()
  readonly #terminated = new Map<string, Pod>()
  readonly #missingSince = new Map<string, number>()
  #timer: Timer | undefined

  constructor(client: Client, clock: Clock, threshold: number) {
    this.#client = client
    this.#clock = clock
    this.#threshold = threshold
    this.#startedAt = clock.now()
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer)
  }

  podChanged(pod: Pod, deleted: boolean): void {
    const key = keyOf(pod)
    if (!deleted && isPodTerminated(pod)) this.#terminated.set(key, pod)
    else this.#terminated.delete(key)
    if (!deleted && this.#isCandidate(pod)) this.#candidates.set(key, pod)
    else this.#candidates.delete(key)
    this.#schedule()
  }

  #isCandidate(pod: Pod): boolean {
    if (isUnscheduledTerminating(pod)) return true
    const { nodeName = '' } = pod.spec
    if (nodeName === '') return false
    return !this.#nodes.has(nodeName) || (isDeleting(pod) && this.#outOfService.has(nodeName))
  }

  nodeChanged(node: Node, deleted: boolean): void {
    const { name } = node.metadata
    const known = this.#nodes.has(name)
    const wasOut = this.#outOfService.has(name)
    if (deleted) this.#nodes.delete(name)
    else this.#nodes.add(name)
    if (!deleted && isOutOfService(node)) this.#outOfService.add(name)
    else this.#outOfService.delete(name)
    const appeared = !known && this.#candidates.size > 0
    if (!appeared && !deleted && wasOut === this.#outOfService.has(name)) return
    for (const pod of this.#client.list('Pod', { fieldSelector: `spec.nodeName=${name}` })) this.podChanged(pod, false)
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    if (this.#candidates.size === 0 && this.#terminated.size <= this.#threshold) return
    const next = (Math.floor((this.#clock.now() - this.#startedAt) / CHECK_PERIOD_MS) + 1) * CHECK_PERIOD_MS
    this.#timer = this.#clock.setTimeout(() => this.#collect(), this.#startedAt + next - this.#clock.now())
  }

  #collect(): void {
    this.#timer = undefined
    for (const pod of surplusTerminated([...this.#terminated.values()], this.#threshold)) this.#remove(pod, false)
    const gone = this.#nodesGone()
    for (const [key, pod] of [...this.#candidates]) {
      const node = this.#client.get('Node', pod.spec.nodeName ?? '')
      if (isUnscheduledTerminating(pod)) this.#remove(pod, false)
      else if (gone.has(pod.spec.nodeName!)) this.#remove(pod, true)
      else if (node !== undefined && isDeleting(pod) && isOutOfService(node)) this.#remove(pod, false)
      else if (node !== undefined) this.#candidates.delete(key)
    }
    this.#schedule()
  }

  /** Nodes that pods name and that have been missing for the quarantine. Source: gc_controller.go gcOrphaned */
  #nodesGone(): ReadonlySet<string> {
    const gone = new Set<string>()
    const now = this.#clock.now()
    for (const { spec } of this.#candidates.values()) {
      const name = spec.nodeName ?? ''
      if (name === '' || this.#client.get('Node', name) !== undefined) {
        this.#missingSince.delete(name)
        continue
      }
      const since = this.#missingSince.get(name) ?? now
      this.#missingSince.set(name, since)
      if (now - since >= QUARANTINE_MS) gone.add(name)
    }
    return gone
  }

  #remove({ metadata: { name, namespace, uid } }: Pod, orphaned: boolean): void {
    const pod = this.#client.get('Pod', name, namespace)
    if (pod === undefined || pod.metadata.uid !== uid) return
    const failed = asFailed(pod, orphaned, this.#clock.now())
    if (failed !== pod && isStatus(this.#client.patch!('Pod', name, namespace, { status: failed.status }, 'status')))
      return
    this.#client.delete('Pod', name, namespace, { gracePeriodSeconds: 0 })
  }
}
