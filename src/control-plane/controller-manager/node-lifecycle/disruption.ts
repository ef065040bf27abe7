import type { Clock } from '../../../sim/clock.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { computeZoneState, evictionRate, RateLimitedTainter, type ZoneCount, type ZoneState } from './zones.ts'

export interface DisruptionOptions {
  readonly clock: Clock
  readonly flags: ControllerManagerFlags
  /** Puts the NoExecute taint on a node; false: try again. */
  readonly taint: (node: string) => boolean
  /** Everything is down: the fault is rather the control plane's, so nobody is evicted. */
  readonly onEnter: () => void
  readonly onExit: () => void
}

/** The zones: how disrupted they are, and who is waiting for a taint in them. Source: handleDisruption, addPodEvictorForNewZone */
export class Zones {
  readonly #options: DisruptionOptions
  readonly #states = new Map<string, ZoneState>()
  readonly #tainters = new Map<string, RateLimitedTainter>()

  constructor(options: DisruptionOptions) {
    this.#options = options
  }

  tainter(zone: string): RateLimitedTainter {
    const known = this.#tainters.get(zone)
    if (known !== undefined) return known
    const { clock, flags, taint } = this.#options
    const tainter = new RateLimitedTainter(clock, flags.nodeEvictionRate, taint)
    this.#tainters.set(zone, tainter)
    return tainter
  }

  /** A node of a zone nobody has seen yet. */
  introduce(zone: string): void {
    if (!this.#states.has(zone)) this.#states.set(zone, 'Initial')
  }

  state(zone: string): ZoneState | undefined {
    return this.#states.get(zone)
  }

  update(counts: ReadonlyMap<string, ZoneCount>): void {
    const { flags } = this.#options
    const next = new Map<string, ZoneState>()
    for (const [zone, count] of counts) next.set(zone, computeZoneState(count, flags.unhealthyZoneThreshold))
    for (const zone of next.keys()) this.introduce(zone)
    for (const zone of [...this.#states.keys()]) if (!counts.has(zone)) this.#states.delete(zone)
    const areAllDown = [...next.values()].every((state) => state === 'FullDisruption')
    const wereAllDown = [...this.#states.values()].every((state) => state === 'FullDisruption')
    if (areAllDown && wereAllDown) return
    if (areAllDown) {
      this.#options.onEnter()
      for (const zone of next.keys()) this.#set(zone, 'FullDisruption', 0)
      return
    }
    if (wereAllDown) this.#options.onExit()
    for (const [zone, state] of next) {
      if (state === this.#states.get(zone)) continue
      const { ready, notReady } = counts.get(zone)!
      this.#set(zone, state, evictionRate(state, ready + notReady, flags))
    }
  }

  #set(zone: string, state: ZoneState, rate: number): void {
    this.#states.set(zone, state)
    this.tainter(zone).setRate(rate)
  }

  stop(): void {
    for (const tainter of this.#tainters.values()) tainter.stop()
  }
}
