import type { Type } from './types.ts'
import { typeName } from './types.ts'

/** What expressions come to: int is a bigint, double a number. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | readonly Value[]
  | MapValue
  | TypeValue
  | OptionalValue
  | Opaque

/** What goes wrong while an expression is evaluated. `&&`, `||` and the quantifiers may make up for it. */
export class CelError extends Error {}

/** An evaluation came to count for more than it may. Nothing makes up for it. Source: cel-go interpreter/runtimecost.go */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

/** A moment, in nanoseconds since the epoch. */
export class Timestamp {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class Duration {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class TypeValue {
  readonly type: Type

  constructor(type: Type) {
    this.type = type
  }
}

export class OptionalValue {
  static readonly none = new OptionalValue(undefined)
  readonly value: Value | undefined

  constructor(value: Value | undefined) {
    this.value = value
  }
}

/** Values of the libraries' own types. */
export abstract class Opaque {
  abstract readonly type: string
  abstract equals(other: Opaque): boolean
}

export abstract class MapValue {
  abstract readonly size: number
  /** undefined: there is no such key. */
  abstract get(key: Value): Value | undefined
  abstract keys(): readonly Value[]
  /** Name of the type where it is an object's, not a map's. */
  readonly typeName: string | undefined

  constructor(name?: string) {
    this.typeName = name
  }
}

/** Equal keys have equal texts: numbers of all three kinds are one. */
function keyText(key: Value): string {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'boolean') return `b${key}`
  if (key instanceof Uint) return `n${key.value}`
  return `n${String(key)}`
}

/** A map that was computed. */
export class ComputedMap extends MapValue {
  readonly #entries = new Map<string, readonly [Value, Value]>()

  constructor(entries: Iterable<readonly [Value, Value]> = [], name?: string) {
    super(name)
    for (const entry of entries) this.#entries.set(keyText(entry[0]), entry)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(keyText(key))?.[1]
  }

  keys(): readonly Value[] {
    return [...this.#entries.values()].map(([key]) => key)
  }

  entries(): readonly (readonly [Value, Value])[] {
    return [...this.#entries.values()]
  }
}

/** Lists of custom resources that are sets or maps: compared and added as such. Source: apiserver/pkg/cel/common/values.go */
export interface ListSemantics {
  readonly type: 'set' | 'map'
  readonly keys: readonly string[]
}

const semantics = new WeakMap<readonly Value[], ListSemantics>()

export function withSemantics(list: readonly Value[], of: ListSemantics): readonly Value[] {
  semantics.set(list, of)
  return list
}

const mapKey = (item: Value, { keys }: ListSemantics): string =>
  keys.map((key) => JSON.stringify(item instanceof MapValue ? keyText(item.get(key) ?? null) : null)).join()

/** Source: common/values.go unstructuredSetList.Add, unstructuredMapList.Add */
export function addedLists(a: readonly Value[], b: readonly Value[]): readonly Value[] {
  const of = semantics.get(a)
  if (of === undefined) return [...a, ...b]
  if (of.type === 'set')
    return withSemantics([...a, ...b.filter((each) => !a.some((known) => equals(known, each)))], of)
  const byKey = new Map(a.map((item) => [mapKey(item, of), item]))
  for (const item of b) byKey.set(mapKey(item, of), item)
  return withSemantics([...byKey.values()], of)
}

const isNumber = (value: Value): value is bigint | number | Uint =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint

export const plain = (value: bigint | number | Uint): bigint | number => (value instanceof Uint ? value.value : value)

export function equals(a: Value, b: Value): boolean {
  if (a === b) return !(typeof a === 'number' && Number.isNaN(a))
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1 compares values of both kinds exactly
  if (isNumber(a) && isNumber(b)) return plain(a) == plain(b)
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b)
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b)
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b)
  if (a instanceof TypeValue) return b instanceof TypeValue && typeName(a.type) === typeName(b.type)
  if (a instanceof OptionalValue) return b instanceof OptionalValue && equalOptionals(a, b)
  return a instanceof Opaque && b instanceof Opaque && a.type === b.type && a.equals(b)
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function equalOptionals(a: OptionalValue, b: OptionalValue): boolean {
  return a.value === undefined || b.value === undefined ? a.value === b.value : equals(a.value, b.value)
}

function equalLists(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false
  const of = semantics.get(a)
  if (of?.type === 'set') return a.every((each) => b.some((other) => equals(each, other)))
  if (of === undefined) return a.every((each, i) => equals(each, b[i]!))
  const byKey = new Map(b.map((item) => [mapKey(item, of), item]))
  return a.every((item) => {
    const other = byKey.get(mapKey(item, of))
    return other !== undefined && equals(item, other)
  })
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false
  return a.keys().every((key) => {
    const other = b.get(key)
    return other !== undefined && equals(a.get(key)!, other)
  })
}

/** What size() says, 1 for what has none: the unit of costs. Source: interpreter/runtimecost.go actualSize */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return characters(value)
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length
  if (value instanceof MapValue) return value.size
  if (value instanceof OptionalValue && value.value !== undefined) return sizeOf(value.value)
  return 1
}

/** How many code points. */
export function characters(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--
  return count
}
