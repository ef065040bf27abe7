import type { Clock, Timer } from '../../sim/clock.ts'
import type { Status, WaitingPod } from './framework.ts'

/** What becomes of a pod that `permit` held back; undefined: it may go on. */
type Outcome = Status | undefined

/** A pod that has a node and is held back. Source: framework/runtime/waiting_pods_map.go waitingPod */
class HeldPod implements WaitingPod {
  readonly #clock: Clock
  readonly #pending = new Map<string, Timer>()
  #onDone: ((outcome: Outcome) => void) | undefined

  constructor(clock: Clock, timeouts: ReadonlyMap<string, number>, onDone: (outcome: Outcome) => void) {
    this.#clock = clock
    this.#onDone = onDone
    for (const [plugin, timeout] of timeouts) {
      const message = `rejected due to timeout after waiting ${goDuration(timeout)} at plugin ${plugin}`
      this.#pending.set(
        plugin,
        clock.setTimeout(() => this.reject(plugin, message), timeout),
      )
    }
  }

  allow(plugin: string): void {
    this.#clock.clearTimeout(this.#pending.get(plugin))
    this.#pending.delete(plugin)
    if (this.#pending.size === 0) this.#finish(undefined)
  }

  reject(plugin: string, message: string): void {
    this.#finish({ code: 'Unschedulable', reasons: [message], plugin })
  }

  preempt(plugin: string): void {
    this.#finish({ code: 'Error', reasons: ['preempted'], plugin })
  }

  /** Nothing is told any more. */
  stop(): void {
    for (const timer of this.#pending.values()) this.#clock.clearTimeout(timer)
    this.#pending.clear()
    this.#onDone = undefined
  }

  #finish(outcome: Outcome): void {
    const done = this.#onDone
    this.stop()
    if (done !== undefined) this.#clock.defer(() => done(outcome))
  }
}

/** Source: time.Duration.String for whole seconds */
function goDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  const parts = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60) % 60, seconds % 60] as const
  if (parts[0] > 0) return `${parts[0]}h${parts[1]}m${parts[2]}s`
  return parts[1] > 0 ? `${parts[1]}m${parts[2]}s` : `${parts[2]}s`
}

/** Source: framework/runtime/waiting_pods_map.go waitingPodsMap */
export class WaitingPods {
  readonly #clock: Clock
  readonly #pods = new Map<string, HeldPod>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(uid: string): HeldPod | undefined {
    return this.#pods.get(uid)
  }

  /** @param timeouts in virtual ms, by the plugins that hold it back */
  add(uid: string, timeouts: ReadonlyMap<string, number>, onDone: (outcome: Outcome) => void): void {
    const held = new HeldPod(this.#clock, timeouts, (outcome) => {
      this.#pods.delete(uid)
      onDone(outcome)
    })
    this.#pods.set(uid, held)
  }

  stop(): void {
    for (const held of this.#pods.values()) held.stop()
    this.#pods.clear()
  }
}
