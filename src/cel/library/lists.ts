import { type Overload, overload } from '../declarations.ts'
import { regex } from '../regex.ts'
import { compare } from '../standard.ts'
import { CelError, Duration, equals, Uint, type Value } from '../values.ts'

type List = readonly Value[]

/** Sources: apiserver/pkg/cel/library/lists.go, regex.go; cel-go ext/lists.go, ext/sets.go */
const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']

const ZEROS: Readonly<Record<string, Value>> = { int: 0n, uint: new Uint(0n), double: 0, duration: new Duration(0n) }

function sum(zero: Value): (list: List) => Value {
  return (list) => list.reduce<Value>(added, zero)
}

function added(a: Value, b: Value): Value {
  if (typeof a === 'bigint') {
    const total = a + (b as bigint)
    if (BigInt.asIntN(64, total) !== total) throw new CelError('integer overflow')
    return total
  }
  if (typeof a === 'number') return a + (b as number)
  if (a instanceof Uint) return new Uint(a.value + (b as Uint).value)
  return new Duration((a as Duration).nanos + (b as Duration).nanos)
}

function extreme(name: string, sign: number): (list: List) => Value {
  return (list) => {
    if (list.length === 0) throw new CelError(`${name} called on empty list`)
    return list.reduce((best, each) => (compare(each, best) * sign > 0 ? each : best))
  }
}

const isSorted = (list: List) => list.every((each, i) => i === 0 || compare(list[i - 1]!, each) <= 0)

function lastIndex(list: List, value: Value): number {
  for (let i = list.length - 1; i >= 0; i--) if (equals(list[i]!, value)) return i
  return -1
}

const kubernetes: readonly Overload[] = [
  ...COMPARABLE.map((type) => overload(`list(${type}).isSorted(): bool`, isSorted)),
  ...COMPARABLE.map((type) => overload(`list(${type}).max(): ${type}`, extreme('max', 1))),
  ...COMPARABLE.map((type) => overload(`list(${type}).min(): ${type}`, extreme('min', -1))),
  ...Object.entries(ZEROS).map(([type, zero]) => overload(`list(${type}).sum(): ${type}`, sum(zero))),
  overload('list(A).indexOf(A): int', (list: List, value: Value) =>
    BigInt(list.findIndex((each) => equals(each, value))),
  ),
  overload('list(A).lastIndexOf(A): int', (list: List, value: Value) => BigInt(lastIndex(list, value))),
  overload('string.find(string): string', (text: string, pattern: string) => {
    const matcher = regex(pattern).matcher(text)
    return matcher.find() ? (matcher.group() ?? '') : ''
  }),
  overload('string.findAll(string): list(string)', (text: string, pattern: string) => findAll(text, pattern, -1n)),
  overload('string.findAll(string, int): list(string)', findAll),
]

function findAll(text: string, pattern: string, limit: bigint): List {
  const matcher = regex(pattern).matcher(text)
  const found: string[] = []
  while ((limit < 0n || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
  return found
}

function distinct(list: List): List {
  const kept: Value[] = []
  for (const each of list) if (!kept.some((known) => equals(known, each))) kept.push(each)
  return kept
}

function flattened(list: List, depth: bigint): List {
  if (depth < 0n) throw new CelError('level must be non-negative')
  return list.flatMap((each) => {
    if (!Array.isArray(each)) return [each]
    return depth === 0n ? [each] : (flattened(each as List, depth - 1n) as Value[])
  })
}

/** Each level of flatten takes one list away, and no more of them than there are. */
const flattenOnce = (list: List): List => list.flatMap((each) => (Array.isArray(each) ? (each as Value[]) : [each]))

function flatten(list: List, depth: bigint): List {
  if (depth < 0n) throw new CelError('level must be non-negative')
  return flattened(list, depth)
}

function slice(list: List, start: bigint, end: bigint): List {
  const bounds = (name: string, what: string) => new CelError(`cannot slice(${start}, ${end}), ${name} ${what}`)
  if (start < 0n || end < 0n) throw new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`)
  if (start > end) throw bounds('start index', 'must be less than or equal to end index')
  if (BigInt(list.length) < end) throw new CelError(`cannot slice(${start}, ${end}), list is length ${list.length}`)
  return list.slice(Number(start), Number(end))
}

const MAX_RANGE = 1_000_000n

function range(length: bigint): List {
  if (length > MAX_RANGE) throw new CelError(`lists.range: size ${length} is greater than ${MAX_RANGE}`)
  return Array.from({ length: Math.max(0, Number(length)) }, (_, i) => BigInt(i))
}

function sortedBy(list: List, keys: List): List {
  return list
    .map((item, i) => ({ item, key: keys[i]! }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ item }) => item)
}

const extension: readonly Overload[] = [
  overload('list(T).distinct(): list(T)', distinct),
  overload('list(list(T)).flatten(): list(T)', flattenOnce),
  overload('list(dyn).flatten(int): list(dyn)', flatten),
  overload('list(T).reverse(): list(T)', (list: List) => [...list].reverse()),
  overload('list(T).slice(int, int): list(T)', slice),
  overload('#lists.range(int): list(int)', range),
  ...COMPARABLE.map((type) => overload(`list(${type}).sort(): list(${type})`, (list: List) => [...list].sort(compare))),
  ...COMPARABLE.map((type) => overload(`list(T).@sortByAssociatedKeys(list(${type})): list(T)`, sortedBy)),
]

const contains = (list: List, part: List) => part.every((each) => list.some((other) => equals(each, other)))

const sets: readonly Overload[] = [
  overload('#sets.contains(list(T), list(T)): bool', contains),
  overload('#sets.equivalent(list(T), list(T)): bool', (a: List, b: List) => contains(a, b) && contains(b, a)),
  overload('#sets.intersects(list(T), list(T)): bool', (a: List, b: List) =>
    a.some((each) => b.some((other) => equals(each, other))),
  ),
]

export const lists: readonly Overload[] = [...kubernetes, ...extension, ...sets]
