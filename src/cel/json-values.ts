import { encodeBase64 } from '../api/base64.ts'
import { durationText, timestampText } from './texts.ts'
import {
  CelError,
  ComputedMap,
  Duration,
  MapValue,
  Opaque,
  OptionalValue,
  Timestamp,
  Uint,
  type Value,
} from './values.ts'

/** An object of JSON, whose members become values when they are looked at. */
export class ObjectValue extends MapValue {
  readonly source: Readonly<Record<string, unknown>>
  readonly #member: (name: string, value: unknown) => Value
  /** Names in expressions by names in JSON, where they differ. */
  readonly #names: ReadonlyMap<string, string> | undefined
  readonly #seen = new Map<string, Value>()

  constructor(
    source: Readonly<Record<string, unknown>>,
    member: (name: string, value: unknown) => Value,
    options: { readonly name?: string; readonly names?: ReadonlyMap<string, string> } = {},
  ) {
    super(options.name)
    this.source = source
    this.#member = member
    this.#names = options.names
  }

  get size(): number {
    return Object.keys(this.source).length
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined
    const name = this.#names?.get(key) ?? key
    const seen = this.#seen.get(name)
    if (seen !== undefined) return seen
    if (!Object.hasOwn(this.source, name) || this.source[name] === undefined) return undefined
    const value = this.#member(name, this.source[name])
    this.#seen.set(name, value)
    return value
  }

  keys(): readonly Value[] {
    return Object.keys(this.source)
  }
}

/** JSON of which nothing is known: whole numbers are ints. Source: apiserver/pkg/cel/common/values.go UnstructuredToVal */
export function fromJson(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json
    case 'number':
      return Number.isSafeInteger(json) ? BigInt(json) : json
    case 'bigint':
      return json
  }
  if (json === null || json === undefined) return null
  if (Array.isArray(json)) return json.map(fromJson)
  return new ObjectValue(json as Readonly<Record<string, unknown>>, (_, value) => fromJson(value))
}

/** A value as JSON: what a mutating policy sets. @throws CelError for what has no JSON form */
export function toJson(value: Value): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return value
  if (value instanceof Uint) return Number(value.value)
  if (value instanceof Uint8Array) return encodeBase64(value)
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof ObjectValue) return value.source
  if (value instanceof ComputedMap)
    return Object.fromEntries(value.entries().map(([key, each]) => [String(toJson(key)), toJson(each)]))
  if (value instanceof OptionalValue && value.value !== undefined) return toJson(value.value)
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof Opaque)
    throw new CelError(`type conversion error from '${value.type}' to 'google.protobuf.Value'`)
  throw new CelError("type conversion error to 'google.protobuf.Value'")
}
