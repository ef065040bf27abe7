import { decodeBase64Bytes } from '../../../api/base64.ts'
import { fromJson, ObjectValue } from '../../../cel/json-values.ts'
import { parseDuration, parseTimestamp } from '../../../cel/texts.ts'
import type { ObjectType, Type } from '../../../cel/types.ts'
import * as T from '../../../cel/types.ts'
import { CelError, type Value, withSemantics } from '../../../cel/values.ts'
import { additionalOf, isEmbedded, isIntOrString, isObject, itemsOf, type Schema } from './schema.ts'

/** How rules see a part of a custom resource: its type, and its value. Source: apiserver/pkg/cel/common/schemas.go SchemaDeclType */
export interface Declared {
  readonly type: Type
  readonly value: (json: unknown) => Value
}

const plain = (type: Type, value: (json: never) => Value = fromJson): Declared => ({
  type,
  value: (json) => (json === null ? null : value(json as never)),
})

const known = new WeakMap<Schema, Declared | null>()

/** undefined: rules do not see it. */
export function declaredOf(schema: Schema, root: boolean, name = 'selfType'): Declared | undefined {
  let declared = known.get(schema)
  if (declared === undefined) {
    declared = declare(schema, root || isEmbedded(schema), name) ?? null
    known.set(schema, declared)
  }
  return declared ?? undefined
}

function declare(schema: Schema, root: boolean, name: string): Declared | undefined {
  if (isIntOrString(schema)) return plain(T.DYN)
  const whole = root ? withMeta(schema) : schema
  switch (whole.type) {
    case 'array':
      return declareList(whole, name)
    case 'object':
      return declareObject(whole, name)
    case 'string':
      return declareText(whole)
    case 'boolean':
      return plain(T.BOOL)
    case 'number':
      return plain(T.DOUBLE, (json: number) => json)
    case 'integer':
      return plain(T.INT, (json: number) => BigInt(Math.trunc(json)))
    default:
      return undefined
  }
}

/** What every resource has, whether or not its schema says so. Source: schemas.go WithTypeAndObjectMeta */
function withMeta(schema: Schema): Schema {
  const text: Schema = { type: 'string' }
  const metadata: Schema = { type: 'object', properties: { name: text, generateName: text } }
  return { ...schema, properties: { ...schema.properties, apiVersion: text, kind: text, metadata } }
}

function declareText({ format }: Schema): Declared {
  const must = <V>(value: V | undefined): V => {
    if (value === undefined) throw new CelError(`Invalid ${format} format`)
    return value
  }
  switch (format) {
    case 'byte':
      return plain(T.BYTES, (json: string) => decodeBase64Bytes(json))
    case 'duration':
      return plain(T.DURATION, (json: string) => must(parseDuration(json)))
    case 'date':
      return plain(T.TIMESTAMP, (json: string) => must(parseTimestamp(`${json}T00:00:00Z`)))
    case 'date-time':
      return plain(T.TIMESTAMP, (json: string) => must(parseTimestamp(json)))
    default:
      return plain(T.STRING)
  }
}

function declareList(schema: Schema, name: string): Declared | undefined {
  const items = itemsOf(schema)
  const element = items && declaredOf(items, false, `${name}.@idx`)
  if (element === undefined) return undefined
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return plain(T.listOf(element.type), (json: readonly unknown[]) => {
    const list = json.map(element.value)
    return type === 'set' || type === 'map' ? withSemantics(list, { type, keys }) : list
  })
}

function declareObject(schema: Schema, name: string): Declared | undefined {
  const additional = additionalOf(schema)
  if (additional !== undefined && isObject(schema.additionalProperties)) {
    const element = declaredOf(additional, false, `${name}.@elem`)
    if (element === undefined) return undefined
    return plain(T.mapOf(T.STRING, element.type), (json: Readonly<Record<string, unknown>>) => {
      return new ObjectValue(json, (_, value) => element.value(value))
    })
  }
  const fields = new Map<string, { readonly property: string; readonly schema: Schema }>()
  for (const [property, each] of Object.entries(schema.properties ?? {}))
    fields.set(escaped(property), { property, schema: each })
  const names = new Map([...fields].map(([field, { property }]) => [field, property]))
  const byProperty = new Map([...fields].map(([field, each]) => [each.property, field]))
  const declaredField = (field: string): Declared | undefined => {
    const found = fields.get(field)
    return found && declaredOf(found.schema, false, `${name}.${field}`)
  }
  const type: ObjectType = { kind: 'object', name, field: (field) => declaredField(field)?.type }
  return plain(type, (json: Readonly<Record<string, unknown>>) => {
    const member = (property: string, value: unknown) =>
      declaredField(byProperty.get(property) ?? property)?.value(value) ?? fromJson(value)
    return new ObjectValue(json, member, { name, names })
  })
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

/** A property's name as expressions write it. Source: apiserver/pkg/cel/escaping.go Escape */
function escaped(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`
  return name.replace(/__|[-./]/g, (part) => ESCAPES[part]!)
}
