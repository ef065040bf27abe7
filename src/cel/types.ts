/** Types of expressions. Source: cel-go common/types/types.go */
export type Type =
  | { readonly kind: Simple }
  | { readonly kind: 'list'; readonly params: readonly [Type] }
  | { readonly kind: 'map'; readonly params: readonly [Type, Type] }
  | { readonly kind: 'type'; readonly params: readonly Type[] }
  /** `optional_type(int)`, `kubernetes.URL` */
  | { readonly kind: 'opaque'; readonly name: string; readonly params: readonly Type[] }
  | { readonly kind: 'param'; readonly name: string }
  | ObjectType

type Simple =
  | 'int'
  | 'uint'
  | 'double'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'null'
  | 'dyn'
  | 'error'
  | 'timestamp'
  | 'duration'

/** A type with fields of its own. */
export interface ObjectType {
  readonly kind: 'object'
  readonly name: string
  /** undefined: there is no such field. */
  readonly field: (name: string) => Type | undefined
}

const simple = <K extends Simple>(kind: K) => ({ kind }) as const

export const INT: Type = simple('int')
export const UINT: Type = simple('uint')
export const DOUBLE: Type = simple('double')
export const BOOL: Type = simple('bool')
export const STRING: Type = simple('string')
export const BYTES: Type = simple('bytes')
export const NULL: Type = simple('null')
export const DYN: Type = simple('dyn')
export const ERROR: Type = simple('error')
export const TIMESTAMP: Type = simple('timestamp')
export const DURATION: Type = simple('duration')

export const listOf = (element: Type): Type => ({ kind: 'list', params: [element] })
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', params: [key, value] })
export const optionalOf = (value: Type): Type => ({ kind: 'opaque', name: 'optional_type', params: [value] })
export const opaque = (name: string): Type => ({ kind: 'opaque', name, params: [] })
export const typeOf = (of: Type): Type => ({ kind: 'type', params: [of] })
export const param = (name: string): Type => ({ kind: 'param', name })

export const paramsOf = (type: Type): readonly Type[] => ('params' in type ? type.params : [])

/** Name as `type(x)` shows it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'object':
    case 'opaque':
    case 'param':
      return type.name
    case 'timestamp':
      return 'google.protobuf.Timestamp'
    case 'duration':
      return 'google.protobuf.Duration'
    case 'null':
      return 'null_type'
    default:
      return type.kind
  }
}

/** As errors show it. Source: cel-go checker/format.go FormatCELType */
export function formatType(type: Type): string {
  const inner = paramsOf(type).map(formatType).join(', ')
  switch (type.kind) {
    case 'error':
      return '!error!'
    case 'object':
    case 'param':
      return type.name
    case 'opaque':
      return inner === '' ? type.name : `${type.name}(${inner})`
    case 'type':
      return inner === '' ? 'type' : `type(${inner})`
    default:
      return inner === '' ? type.kind : `${type.kind}(${inner})`
  }
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true
  if (a.kind !== b.kind) return false
  if ('name' in a && a.name !== (b as { readonly name: string }).name) return false
  const [left, right] = [paramsOf(a), paramsOf(b)]
  return left.length === right.length && left.every((each, i) => sameType(each, right[i]!))
}

/** What type parameters have turned out to be. */
export type Mapping = Map<string, Type>

/** @param toDyn whether parameters nothing is known of become dyn. Source: checker/types.go substitute */
export function substitute(mapping: Mapping, type: Type, toDyn: boolean): Type {
  if (type.kind === 'param') {
    const known = mapping.get(type.name)
    if (known !== undefined) return substitute(mapping, known, toDyn)
    return toDyn ? DYN : type
  }
  if (!('params' in type) || type.params.length === 0) return type
  const params = type.params.map((each) => substitute(mapping, each, toDyn))
  return { ...type, params } as unknown as Type
}

const isDynOrError = ({ kind }: Type) => kind === 'dyn' || kind === 'error'

/** @returns the mapping with which every type of `a` takes the one of `b`; undefined where there is none */
export function assignable(mapping: Mapping, a: readonly Type[], b: readonly Type[]): Mapping | undefined {
  const copy = new Map(mapping)
  return fitsAll(copy, a, b) ? copy : undefined
}

function fitsAll(mapping: Mapping, a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((each, i) => fits(mapping, each, b[i]!))
}

/** Source: checker/types.go internalIsAssignable */
function fits(mapping: Mapping, a: Type, b: Type): boolean {
  if (b.kind === 'param') {
    const { valid, known } = substitutes(mapping, a, b)
    if (valid) return true
    if (known) return false
  }
  if (a.kind === 'param') return substitutes(mapping, b, a).valid
  if (isDynOrError(a) || isDynOrError(b)) return true
  if (a.kind === 'null') return isNullable(b)
  if (b.kind === 'null') return isNullable(a)
  if (a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  if ('name' in a && a.name !== (b as { readonly name: string }).name) return false
  return fitsAll(mapping, paramsOf(a), paramsOf(b))
}

const NULLABLE = new Set(['null', 'opaque', 'object', 'duration', 'timestamp'])
const isNullable = ({ kind }: Type) => NULLABLE.has(kind)

interface Substitution {
  readonly valid: boolean
  readonly known: boolean
}

/** Source: checker/types.go isValidTypeSubstitution */
function substitutes(mapping: Mapping, a: Type, b: Type & { readonly kind: 'param' }): Substitution {
  if (sameType(a, b)) return { valid: true, known: true }
  const known = mapping.get(b.name)
  if (known === undefined) {
    const valid = !occurs(mapping, b, a)
    if (valid) mapping.set(b.name, a)
    return { valid, known: false }
  }
  if (sameType(a, known)) return { valid: true, known: true }
  if (!fits(mapping, a, known)) return { valid: false, known: true }
  const general = mostGeneral(a, known)
  if (!occurs(mapping, b, general)) mapping.set(b.name, general)
  return { valid: true, known: true }
}

function occurs(mapping: Mapping, needle: Type, within: Type): boolean {
  if (sameType(needle, within)) return true
  if (within.kind === 'param') {
    const known = mapping.get(within.name)
    return known !== undefined && occurs(mapping, needle, known)
  }
  return paramsOf(within).some((each) => occurs(mapping, needle, each))
}

export function mostGeneral(a: Type, b: Type): Type {
  return isEqualOrLessSpecific(a, b) ? a : b
}

/** Source: checker/types.go isEqualOrLessSpecific */
function isEqualOrLessSpecific(a: Type, b: Type): boolean {
  if (isDynOrError(a) || a.kind === 'param') return true
  if (isDynOrError(b) || b.kind === 'param') return false
  if (a.kind !== b.kind) return false
  const [left, right] = [paramsOf(a), paramsOf(b)]
  if (left.length === 0 || left.length !== right.length) return sameType(a, b)
  return left.every((each, i) => isEqualOrLessSpecific(each, right[i]!))
}
