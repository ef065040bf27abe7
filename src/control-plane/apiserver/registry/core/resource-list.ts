import { canonicalQuantity, formatQuantity, parseQuantity, quantityError } from '../../../../api/quantity.ts'

type ResourceList = Readonly<Record<string, string>>

const MILLI = 1_000_000n
const written = new WeakMap<ResourceList, ResourceList>()

/**
 * Quantities as they are written back: canonical, rounded up to thousandths. Malformed ones stay for validation to refuse.
 * Source: pkg/apis/core/v1/defaults.go SetDefaults_ResourceList and apimachinery/pkg/api/resource/quantity.go RoundUp.
 */
export function canonicalResources(list: ResourceList): ResourceList
export function canonicalResources(list: ResourceList | undefined): ResourceList | undefined
export function canonicalResources(list: ResourceList | undefined): ResourceList | undefined {
  if (!list) return list
  const known = written.get(list)
  if (known) return known
  const canonical = Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, rounded(quantity)]))
  const same = Object.keys(canonical).every((name) => canonical[name] === list[name])
  const result = same ? list : canonical
  written.set(list, result)
  return result
}

/** One quantity as it is written back; a malformed one stays. */
export const canonicalText = (quantity: string): string =>
  quantityError(quantity) === undefined ? canonicalQuantity(quantity) : quantity

function rounded(quantity: string): string {
  if (quantityError(quantity) !== undefined) return quantity
  const { nano, format, canonical } = parseQuantity(quantity)
  const rest = nano % MILLI
  return rest === 0n ? canonical : formatQuantity(nano - rest + (nano > 0n ? MILLI : -MILLI), format)
}
