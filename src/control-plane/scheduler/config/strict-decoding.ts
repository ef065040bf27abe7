import { parseGoDuration } from '../../../api/duration.ts'
import type { Layout } from './layout.ts'

/** It is not what its Go type can hold: `json: cannot unmarshal …`. */
export class DecodingError extends Error {}

/**
 * Checks a parsed document against the Go type it is meant for, as encoding/json does.
 *
 * @returns the paths of fields that the type does not have: what a strict decoder complains of
 * @throws DecodingError for a value of another type
 */
export function unknownFields(layout: Layout, value: unknown): readonly string[] {
  const unknown: string[] = []
  check(layout, value, '', { struct: '', path: '' }, unknown)
  return unknown
}

/** Where a value is: the struct it is a field of, and the path of Go's error messages. */
interface Place {
  readonly struct: string
  readonly path: string
}

function check(layout: Layout, value: unknown, at: string, place: Place, unknown: string[]): void {
  if (value === null || value === undefined || layout === 'any') return
  if (typeof layout === 'string') {
    checkScalar(layout, value, place)
    return
  }
  if ('list' in layout) {
    if (!Array.isArray(value)) throw mismatch(value, layout.type, place)
    value.forEach((item, i) => {
      check(layout.list, item, `${at}[${i}]`, place, unknown)
    })
    return
  }
  const name = 'struct' in layout ? `v1.${layout.struct}` : 'map[string]string'
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, name, place)
  for (const [key, item] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`
    const field = 'map' in layout ? layout.map : layout.fields[key]
    const within =
      'struct' in layout ? { struct: layout.struct, path: fieldPath(place.path, layout.struct, key) } : place
    if (field === undefined) unknown.push(path)
    else check(field, item, path, within, unknown)
  }
}

/** Fields of an embedded struct come with its name. Source: encoding/json decode.go errorContext */
const fieldPath = (path: string, struct: string, key: string): string => {
  const embedded = struct === 'KubeSchedulerConfiguration' && /^enable(Contention)?Profiling$/.test(key)
  const own = embedded ? `DebuggingConfiguration.${key}` : key
  return path === '' ? own : `${path}.${own}`
}

const INTEGERS: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 }

function checkScalar(type: Exclude<Layout, object>, value: unknown, place: Place): void {
  if (type === 'bool' && typeof value === 'boolean') return
  if (type === 'string' && typeof value === 'string') return
  if (type === 'float32' && typeof value === 'number') return
  if (type === 'duration') {
    checkDuration(value, place)
    return
  }
  const limit = INTEGERS[type]
  if (limit !== undefined && typeof value === 'number') {
    if (Number.isInteger(value) && value >= -limit && value < limit) return
    throw new DecodingError(`json: cannot unmarshal number ${value} into ${field(place)} of type ${type}`)
  }
  throw mismatch(value, type, place)
}

/** Source: apimachinery/pkg/apis/meta/v1/duration.go UnmarshalJSON */
function checkDuration(value: unknown, place: Place): void {
  if (typeof value !== 'string') throw mismatch(value, 'string', { ...place, struct: '' })
  if (parseGoDuration(value) === undefined) throw new DecodingError(`time: invalid duration ${JSON.stringify(value)}`)
}

const field = ({ struct, path }: Place): string => (struct === '' ? 'Go value' : `Go struct field ${struct}.${path}`)

function mismatch(value: unknown, type: string, place: Place): DecodingError {
  const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return new DecodingError(`json: cannot unmarshal ${what} into ${field(place)} of type ${type}`)
}
