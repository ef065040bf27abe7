import type { Overload } from './declarations.ts'
import type { Type } from './types.ts'
import {
  CelError,
  Duration,
  MapValue,
  Opaque,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'

/** @throws CelError for a key that is not there */
export function member(value: Value, key: Value): Value {
  if (value instanceof MapValue) {
    const held = value.get(key)
    if (held === undefined) throw new CelError(`no such key: ${keyName(key)}`)
    return held
  }
  if (!Array.isArray(value)) throw new CelError('no such overload')
  const index = key instanceof Uint ? key.value : key
  const at = Number(index)
  if (!Number.isInteger(at)) throw new CelError(`unsupported index type`)
  if (at < 0 || at >= value.length) throw new CelError(`index out of bounds: ${at}`)
  return (value as readonly Value[])[at]!
}

const keyName = (key: Value) => String(key instanceof Uint ? key.value : key)

export function optionalMember({ value }: OptionalValue, key: Value): OptionalValue {
  if (value === undefined) return OptionalValue.none
  if (value instanceof MapValue) {
    const held = value.get(key)
    return held === undefined ? OptionalValue.none : new OptionalValue(held)
  }
  if (!Array.isArray(value)) throw new CelError('no such overload')
  const at = Number(key instanceof Uint ? key.value : key)
  return at >= 0 && at < value.length ? new OptionalValue((value as readonly Value[])[at]) : OptionalValue.none
}

/** Whether an overload is for these values. */
export function takes(overload: Overload, values: readonly Value[], member: boolean): boolean {
  if (overload.member !== member || overload.args.length !== values.length) return false
  return overload.args.every((type, i) => isOf(values[i]!, type))
}

/** Whether a value is of a type, as far as dispatch looks. */
function isOf(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'int':
      return typeof value === 'bigint'
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'bool':
      return typeof value === 'boolean'
    case 'null':
      return value === null
    case 'list':
      return Array.isArray(value)
    case 'uint':
      return value instanceof Uint
    case 'bytes':
      return value instanceof Uint8Array
    case 'map':
    case 'object':
      return value instanceof MapValue
    case 'timestamp':
      return value instanceof Timestamp
    case 'duration':
      return value instanceof Duration
    case 'type':
      return value instanceof TypeValue
    case 'opaque':
      if (type.name === 'optional_type') return value instanceof OptionalValue
      return value instanceof Opaque && value.type === type.name
    default:
      return true
  }
}
