import { structureTables } from '../../api/generated/structure.ts'
import { badRequest } from '../../api/status.ts'
import type { KubernetesObject, Status } from '../../api/types.ts'
import { type Place, typeError, valueError } from './structure-errors.ts'

/**
 * Does the body have the shape of its type? What Go does when it decodes JSON into a struct: wrong types are errors,
 * unknown fields fall out (and are reported), null and empty optional fields are as good as absent.
 *
 * Ajv was measured against this walk over the same facts: 40 ms to load and 280 ms to compile the schema of a Pod at
 * its first use, here 2 ms for all types; and Ajv neither prunes in the order of the document nor words as Go does.
 * Source: sigs.k8s.io/json, apimachinery/pkg/runtime/serializer/json/json.go Decode
 */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface Structured {
  readonly object: KubernetesObject
  readonly warnings: readonly string[]
}

interface TypeTable {
  /** `group/version/kind` */
  readonly gvk?: readonly string[]
  readonly fields: Readonly<Record<string, Field>>
  /** Times that Go writes as null when they are not set. */
  readonly times?: readonly string[]
  /** Go's name of the embedded struct that a field comes from. */
  readonly inline?: Readonly<Record<string, string>>
  /** Lists that Go writes as null when there is nothing in them. */
  readonly nulls?: readonly string[]
}

/** Shape (see scripts/generate/structure.ts); 1 where zero differs from absent, 2 where what is absent is there and zero; Go's name of the scalar type. */
type Field = string | readonly [string, (0 | 1 | 2)?, string?]

let parsed: ReadonlyMap<string, TypeTable> | undefined

function tables(): ReadonlyMap<string, TypeTable> {
  parsed ??= new Map(Object.entries(JSON.parse(structureTables) as Record<string, TypeTable>))
  return parsed
}

/**
 * @param schema OpenAPI name of the type: `io.k8s.api.core.v1.Pod`
 * @param kind the kind that the path serves
 * @param duplicateFields paths of keys that came twice, found by the decoder; of a YAML body the decoder's own words (`yaml: …`)
 */
export function checkStructure(
  schema: string,
  kind: string,
  body: unknown,
  fieldValidation: FieldValidation = 'Warn',
  duplicateFields: readonly string[] = [],
): Structured | Status {
  const table = tables().get(schema)
  if (table === undefined) throw new Error(`no structure is known for ${schema}`)
  const [group = '', version = 'v1'] = (table.gvk?.find((gvk) => gvk.endsWith(`/${kind}`)) ?? '').split('/')
  const expected = group === '' ? version : `${group}/${version}`
  const given = (typeof body === 'object' && body !== null ? body : {}) as { apiVersion?: unknown; kind?: unknown }
  const named = { apiVersion: given.apiVersion || expected, kind: given.kind || kind }
  const cannot = (why: string) =>
    badRequest(
      `${named.kind} in version ${JSON.stringify(versionOf(named.apiVersion))} cannot be handled as a ${kind}: ${why}`,
    )
  const mistaken = wrongKind(named, { apiVersion: expected, kind, group })
  if (mistaken !== undefined) return mistaken.bare ? badRequest(mistaken.why) : cannot(mistaken.why)
  const walk = new Walk(new Set(duplicateFields))
  const object = walk.struct(schema, body, '', '')
  if (walk.error !== undefined) return cannot(walk.error)
  const yaml = duplicateFields.filter((text) => text.startsWith('yaml: '))
  const found = fieldValidation === 'Ignore' ? [] : [...yaml, ...walk.found]
  if (fieldValidation === 'Strict' && found.length > 0) return cannot(`strict decoding error: ${found.join(', ')}`)
  return {
    object: { ...withSpec(table, object as object), ...named } as KubernetesObject,
    warnings: found.flatMap(warningLines),
  }
}

/** Source: endpoints/handlers/rest.go parseYAMLWarnings */
function warningLines(text: string): readonly string[] {
  if (!text.startsWith('yaml: ')) return [text]
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

/** Every kind's Spec is a struct, not a pointer, in Go: left out, it is there and empty. */
function withSpec({ fields }: TypeTable, object: object): object {
  return 'spec' in fields && !('spec' in object) ? { ...object, spec: {} } : object
}

const versionOf = (apiVersion: unknown) => String(apiVersion).replace(/^.*\//, '')

interface TypeMeta {
  readonly apiVersion: unknown
  readonly kind: unknown
}

/** Source: apimachinery/pkg/runtime/scheme.go, apiserver/pkg/endpoints/handlers/create.go */
function wrongKind(
  given: TypeMeta,
  expected: TypeMeta & { readonly group: string },
): { readonly why: string; readonly bare?: boolean } | undefined {
  if (given.apiVersion === expected.apiVersion && given.kind === expected.kind) return undefined
  const known = isKnown(String(given.apiVersion), String(given.kind))
  const version = versionOf(given.apiVersion)
  if (!known) {
    const scheme = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30'
    return { why: `no kind "${given.kind}" is registered for version "${given.apiVersion}" in scheme "${scheme}"` }
  }
  if (given.kind === expected.kind) {
    const why = `the API version in the data (${given.apiVersion}) does not match the expected API version (${expected.apiVersion})`
    return { why, bare: true }
  }
  const internal = expected.group === '' ? 'core' : expected.group.split('.')[0]
  return { why: `converting (${version}.${given.kind}) to (${internal}.${expected.kind}): unknown conversion` }
}

let kinds: ReadonlySet<string> | undefined

function isKnown(apiVersion: string, kind: string): boolean {
  kinds ??= new Set([...tables().values()].flatMap(({ gvk = [] }) => gvk))
  return kinds.has(`${apiVersion.includes('/') ? '' : '/'}${apiVersion}/${kind}`)
}

const SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

/** Source: sigs.k8s.io/json json.go: no more strict errors than this are kept */
const MOST_FOUND = 100

class Walk {
  readonly #duplicates: ReadonlySet<string>
  readonly found: string[] = []
  #quiet = false
  /** The first type error, in document order: Go keeps going, and reports it in the end. */
  error: string | undefined

  constructor(duplicates: ReadonlySet<string>) {
    this.#duplicates = duplicates
  }

  /**
   * @param path as strict errors print it: `spec.containers[0]`
   * @param goPath as type errors print it: `spec.containers`
   */
  struct(type: string, value: unknown, path: string, goPath: string): unknown {
    const { fields, times, inline } = tables().get(type)!
    const object: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(value as object)) {
      const at = path === '' ? key : `${path}.${key}`
      const known = Object.hasOwn(fields, key) ? fields[key] : undefined
      if (known === undefined) this.#report(`unknown field ${JSON.stringify(at)}`)
      else {
        if (this.#duplicates.has(at)) this.#report(`duplicate field ${JSON.stringify(at)}`)
        const [shape, keepsZero, goType] = typeof known === 'string' ? [known] : known
        const goKey = inline !== undefined && Object.hasOwn(inline, key) ? `${inline[key]}.${key}` : key
        const place = { struct: type, path: goPath === '' ? goKey : `${goPath}.${goKey}`, ...(goType && { goType }) }
        const checked = this.#value(shape, field, at, place)
        if (checked !== undefined && (keepsZero || !isZero(shape, checked))) object[key] = checked
      }
    }
    for (const key of times ?? []) object[key] ??= null
    for (const [key, zero] of zerosOf(type)) object[key] ??= zero
    return object
  }

  #report(text: string): void {
    if (!this.#quiet && this.found.length < MOST_FOUND) this.found.push(text)
  }

  #fail(text: string): undefined {
    this.error ??= text
    return undefined
  }

  #value(shape: string, value: unknown, path: string, place: Place): unknown {
    if (value === null) return undefined
    switch (shape[0]) {
      case '@':
        if (!isObject(value)) return this.#fail(typeError(shape, value, place))
        return this.struct(shape.slice(1), value, path, place.path)
      case '[':
        return this.#list(shape, value, path, place)
      case '{':
        return this.#map(shape, value, path, place)
      case 'a':
        return value
      case 'j':
        return isObject(value) ? this.#quietly(() => this.struct(SCHEMA, value, path, place.path)) : value
      case 'q':
        if (typeof value === 'number') return this.#scalar('q', String(value), place)
    }
    return this.#scalar(shape, value, place)
  }

  /** What Go hands to a decoder of its own is not looked through for unknown fields. */
  #quietly(walk: () => unknown): unknown {
    const before = this.#quiet
    this.#quiet = true
    const value = walk()
    this.#quiet = before
    return value
  }

  #list(shape: string, value: unknown, path: string, place: Place): unknown {
    if (!Array.isArray(value)) return this.#fail(typeError(shape, value, place))
    const element = shape.slice(1)
    return value.map((item, index) => this.#value(element, item, `${path}[${index}]`, place) ?? zeroOf(element))
  }

  #map(shape: string, value: unknown, path: string, place: Place): unknown {
    if (!isObject(value)) return this.#fail(typeError(shape, value, place))
    const element = shape.slice(1)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const at = `${path}.${key}`
        if (this.#duplicates.has(at)) this.#report(`duplicate field ${JSON.stringify(at)}`)
        return [key, this.#value(element, item, at, place) ?? zeroOf(element)]
      }),
    )
  }

  #scalar(shape: string, value: unknown, place: Place): unknown {
    const problem = valueError(shape, value, place)
    return problem === undefined ? value : this.#fail(problem)
  }
}

type Zeros = readonly (readonly [string, unknown])[]

const zeros = new Map<string, Zeros>()

/** The fields that Go writes although nobody set them, with their values: made once for a type. */
function zerosOf(type: string): Zeros {
  const known = zeros.get(type)
  if (known !== undefined) return known
  const { fields, nulls = [] } = tables().get(type)!
  const filled = Object.entries(fields).flatMap(([key, field]): Zeros => {
    if (typeof field === 'string' || field[1] !== 2) return []
    const shape = field[0]
    return [[key, zeroOf(shape)]]
  })
  const made: Zeros = [...filled, ...nulls.map((key) => [key, null] as const)]
  zeros.set(type, made)
  return made
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether Go leaves the value out when it writes an optional field (omitempty). Structs are never left out. */
function isZero(shape: string, value: unknown): boolean {
  switch (shape[0]) {
    case '[':
      return (value as readonly unknown[]).length === 0
    case '{':
      return Object.keys(value as object).length === 0
    case 's':
    case 'y':
      return value === ''
    case 'b':
      return value === false
    case 'i':
    case 'l':
    case 'd':
      return value === 0
    default:
      return false
  }
}

function zeroOf(shape: string): unknown {
  switch (shape[0]) {
    case '[':
      return []
    case '@':
      return Object.fromEntries(zerosOf(shape.slice(1)))
    case '{':
    case 'o':
      return {}
    case 'b':
      return false
    case 'i':
    case 'l':
    case 'd':
    case 'x':
      return 0
    case 'q':
      return '0'
    case 'a':
      return null
    default:
      return ''
  }
}

/** All that is wrong with the shape of a body, and not only what it would be refused for: unknown fields, and the first value of another type. */
export function shapeProblems(schema: string, body: object): readonly string[] {
  const walk = new Walk(new Set())
  walk.struct(schema, body, '', '')
  return [...walk.found, ...(walk.error === undefined ? [] : [walk.error])]
}

/** Shapes of a type's fields (see scripts/generate/structure.ts). */
export function shapesOf(type: string): ReadonlyMap<string, string> | undefined {
  const fields = tables().get(type)?.fields
  return (
    fields &&
    new Map(Object.entries(fields).map(([name, field]) => [name, typeof field === 'string' ? field : field[0]]))
  )
}

let byKind: ReadonlyMap<string, string> | undefined

/** The type of a kind: of `apps/v1/Deployment`, or `/v1/Pod`. */
export function typeOfKind(gvk: string): string | undefined {
  byKind ??= new Map([...tables()].flatMap(([type, { gvk: kinds = [] }]) => kinds.map((kind) => [kind, type] as const)))
  return byKind.get(gvk)
}
