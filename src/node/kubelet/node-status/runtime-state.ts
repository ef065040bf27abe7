import { formatGoDuration } from '../../../api/duration.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { ContainerRuntime } from '../../container-runtime/contract.ts'

/** Source: pkg/kubelet/kubelet.go maxWaitForContainerRuntime, pkg/kubelet/pleg/generic.go RelistThreshold */
const BASE_RUNTIME_SYNC_THRESHOLD = 30_000
const RELIST_THRESHOLD = 180_000

/** Why this node is not ready, as far as the container runtime goes. Source: pkg/kubelet/runtime.go */
export class RuntimeState {
  readonly #runtime: ContainerRuntime
  readonly #clock: Clock
  /** When the runtime last answered; undefined while it does. */
  #downSince: number | undefined
  #seen = false

  constructor(runtime: ContainerRuntime, clock: Clock) {
    this.#runtime = runtime
    this.#clock = clock
    this.check()
  }

  /** The runtime came or went. */
  check(): void {
    if (this.#runtime.error() === undefined) {
      this.#downSince = undefined
      this.#seen = true
    } else this.#downSince ??= this.#clock.now()
  }

  errors(): readonly string[] {
    const errors: string[] = []
    const network = this.#runtime.networkError()
    if (!this.#seen) errors.push('container runtime status check may not have completed yet')
    if (this.#downSince !== undefined) {
      const down = this.#clock.now() - this.#downSince
      if (this.#seen && down >= BASE_RUNTIME_SYNC_THRESHOLD) errors.push('container runtime is down')
      if (down >= RELIST_THRESHOLD)
        errors.push(`PLEG is not healthy: pleg was last seen active ${formatGoDuration(down)} ago; threshold is 3m0s`)
    }
    const joined = errors.length > 1 ? [`[${errors.join(', ')}]`] : errors
    return network === undefined ? joined : [...joined, `container runtime network not ready: ${network}`]
  }

  /** The errors will say something else as time passes. */
  get unsettled(): boolean {
    return this.#downSince !== undefined
  }
}
