import type { Timer } from '../../sim/clock.ts'
import type { RuntimeEvent } from '../container-runtime/contract.ts'
import type { KubeletContext } from './kubelet-context.ts'

/** Source: pkg/kubelet/kubelet.go genericPlegRelistPeriod */
export const RELIST_PERIOD = 1_000

/**
 * Sees once a second which containers have come or gone. The second passes unnoticed when nothing has.
 * Source: pkg/kubelet/pleg/generic.go
 */
export class PodLifecycleEventGenerator {
  readonly #context: KubeletContext
  readonly #onChanged: (podUid: string) => void
  readonly #onReport: (podUid: string) => void
  readonly #changed = new Set<string>()
  readonly #toReport = new Set<string>()
  readonly #stops: (() => void)[]
  #timer: Timer | undefined

  /**
   * @param onChanged the pod is to be synced
   * @param onReport only what is said of the pod has changed
   */
  constructor(context: KubeletContext, onChanged: (podUid: string) => void, onReport: (podUid: string) => void) {
    this.#context = context
    this.#onChanged = onChanged
    this.#onReport = onReport
    const { runtime } = context
    this.#stops = [runtime.onEvent((event) => this.#heard(event)), runtime.onStatus(() => this.#statusChanged())]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#context.world.clock.clearTimeout(this.#timer)
  }

  /** This pod is to be looked at with the next relist. */
  mark(podUid: string): void {
    this.#changed.add(podUid)
    this.#schedule()
  }

  /** What is said of this pod has changed: it is told with the next relist. */
  markReport(podUid: string): void {
    this.#toReport.add(podUid)
    this.#schedule()
  }

  #heard({ type, container }: RuntimeEvent): void {
    if (type === 'ports' || type === 'removed' || type === 'created' || type === 'log') return
    const uid = this.#context.runtime.sandbox(container.sandboxId)?.config.pod.metadata.uid
    if (uid !== undefined) this.mark(uid)
  }

  /** containerd answers again: whatever happened meanwhile is seen now. */
  #statusChanged(): void {
    const { runtime } = this.#context
    if (runtime.error() !== undefined) return
    for (const { config } of runtime.sandboxes()) this.#changed.add(config.pod.metadata.uid ?? '')
    this.#schedule()
  }

  #schedule(): void {
    if (this.#timer?.callback !== undefined) return
    const { world, startedAt } = this.#context
    const passed = world.clock.now() - startedAt
    const due = (Math.floor(passed / RELIST_PERIOD) + 1) * RELIST_PERIOD
    this.#timer = world.clock.setTimeout(() => this.#relist(), due - passed)
  }

  #relist(): void {
    if (this.#context.runtime.error() !== undefined) return
    const changed = [...this.#changed]
    const toReport = [...this.#toReport].filter((uid) => !this.#changed.has(uid))
    this.#changed.clear()
    this.#toReport.clear()
    for (const uid of changed) this.#onChanged(uid)
    for (const uid of toReport) this.#onReport(uid)
  }
}
