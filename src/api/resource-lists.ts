import { addQuantities, compareQuantities, subtractQuantities } from './quantity.ts'
import type { Container, Pod } from './types.ts'

/** Amounts by resource name, as `requests` and `limits` have them. */
export type ResourceList = Readonly<Record<string, string>>

/** Source: apiserver/pkg/quota/v1/resources.go Add */
export function addResources(a: ResourceList, b: ResourceList): ResourceList {
  const sum: Record<string, string> = { ...a }
  for (const [name, quantity] of Object.entries(b))
    sum[name] = sum[name] === undefined ? quantity : addQuantities(sum[name], quantity)
  return sum
}

/** What of `b` is not in `a` counts as negative. Source: quota/v1/resources.go Subtract */
export function subtractResources(a: ResourceList, b: ResourceList): ResourceList {
  const difference: Record<string, string> = { ...a }
  for (const [name, quantity] of Object.entries(b))
    difference[name] = subtractQuantities(difference[name] ?? '0', quantity)
  return difference
}

/** The greater of both for each. Source: quota/v1/resources.go Max */
export function maxResources(a: ResourceList, b: ResourceList): ResourceList {
  const greater: Record<string, string> = { ...a }
  for (const [name, quantity] of Object.entries(b))
    if (greater[name] === undefined || compareQuantities(quantity, greater[name]) > 0) greater[name] = quantity
  return greater
}

/** Only what is named. Source: quota/v1/resources.go Mask */
export function maskResources(list: ResourceList, names: ReadonlySet<string>): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([name]) => names.has(name)))
}

const POD_LEVEL = ['cpu', 'memory']

/**
 * What a pod asks for (or may use) as a whole: the sum of its containers, at least what any init container needs beside
 * the sidecars before it; figures of the pod itself stand instead where there are any. Without overhead.
 * Source: component-helpers/resource/helpers.go PodRequests, PodLimits
 */
export function podResources({ spec }: Pod, which: 'requests' | 'limits'): ResourceList {
  const of = (container: Container): ResourceList => (container.resources?.[which] as ResourceList | undefined) ?? {}
  let total: ResourceList = {}
  for (const container of spec.containers ?? []) total = addResources(total, of(container))
  let sidecars: ResourceList = {}
  let initial: ResourceList = {}
  for (const container of spec.initContainers ?? []) {
    const own = of(container)
    if (container.restartPolicy === 'Always') {
      total = addResources(total, own)
      sidecars = addResources(sidecars, own)
      initial = maxResources(initial, sidecars)
    } else initial = maxResources(initial, addResources(own, sidecars))
  }
  total = maxResources(total, initial)
  const podLevel = Object.entries((spec.resources?.[which] as ResourceList | undefined) ?? {}).filter(
    ([name]) => POD_LEVEL.includes(name) || name.startsWith('hugepages-'),
  )
  return podLevel.length === 0 ? total : { ...total, ...Object.fromEntries(podLevel) }
}
