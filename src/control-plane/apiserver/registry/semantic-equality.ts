import { compareQuantities, quantityError } from '../../../api/quantity.ts'

/**
 * Equal as the API means it: absent, null, empty lists and empty maps are the same, and so are quantities of the same value
 * in resource lists. Source: apimachinery/pkg/api/equality Semantic, and Go's omitempty.
 */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b)
  if (typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => semanticallyEqual(item, b[i]))
    )
  }
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  for (const key of Object.keys(left)) if (!memberEqual(key, left[key], right[key])) return false
  for (const key of Object.keys(right)) if (!(key in left) && !memberEqual(key, undefined, right[key])) return false
  return true
}

const resourceLists = new Set(['limits', 'requests', 'capacity', 'allocatable', 'overhead', 'allocatedResources'])

/** Members that are maps in Go, where an empty one is as good as none (an empty struct is not). */
const maps = new Set([...resourceLists, 'labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'binaryData'])

const isEmptyMap = (value: unknown): boolean =>
  isEmpty(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

function memberEqual(key: string, a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (maps.has(key) && (isEmptyMap(a) || isEmptyMap(b))) return isEmptyMap(a) && isEmptyMap(b)
  // The requests of a claim are a list, the capacity of a device has more to it than a quantity.
  if (!resourceLists.has(key) || !isResources(a) || !isResources(b)) return semanticallyEqual(a, b)
  return sameResources(a, b)
}

type Resources = Readonly<Record<string, string>>

const isResources = (value: unknown): value is Resources =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((each) => typeof each === 'string')

function sameResources(a: Resources, b: Resources): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => sameQuantity(a[name], b[name]))
}

function sameQuantity(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || quantityError(a) !== undefined || quantityError(b) !== undefined)
    return false
  return compareQuantities(a, b) === 0
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return false
}
