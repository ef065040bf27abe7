import { type Overload, overload } from '../declarations.ts'
import { CelError, ComputedMap, MapValue, OptionalValue, Uint, type Value } from '../values.ts'

/** Source: cel-go cel/library.go OptionalTypes */
export const optionals: readonly Overload[] = [
  overload('#optional.of(V): optional(V)', (value: Value) => new OptionalValue(value)),
  overload('#optional.ofNonZeroValue(V): optional(V)', (value: Value) =>
    isZero(value) ? OptionalValue.none : new OptionalValue(value),
  ),
  overload('#optional.none(): optional(V)', () => OptionalValue.none),
  overload('optional(V).value(): V', ({ value }: OptionalValue) => {
    if (value === undefined) throw new CelError('optional.none() dereference')
    return value
  }),
  overload('optional(V).hasValue(): bool', ({ value }: OptionalValue) => value !== undefined),
  // Evaluated by the interpreter itself, as their argument may not be needed.
  overload('optional(V).or(optional(V)): optional(V)', (a: OptionalValue, b: OptionalValue) =>
    a.value === undefined ? b : a,
  ),
  overload('optional(V).orValue(V): V', ({ value }: OptionalValue, other: Value) => value ?? other),
  overload('_?._(dyn, string): optional(V)', () => OptionalValue.none),
  ...['#optional.unwrap(list(optional(V))): list(V)', 'list(optional(V)).unwrapOpt(): list(V)'].map((signature) =>
    overload(signature, (list: readonly OptionalValue[]) =>
      list.flatMap(({ value }) => (value === undefined ? [] : [value])),
    ),
  ),
  overload('#cel.@mapInsert(map(K, V), map(K, V)): map(K, V)', (map: ComputedMap, more: MapValue) =>
    inserted(
      map,
      more.keys().map((key) => [key, more.get(key)!]),
    ),
  ),
  overload('#cel.@mapInsert(map(K, V), K, V): map(K, V)', (map: ComputedMap, key: Value, value: Value) =>
    inserted(map, [[key, value]]),
  ),
]

function inserted(map: ComputedMap, more: readonly (readonly [Value, Value])[]): Value {
  for (const [key] of more)
    if (map.get(key) !== undefined) throw new CelError(`insert failed: key ${String(key)} already exists`)
  return new ComputedMap([...map.entries(), ...more])
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof MapValue) return value.size === 0
  if (value instanceof OptionalValue) return value.value === undefined
  if (typeof value === 'object' && 'nanos' in value) return value.nanos === 0n
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0
}
