import { type Atom, DEDUCED, type ListType, type MapType, type StructField, UNTYPED } from './schema.ts'

/** What is read of an OpenAPI schema. */
export interface SchemaProps {
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, SchemaProps>>
  readonly additionalProperties?: SchemaProps | boolean
  readonly items?: SchemaProps
  readonly default?: unknown
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: string
}

/**
 * The atom of a custom resource's schema. `metadata`, `apiVersion` and `kind` are to be added by the caller, as upstream
 * does before it converts. Without a schema the type is {@link DEDUCED}. Source: kube-openapi/pkg/schemaconv/openapi.go
 *
 * @param preserve unknown fields are kept all over (spec.preserveUnknownFields)
 */
export function atomOf(schema: SchemaProps, preserve = false): Atom {
  const keeps = preserve || schema['x-kubernetes-preserve-unknown-fields'] === true
  if (schema['x-kubernetes-int-or-string']) return { scalar: 'untyped' }
  switch (schema.type ?? '') {
    case '':
      return { scalar: 'untyped', list: listOf(schema, keeps), map: mapOf(schema, keeps) }
    case 'object':
      return { map: mapOf(schema, keeps) }
    case 'array':
      return { list: listOf(schema, keeps) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: schema.format === undefined || schema.format === 'byte' ? 'string' : 'untyped' }
    default:
      return { scalar: 'untyped' }
  }
}

function listOf(schema: SchemaProps, keeps: boolean): ListType {
  const kind = schema['x-kubernetes-list-type']
  return {
    associative: kind === 'set' || kind === 'map',
    keys: kind === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [],
    element: schema.items === undefined ? UNTYPED : atomOf(schema.items, keeps),
  }
}

function mapOf(schema: SchemaProps, keeps: boolean): MapType {
  const { properties = {} } = schema
  const fields = new Map<string, StructField>()
  for (const [name, property] of Object.entries(properties)) {
    const field = { type: atomOf(property, keeps) }
    fields.set(name, property.default === undefined ? field : { ...field, default: property.default as never })
  }
  const element = elementOf(schema, keeps, fields.size)
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    field: (name) => fields.get(name),
    element,
    free: element === DEDUCED && fields.size === 0,
  }
}

function elementOf({ additionalProperties }: SchemaProps, keeps: boolean, fields: number): Atom | undefined {
  if (additionalProperties === undefined) return keeps || fields === 0 ? DEDUCED : undefined
  if (typeof additionalProperties === 'object') return atomOf(additionalProperties, keeps)
  return additionalProperties ? DEDUCED : undefined
}
