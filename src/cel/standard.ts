import { type Overload, overload } from './declarations.ts'
import { member, optionalMember } from './members.ts'
import { matches } from './regex.ts'
import { civil, doubleText, durationText, parseDuration, parseTimestamp, timestampText, zoneOffset } from './texts.ts'
import type { Type } from './types.ts'
import * as T from './types.ts'
import {
  addedLists,
  CelError,
  characters,
  Duration,
  equals,
  MapValue,
  Opaque,
  OptionalValue,
  plain,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'

/** Operators and functions that every expression has. Source: cel-go common/stdlib/standard.go */
type Num = bigint | number | Uint

function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow')
  return value
}

function uint(value: bigint): Uint {
  if (BigInt.asUintN(64, value) !== value) throw new CelError('unsigned integer overflow')
  return new Uint(value)
}

function nonZero<V>(divisor: bigint, operation: 'division' | 'modulus', then: () => V): V {
  if (divisor === 0n) throw new CelError(`${operation} by zero`)
  return then()
}

const MAX_DURATION = 1n << 63n

function duration(nanos: bigint): Duration {
  if (nanos >= MAX_DURATION || nanos < -MAX_DURATION) throw new CelError('duration overflow')
  return new Duration(nanos)
}

const MIN_TIME = -62135596800n * 1_000_000_000n
const MAX_TIME = 253402300799n * 1_000_000_000n + 999_999_999n

function timestamp(nanos: bigint): Timestamp {
  if (nanos < MIN_TIME || nanos > MAX_TIME) throw new CelError('timestamp overflow')
  return new Timestamp(nanos)
}

const arithmetic: readonly Overload[] = [
  overload('_+_(int, int): int', (a: bigint, b: bigint) => int(a + b)),
  overload('_+_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value + b.value)),
  overload('_+_(double, double): double', (a: number, b: number) => a + b),
  overload('_+_(string, string): string', (a: string, b: string) => a + b),
  overload('_+_(bytes, bytes): bytes', (a: Uint8Array, b: Uint8Array) => Uint8Array.from([...a, ...b])),
  overload('_+_(list(A), list(A)): list(A)', addedLists),
  overload('_+_(duration, duration): duration', (a: Duration, b: Duration) => duration(a.nanos + b.nanos)),
  overload('_+_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => timestamp(a.nanos + b.nanos)),
  overload('_+_(duration, timestamp): timestamp', (a: Duration, b: Timestamp) => timestamp(a.nanos + b.nanos)),
  overload('_-_(int, int): int', (a: bigint, b: bigint) => int(a - b)),
  overload('_-_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value - b.value)),
  overload('_-_(double, double): double', (a: number, b: number) => a - b),
  overload('_-_(duration, duration): duration', (a: Duration, b: Duration) => duration(a.nanos - b.nanos)),
  overload('_-_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => timestamp(a.nanos - b.nanos)),
  overload('_-_(timestamp, timestamp): duration', (a: Timestamp, b: Timestamp) => duration(a.nanos - b.nanos)),
  overload('_*_(int, int): int', (a: bigint, b: bigint) => int(a * b)),
  overload('_*_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value * b.value)),
  overload('_*_(double, double): double', (a: number, b: number) => a * b),
  overload('_/_(int, int): int', (a: bigint, b: bigint) => nonZero(b, 'division', () => int(a / b))),
  overload('_/_(uint, uint): uint', (a: Uint, b: Uint) => nonZero(b.value, 'division', () => uint(a.value / b.value))),
  overload('_/_(double, double): double', (a: number, b: number) => a / b),
  overload('_%_(int, int): int', (a: bigint, b: bigint) => nonZero(b, 'modulus', () => int(a % b))),
  overload('_%_(uint, uint): uint', (a: Uint, b: Uint) => nonZero(b.value, 'modulus', () => uint(a.value % b.value))),
  overload('-_(int): int', (a: bigint) => int(-a)),
  overload('-_(double): double', (a: number) => -a),
  overload('!_(bool): bool', (a: boolean) => !a),
]

/** Below, at or above zero as a is to b. @throws CelError for what has no order */
export function compare(a: Value, b: Value): number {
  const [left, right] = [orderOf(a), orderOf(b)]
  if (typeof left === 'number' && Number.isNaN(left)) throw new CelError('NaN values cannot be ordered')
  if (typeof right === 'number' && Number.isNaN(right)) throw new CelError('NaN values cannot be ordered')
  if (left < right) return -1
  return left > right ? 1 : 0
}

function orderOf(value: Value): bigint | number | string {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Uint) return value.value
  if (value instanceof Timestamp || value instanceof Duration) return value.nanos
  if (value instanceof Uint8Array) return byteText(value)
  if (typeof value === 'string') return byteText(new TextEncoder().encode(value))
  throw new CelError('no such overload')
}

/** One UTF-16 unit a byte, so that texts compare as Go compares them. */
const byteText = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')

const NUMBERS = ['int', 'uint', 'double']
const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration']

function comparison(fn: string, holds: (order: number) => boolean): readonly Overload[] {
  const same = ORDERED.map((type) => [type, type])
  const mixed = NUMBERS.flatMap((a) => NUMBERS.filter((b) => a !== b).map((b) => [a, b]))
  return [...same, ...mixed].map(([a, b]) =>
    overload(`${fn}(${a}, ${b}): bool`, (left: Value, right: Value) => holds(compare(left, right))),
  )
}

const logic: readonly Overload[] = [
  ...comparison('_<_', (order) => order < 0),
  ...comparison('_<=_', (order) => order <= 0),
  ...comparison('_>_', (order) => order > 0),
  ...comparison('_>=_', (order) => order >= 0),
  overload('_==_(A, A): bool', equals),
  overload('_!=_(A, A): bool', (a: Value, b: Value) => !equals(a, b)),
  // Evaluated by the interpreter itself: they need not look at every argument.
  overload('_&&_(bool, bool): bool', (a: boolean, b: boolean) => a && b),
  overload('_||_(bool, bool): bool', (a: boolean, b: boolean) => a || b),
  overload('_?_:_(bool, A, A): A', (condition: boolean, yes: Value, no: Value) => (condition ? yes : no)),
  overload('@not_strictly_false(bool): bool', (a: Value) => a !== false),
  overload('@in(A, list(A)): bool', (a: Value, list: readonly Value[]) => list.some((each) => equals(a, each))),
  overload('@in(A, map(A, B)): bool', (a: Value, map: MapValue) => map.get(a) !== undefined),
  overload('_[_](list(A), int): A', member),
  overload('_[_](map(A, B), A): B', member),
  overload('_[_](optional(list(V)), int): optional(V)', optionalMember),
  overload('_[_](optional(map(K, V)), K): optional(V)', optionalMember),
  ...['list(V)', 'optional(list(V))'].map((type) => overload(`_[?_](${type}, int): optional(V)`, optionalIndex)),
  ...['map(K, V)', 'optional(map(K, V))'].map((type) => overload(`_[?_](${type}, K): optional(V)`, optionalIndex)),
]

function optionalIndex(value: Value, key: Value): Value {
  return optionalMember(value instanceof OptionalValue ? value : new OptionalValue(value), key)
}

const size = (type: string, of: (value: never) => number): readonly Overload[] =>
  [`size(${type}): int`, `${type}.size(): int`].map((signature) =>
    overload(signature, (value: never) => BigInt(of(value))),
  )

const texts: readonly Overload[] = [
  ...size('string', characters),
  ...size('bytes', (bytes: Uint8Array) => bytes.length),
  ...size('list(A)', (list: readonly Value[]) => list.length),
  ...size('map(A, B)', (map: MapValue) => map.size),
  overload('string.contains(string): bool', (text: string, part: string) => text.includes(part)),
  overload('string.startsWith(string): bool', (text: string, part: string) => text.startsWith(part)),
  overload('string.endsWith(string): bool', (text: string, part: string) => text.endsWith(part)),
  overload('string.matches(string): bool', matches),
  overload('matches(string, string): bool', matches),
]

function toInt(value: Num): bigint {
  if (value instanceof Uint) return int(value.value)
  if (typeof value === 'bigint') return value
  if (Number.isNaN(value) || value <= -(2 ** 63) || value >= 2 ** 63) throw new CelError('integer overflow')
  return BigInt(Math.trunc(value))
}

function toUint(value: Num): Uint {
  if (value instanceof Uint) return value
  if (typeof value === 'bigint') return uint(value)
  if (Number.isNaN(value) || value < 0 || value >= 2 ** 64) throw new CelError('unsigned integer overflow')
  return new Uint(BigInt(Math.trunc(value)))
}

function parsed<V>(text: string, pattern: RegExp, make: (text: string) => V, to: string): V {
  if (!pattern.test(text)) throw new CelError(`type conversion error from 'string' to '${to}'`)
  return make(text)
}

function toBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false
  throw new CelError("type conversion error from 'string' to 'bool'")
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
}

function must<V>(value: V | undefined, from: string, to: string): V {
  if (value === undefined) throw new CelError(`type conversion error from '${from}' to '${to}'`)
  return value
}

const conversions: readonly Overload[] = [
  ...['int', 'uint', 'double'].map((type) => overload(`int(${type}): int`, toInt)),
  overload('int(string): int', (text: string) => parsed(text, /^[+-]?\d+$/, (each) => int(BigInt(each)), 'int')),
  overload('int(timestamp): int', ({ nanos }: Timestamp) => (nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND),
  overload('int(duration): int', ({ nanos }: Duration) => nanos),
  ...['int', 'uint', 'double'].map((type) => overload(`uint(${type}): uint`, toUint)),
  overload('uint(string): uint', (text: string) => parsed(text, /^\d+$/, (each) => uint(BigInt(each)), 'uint')),
  ...['int', 'uint', 'double'].map((type) => overload(`double(${type}): double`, (value: Num) => Number(plain(value)))),
  overload('double(string): double', (text: string) =>
    parsed(text, /^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|NaN|Inf(inity)?)$/, goNumber, 'double'),
  ),
  overload('string(string): string', (text: string) => text),
  overload('string(bool): string', String),
  overload('string(int): string', String),
  overload('string(uint): string', ({ value }: Uint) => String(value)),
  overload('string(double): string', doubleText),
  overload('string(bytes): string', decoded),
  overload('string(timestamp): string', timestampText),
  overload('string(duration): string', durationText),
  overload('bytes(bytes): bytes', (bytes: Uint8Array) => bytes),
  overload('bytes(string): bytes', (text: string) => new TextEncoder().encode(text)),
  overload('bool(bool): bool', (value: boolean) => value),
  overload('bool(string): bool', toBool),
  overload('timestamp(timestamp): timestamp', (value: Timestamp) => value),
  overload('timestamp(string): timestamp', (text: string) =>
    must(parseTimestamp(text), 'string', 'google.protobuf.Timestamp'),
  ),
  overload('timestamp(int): timestamp', (seconds: bigint) => timestamp(seconds * SECOND)),
  overload('duration(duration): duration', (value: Duration) => value),
  overload('duration(string): duration', (text: string) =>
    must(parseDuration(text), 'string', 'google.protobuf.Duration'),
  ),
  overload('dyn(A): dyn', (value: Value) => value),
  overload('type(A): type(A)', (value: Value) => new TypeValue(typeOfValue(value))),
]

const SECOND = 1_000_000_000n
const goNumber = (text: string) => Number(text.replace(/Inf(inity)?/, 'Infinity'))

function typeOfValue(value: Value): Type {
  switch (typeof value) {
    case 'bigint':
      return T.INT
    case 'number':
      return T.DOUBLE
    case 'string':
      return T.STRING
    case 'boolean':
      return T.BOOL
  }
  if (value === null) return T.NULL
  if (value instanceof Uint) return T.UINT
  if (value instanceof Uint8Array) return T.BYTES
  if (value instanceof Timestamp) return T.TIMESTAMP
  if (value instanceof Duration) return T.DURATION
  if (value instanceof MapValue) return value.typeName === undefined ? T.mapOf(T.DYN, T.DYN) : T.opaque(value.typeName)
  if (value instanceof OptionalValue) return T.optionalOf(T.DYN)
  if (value instanceof TypeValue) return T.typeOf(T.DYN)
  return value instanceof Opaque ? T.opaque(value.type) : T.listOf(T.DYN)
}

type Part = (of: ReturnType<typeof civil>) => number

const getter = (name: string, part: Part): readonly Overload[] => [
  overload(`timestamp.${name}(): int`, (value: Timestamp) => BigInt(part(civil(value)))),
  overload(`timestamp.${name}(string): int`, (value: Timestamp, zone: string) =>
    BigInt(part(civil(value, zoneOffset(zone, value)))),
  ),
]

const amount = (name: string, of: (nanos: bigint) => bigint): Overload =>
  overload(`duration.${name}(): int`, ({ nanos }: Duration) => of(nanos))

const times: readonly Overload[] = [
  ...getter('getFullYear', ({ year }) => year),
  ...getter('getMonth', ({ month }) => month - 1),
  ...getter('getDate', ({ day }) => day),
  ...getter('getDayOfMonth', ({ day }) => day - 1),
  ...getter('getDayOfWeek', ({ weekday }) => weekday),
  ...getter('getDayOfYear', ({ yearDay }) => yearDay),
  ...getter('getHours', ({ hour }) => hour),
  ...getter('getMinutes', ({ minute }) => minute),
  ...getter('getSeconds', ({ second }) => second),
  ...getter('getMilliseconds', ({ nanos }) => Math.floor(nanos / 1e6)),
  amount('getHours', (nanos) => nanos / (3600n * SECOND)),
  amount('getMinutes', (nanos) => nanos / (60n * SECOND)),
  amount('getSeconds', (nanos) => nanos / SECOND),
  amount('getMilliseconds', (nanos) => nanos / 1_000_000n),
]

export const standard: readonly Overload[] = [...arithmetic, ...logic, ...texts, ...conversions, ...times]
