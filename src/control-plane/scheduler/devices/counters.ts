import { parseQuantity } from '../../../api/quantity.ts'
import type { Device } from '../../../api/types.ts'
import { type AllocatedState, type Candidate, deviceId, type Pool } from './device-types.ts'

type Counters = Map<string, Map<string, bigint>>

/**
 * Counters that the devices of a pool share: what there is of them, less what devices that are held consume.
 * Source: structured/internal/incubating/allocator_incubating.go checkAvailableCounters
 */
export class AvailableCounters {
  readonly #held: AllocatedState
  readonly #byPool = new Map<string, Counters>()

  constructor(held: AllocatedState) {
    this.#held = held
  }

  /** Upstream knows pools by name here, whatever their driver. */
  of(pool: Pool): Counters {
    let known = this.#byPool.get(pool.name)
    if (known === undefined) {
      known = this.#free(pool)
      this.#byPool.set(pool.name, known)
    }
    return known
  }

  #free(pool: Pool): Counters {
    const free: Counters = new Map([...pool.counterSets].map(([name, set]) => [name, new Map(set)]))
    for (const { spec } of [...pool.slices, ...pool.otherSlices])
      for (const device of spec.devices ?? []) {
        const id = deviceId(spec.driver, spec.pool.name, device.name)
        if (this.#held.isHeld(id) || this.#held.isShared(id)) consume(free, device, -1n)
      }
    return free
  }
}

/** Counters that devices consume which are about to be given to claims. */
export class ConsumedCounters {
  readonly #available: AvailableCounters
  readonly #byPool = new Map<string, Counters>()

  constructor(available: AvailableCounters) {
    this.#available = available
  }

  /** Takes what the device needs, if that is left. */
  take({ device, pool }: Candidate): boolean {
    let consumed = this.#byPool.get(pool.name)
    if (consumed === undefined) {
      consumed = new Map()
      this.#byPool.set(pool.name, consumed)
    }
    consume(consumed, device, 1n)
    for (const [set, counters] of this.#available.of(pool))
      for (const [name, left] of counters)
        if ((consumed.get(set)?.get(name) ?? 0n) > left) {
          consume(consumed, device, -1n)
          return false
        }
    return true
  }

  giveBack({ device, pool }: Candidate): void {
    consume(this.#byPool.get(pool.name)!, device, -1n)
  }
}

function consume(counters: Counters, { consumesCounters = [] }: Device, sign: 1n | -1n): void {
  for (const { counterSet, counters: wanted } of consumesCounters) {
    let set = counters.get(counterSet)
    if (set === undefined) {
      set = new Map()
      counters.set(counterSet, set)
    }
    for (const [name, { value }] of Object.entries(wanted))
      set.set(name, (set.get(name) ?? 0n) + sign * parseQuantity(value).nano)
  }
}
