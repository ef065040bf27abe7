import { parseTime } from '../../api/time.ts'
import { isMicroTime, timeParseError } from './time-errors.ts'

/** Where a value stands, for the wording of errors. */
export interface Place {
  /** OpenAPI name of the innermost type. */
  readonly struct: string
  /** Field names from the root: `spec.containers.image`. */
  readonly path: string
  /** Go's name of the field's type, where it is a named scalar. */
  readonly goType?: string
}

/** Type errors in the words of Go's JSON decoder. Source: encoding/json decode.go UnmarshalTypeError */
export function typeError(shape: string, value: unknown, place: Place): string {
  return unmarshal(kindOf(value), goType(shape, place), place)
}

/** What is wrong with a scalar, undefined when nothing is. */
export function valueError(shape: string, value: unknown, place: Place): string | undefined {
  switch (shape[0]) {
    case 's':
      return typeof value === 'string' ? undefined : typeError(shape, value, place)
    case 'b':
      return typeof value === 'boolean' ? undefined : typeError(shape, value, place)
    case 'd':
      return typeof value === 'number' ? undefined : typeError(shape, value, place)
    case 'i':
    case 'l':
      return integerError(shape, value, place)
    case 'x':
      return intOrStringError(value, place)
    case 'q':
      return typeof value === 'string' && QUANTITY.test(value) ? undefined : quantityError(value)
    case 'y':
      return typeof value === 'string' ? base64Error(value) : typeError(shape, value, place)
    case 't':
    case 'm':
      return timeError(shape[0], value, place)
    case 'o':
      return typeof value === 'object' && !Array.isArray(value) ? undefined : typeError(shape, value, place)
    default:
      return undefined
  }
}

function unmarshal(value: string, type: string, { struct, path }: Place): string {
  return `json: cannot unmarshal ${value} into Go struct field ${struct.slice(struct.lastIndexOf('.') + 1)}.${path} of type ${type}`
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

const scalarTypes: Readonly<Record<string, string>> = {
  s: 'string',
  b: 'bool',
  i: 'int32',
  l: 'int64',
  d: 'float64',
  y: '[]uint8',
  q: 'resource.Quantity',
  x: 'intstr.IntOrString',
  t: 'v1.Time',
  m: 'v1.MicroTime',
  o: 'map[string]interface {}',
  a: 'interface {}',
}

function goType(shape: string, place: Place): string {
  // The facts name the whole type of a field; of an element only its own part is left.
  if (place.goType !== undefined)
    return isElement(shape, place.goType) ? place.goType.replace(/^(\[\]|map\[\w+\])/, '') : place.goType
  if (shape[0] === '[') return `[]${goType(shape.slice(1), place)}`
  if (shape[0] === '{') return `map[string]${goType(shape.slice(1), place)}`
  if (shape[0] === '@') return shape.split('.').slice(-2).join('.')
  return scalarTypes[shape[0]!] ?? 'interface {}'
}

function isElement(shape: string, goType: string): boolean {
  if (shape[0] === '[' || shape[0] === '{') return false
  return goType.startsWith('[]') || goType.startsWith('map[')
}

function integerError(shape: string, value: unknown, place: Place): string | undefined {
  if (typeof value !== 'number') return typeError(shape, value, place)
  const limit = shape[0] === 'i' ? 2 ** 31 : 2 ** 63
  if (Number.isInteger(value) && value >= -limit && value < limit) return undefined
  return unmarshal(`number ${value}`, goType(shape, place), place)
}

/** Source: apimachinery/pkg/util/intstr/intstr.go UnmarshalJSON */
function intOrStringError(value: unknown, place: Place): string | undefined {
  if (typeof value === 'string') return undefined
  if (typeof value !== 'number') return unmarshal(kindOf(value), 'int32', place)
  if (Number.isInteger(value) && Math.abs(value) <= 2 ** 31) return undefined
  return unmarshal(`number ${value}`, 'int32', place)
}

const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/

/** Source: apimachinery/pkg/api/resource/quantity.go ParseQuantity */
function quantityError(value: unknown): string {
  if (typeof value === 'string' && /^[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*$/.test(value) && /\d/.test(value))
    return "unable to parse quantity's suffix"
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
}

/** Source: encoding/base64 CorruptInputError */
function base64Error(value: string): string | undefined {
  const text = value.replace(/[\r\n]/g, '')
  const bad = /[^A-Za-z0-9+/=]/.exec(text)
  if (bad !== null) return `illegal base64 data at input byte ${bad.index}`
  const body = text.replace(/={0,2}$/, '')
  const inner = body.indexOf('=')
  if (inner >= 0) return `illegal base64 data at input byte ${inner}`
  if (text.length % 4 !== 0) return `illegal base64 data at input byte ${Math.floor(text.length / 4) * 4}`
  return undefined
}

/** Source: apimachinery/pkg/apis/meta/v1/time.go UnmarshalJSON, time/format.go ParseError */
function timeError(shape: string, value: unknown, place: Place): string | undefined {
  if (typeof value !== 'string') return unmarshal(kindOf(value), 'string', place)
  if (shape === 'm' ? isMicroTime(value) : !Number.isNaN(parseTime(value))) return undefined
  return timeParseError(value, shape === 'm')
}
