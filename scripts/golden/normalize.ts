/** What differs between any two servers is taken out of answers before they are compared. */

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
/** Addresses of servers, theirs and ours. */
const ADDRESS = /\b\d{1,3}(\.\d{1,3}){3}(:\d+)?(\/\d+)?/g
const IDENTITY = /\bapiserver-[a-z0-9]{26}(_[0-9a-f-]{36})?/g

const OF_ONE_SERVER = new Set(['uid', 'resourceVersion', 'managedFields'])

/** An answer without what only one server can have: ids, revisions, times, addresses, key material. */
export function normalized(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !OF_ONE_SERVER.has(name))
        .map(([name, item]) => [name.replaceAll(ADDRESS, 'ADDRESS'), normalized(item, name)]),
    )
  }
  if (/^(port|targetPort|kubernetes.io\/hostname|since)$/.test(key) && typeof value !== 'object') return `<${key}>`
  return typeof value === 'string' ? normalizedText(value) : value
}

function normalizedText(text: string): string {
  if (TIME.test(text)) return '<time>'
  if (text.startsWith('-----BEGIN CERTIFICATE-----')) return '<certificate>'
  return text.replaceAll(ADDRESS, 'ADDRESS').replaceAll(IDENTITY, 'apiserver-IDENTITY')
}

/** The first place where two values differ: its path and what stands there; undefined where they are equal. */
export function firstDifference(
  expected: unknown,
  got: unknown,
  path = '',
): { readonly at: string; readonly expected: unknown; readonly got: unknown } | undefined {
  if (Object.is(expected, got)) return undefined
  const both = [expected, got]
  const comparable =
    both.every((each) => typeof each === 'object' && each !== null) && Array.isArray(expected) === Array.isArray(got)
  if (!comparable) return { at: path, expected, got }
  const left = expected as Readonly<Record<string, unknown>>
  const right = got as Readonly<Record<string, unknown>>
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const difference = firstDifference(left[key], right[key], `${path}.${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}
