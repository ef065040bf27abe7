import { parseQuantity, quantityError } from '../../../../api/quantity.ts'
import type { Container, PodSpec } from '../../../../api/types.ts'

type ResourceList = Readonly<Record<string, string>>

const counts = (name: string): boolean => name === 'cpu' || name === 'memory'

function add(total: Map<string, bigint>, list: ResourceList | undefined): number {
  let found = 0
  for (const [name, quantity] of Object.entries(list ?? {})) {
    if (!counts(name) || quantityError(quantity) !== undefined) continue
    const { nano } = parseQuantity(quantity)
    if (nano <= 0n) continue
    total.set(name, (total.get(name) ?? 0n) + nano)
    found++
  }
  return found
}

/** Guaranteed, Burstable or BestEffort. Source: pkg/apis/core/helper/qos/qos.go ComputePodQOS. */
export function podQOSClass(spec: PodSpec): string {
  const requests = new Map<string, bigint>()
  const limits = new Map<string, bigint>()
  let guaranteed = true
  const holders: readonly Pick<Container, 'resources'>[] = spec.resources
    ? [spec]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  for (const { resources } of holders) {
    add(requests, resources?.requests)
    const limited = add(limits, resources?.limits)
    if (limited !== 2) guaranteed = false
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort'
  const equal = [...requests].every(([name, nano]) => limits.get(name) === nano)
  return guaranteed && equal && limits.size === requests.size ? 'Guaranteed' : 'Burstable'
}
