import { parseQuantity, quantityOf } from '../../../api/quantity.ts'
import type { CapacityRequestPolicy, Device, DeviceCapacity, Quantity } from '../../../api/types.ts'
import type { Capacities, Request } from './device-types.ts'

const nano = (quantity: Quantity): bigint => parseQuantity(quantity).nano

/**
 * Whether what is asked of a device's capacities is left. One that asks for a capacity the device does not have gets none.
 * Source: structured/internal/incubating/consumable_capacity.go CmpRequestOverCapacity
 */
export function hasCapacity(
  { capacity: requested }: Request,
  { capacity = {} }: Device,
  ...taken: readonly (Capacities | undefined)[]
): boolean {
  const requests = requested?.requests ?? {}
  if (Object.keys(requests).some((name) => capacity[name] === undefined)) return false
  return Object.entries(capacity).every(([name, offered]) => {
    const consumed = consumedOf(requests[name], offered)
    if (violates(consumed, offered.requestPolicy)) return false
    const used = taken.reduce((sum, each) => sum + (each?.get(name) ?? 0n), 0n)
    return nano(consumed) + used <= nano(offered.value)
  })
}

/** What a request takes of each capacity. Source: GetConsumedCapacityFromRequest */
export function consumption({ capacity: requested }: Request, { capacity = {} }: Device): Record<string, Quantity> {
  const names = Object.keys(capacity).sort()
  return Object.fromEntries(names.map((name) => [name, consumedOf(requested?.requests?.[name], capacity[name]!)]))
}

/** Source: calculateConsumedCapacity */
function consumedOf(requested: Quantity | undefined, { value, requestPolicy: policy }: DeviceCapacity): Quantity {
  if (requested === undefined) return policy?.default ?? value
  const range = policy?.validRange
  if (range !== undefined) {
    if (nano(requested) < nano(range.min)) return range.min
    if (range.step === undefined) return requested
    const [min, step] = [parseQuantity(range.min).value, parseQuantity(range.step).value]
    const steps = Math.ceil((parseQuantity(requested).value - min) / step)
    return quantityOf(min + step * steps, 'BinarySI')
  }
  return policy?.validValues?.find((valid) => nano(requested) <= nano(valid)) ?? requested
}

/** Source: violatesPolicy */
function violates(consumed: Quantity, policy: CapacityRequestPolicy | undefined): boolean {
  if (policy === undefined || (policy.default !== undefined && nano(consumed) === nano(policy.default))) return false
  const { validRange: range, validValues = [] } = policy
  if (range === undefined) return validValues.length > 0 && !validValues.some((each) => nano(each) === nano(consumed))
  if (range.max !== undefined && nano(consumed) > nano(range.max)) return true
  if (range.step === undefined) return false
  const value = (quantity: Quantity) => parseQuantity(quantity).value
  return (value(consumed) - value(range.min)) % value(range.step) !== 0
}
