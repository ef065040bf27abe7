import { nearestName } from './explain/slips.ts'

/** Where a part of what was expected is not there. */
export interface Difference {
  /** `spec.containers[web].image` */
  readonly path: string
  readonly expected: unknown
  readonly actual: unknown
  /** Of something that is not there at all: what there is beside it. */
  readonly beside?: readonly string[]
}

/** Keys by which the items of a list are matched, whatever their order. */
const ITEM_KEYS = ['name', 'type', 'key', 'ip', 'containerPort', 'port']

/**
 * What of `expected` is not in `actual`. Maps may hold more than was asked for; lists of `{name: …}` or `{type: …}`
 * match by that key; other lists match item by item.
 */
export function differences(expected: unknown, actual: unknown, path = ''): Difference[] {
  if (Array.isArray(expected)) return listDifferences(expected, actual, path)
  if (typeof expected === 'object' && expected !== null) {
    const inside = typeof actual === 'object' && actual !== null ? (actual as Record<string, unknown>) : undefined
    if (!inside) return [{ path, expected, actual }]
    return Object.entries(expected).flatMap(([key, value]) => {
      const found = differences(value, inside[key], path ? `${path}.${key}` : key)
      return inside[key] === undefined ? found.map((each) => ({ ...each, beside: Object.keys(inside) })) : found
    })
  }
  return sameScalar(expected, actual) ? [] : [{ path, expected, actual }]
}

function listDifferences(expected: readonly unknown[], actual: unknown, path: string): Difference[] {
  if (!Array.isArray(actual)) return [{ path, expected, actual }]
  const key = ITEM_KEYS.find((name) => expected.length > 0 && expected.every((item) => has(item, name)))
  if (key === undefined) {
    if (actual.length !== expected.length) return [{ path, expected, actual }]
    return expected.flatMap((item, index) => differences(item, actual[index], `${path}[${index}]`))
  }
  return expected.flatMap((item) => {
    const id = (item as Record<string, unknown>)[key]
    const found = actual.find((candidate) => has(candidate, key) && sameScalar(id, candidate[key]))
    const wrong = differences(item, found, `${path}[${String(id)}]`)
    if (found !== undefined) return wrong
    const beside = actual.flatMap((candidate) => (has(candidate, key) ? [String(candidate[key])] : []))
    return wrong.map((each) => ({ ...each, beside }))
  })
}

function has(item: unknown, key: string): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && key in item
}

/** YAML and people do not always say whether 3 is a number: texts are compared. `null` asks that the field is not set. */
function sameScalar(expected: unknown, actual: unknown): boolean {
  if (expected === null) return actual === undefined || actual === null
  return (
    expected === actual ||
    (actual !== undefined && actual !== null && typeof actual !== 'object' && String(expected) === String(actual))
  )
}

const NAMES = /\["([^"]+)"\]|\[([^\]]+)\]|([^.[\]]+)/g

/** A part of a path, and where in it the part is written. */
export interface PathPart {
  readonly name: string
  readonly start: number
  readonly isBracketed: boolean
}

/** The parts of `spec.containers[web].image`. */
export const partsOf = (path: string): readonly PathPart[] =>
  [...path.matchAll(NAMES)].map(({ index, ...m }) => ({
    name: m[1] ?? m[2] ?? m[3]!,
    start: index,
    isBracketed: m[3] === undefined,
  }))

const namesOf = (path: string): readonly string[] => partsOf(path).map(({ name }) => name)

/** Reads `spec.template.spec.containers[web].image`, `metadata.annotations["a/b"]`, `status.conditions[Ready].status`. */
export function fieldAt(object: unknown, path: string): unknown {
  return namesOf(path).reduce<unknown>((value, name) => {
    if (!Array.isArray(value)) return has(value, name) ? value[name] : undefined
    if (/^\d+$/.test(name)) return value[Number(name)]
    return value.find((item) => ITEM_KEYS.some((key) => has(item, key) && item[key] === name))
  }, object)
}

/** The object without what is at these paths, each as {@link fieldAt} reads it. */
export function withoutFields(object: unknown, paths: readonly string[]): unknown {
  return paths.reduce((rest, path) => withoutField(rest, namesOf(path)), object)
}

function withoutField(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const isMeant = (item: unknown, index: number) =>
      String(index) === name || ITEM_KEYS.some((key) => has(item, key) && item[key] === name)
    return value.flatMap((item, index) => {
      if (!isMeant(item, index)) return [item]
      return rest.length === 0 ? [] : [withoutField(item, rest)]
    })
  }
  if (!has(value, name)) return value
  const { [name]: inner, ...others } = value
  return rest.length === 0 ? others : { ...value, [name]: withoutField(inner, rest) }
}

/** Where two objects differ, whichever of them has more: what was, and what is. */
export function changes(before: unknown, after: unknown): Difference[] {
  const found = new Map(differences(before, after).map((difference) => [difference.path, difference]))
  for (const { path, expected, actual } of differences(after, before))
    if (!found.has(path)) found.set(path, { path, expected: actual, actual: expected })
  return [...found.values()]
}

const BESIDE_SHOWN = 8

/** What was expected (`-`) and what is there instead (`+`), below the path. */
export function differenceLine({ path, expected, actual, beside = [] }: Difference): string {
  const own = path.replace(/.*[.[](?=[^.[])/, '').replace(/\]$/, '')
  const meant = nearestName(own, beside)
  const there =
    meant !== undefined
      ? `; did you mean ${meant}?`
      : beside.length > 0
        ? `; there is: ${beside.slice(0, BESIDE_SHOWN).join(', ')}${beside.length > BESIDE_SHOWN ? ', …' : ''}`
        : ''
  return `  ${path || '(object)'}\n    - ${shown(expected)}\n    + ${shown(actual)}${actual === undefined ? there : ''}`
}

const shown = (value: unknown) => (value === undefined || value === null ? '(not set)' : JSON.stringify(value))

/** What may have been meant by a path that leads nowhere. */
export function nearestPath(object: unknown, path: string): string | undefined {
  const names = namesOf(path)
  const missing = names.findIndex((_, index) => fieldAt(object, bracketed(names.slice(0, index + 1))) === undefined)
  if (missing < 0) return undefined
  const parent = missing === 0 ? object : fieldAt(object, bracketed(names.slice(0, missing)))
  if (typeof parent !== 'object' || parent === null) return undefined
  const there = Array.isArray(parent)
    ? parent.flatMap((item) => ITEM_KEYS.flatMap((key) => (has(item, key) ? [String(item[key])] : [])).slice(0, 1))
    : Object.keys(parent)
  const meant = nearestName(names[missing]!, there)
  if (meant === undefined) return undefined
  let index = 0
  return path.replace(NAMES, (part) => (index++ === missing ? part.replace(names[missing]!, meant) : part))
}

const bracketed = (names: readonly string[]) => names.map((name) => `["${name}"]`).join('')
