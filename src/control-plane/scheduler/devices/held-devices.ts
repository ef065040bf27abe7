import { parseQuantity } from '../../../api/quantity.ts'
import type { AllocationResult, DeviceRequestAllocationResult } from '../../../api/types.ts'
import { type AllocatedState, type Capacities, deviceId } from './device-types.ts'

/**
 * Devices that claims have, kept up to date claim by claim. Those with admin access take nothing.
 * Source: plugins/dynamicresources/allocateddevices.go
 */
export class HeldDevices implements AllocatedState {
  readonly #allocations = new Map<string, AllocationResult>()
  /** By how many claims: while one is being written it counts twice. */
  readonly #held = new Map<string, number>()
  readonly #shared = new Map<string, number>()
  readonly #consumed = new Map<string, Map<string, bigint>>()

  isHeld(device: string): boolean {
    return this.#held.has(device)
  }

  isShared(device: string): boolean {
    return this.#shared.has(device)
  }

  consumed(device: string): Capacities | undefined {
    return this.#consumed.get(device)
  }

  /** @param key of the claim; an allocation never changes */
  add(key: string, allocation: AllocationResult): void {
    if (this.#allocations.get(key) === allocation) return
    this.remove(key)
    this.#allocations.set(key, allocation)
    this.#count(allocation, 1)
  }

  remove(key: string): void {
    const known = this.#allocations.get(key)
    if (known === undefined) return
    this.#allocations.delete(key)
    this.#count(known, -1)
  }

  #count({ devices }: AllocationResult, sign: 1 | -1): void {
    for (const result of devices?.results ?? []) {
      if (result.adminAccess) continue
      const id = deviceId(result.driver, result.pool, result.device)
      if (result.shareID === undefined) add(this.#held, id, sign)
      else {
        add(this.#shared, id, sign)
        this.#consume(id, result, BigInt(sign))
      }
    }
  }

  #consume(id: string, { consumedCapacity = {} }: DeviceRequestAllocationResult, sign: bigint): void {
    const consumed = this.#consumed.get(id) ?? new Map<string, bigint>()
    for (const [name, amount] of Object.entries(consumedCapacity)) {
      const left = (consumed.get(name) ?? 0n) + sign * parseQuantity(amount).nano
      if (left === 0n) consumed.delete(name)
      else consumed.set(name, left)
    }
    if (consumed.size === 0) this.#consumed.delete(id)
    else this.#consumed.set(id, consumed)
  }
}

function add(counts: Map<string, number>, id: string, sign: 1 | -1): void {
  const count = (counts.get(id) ?? 0) + sign
  if (count === 0) counts.delete(id)
  else counts.set(id, count)
}
