import {
  additionalOf,
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  preserves,
  type Schema,
  withItems,
  withMembers,
} from './schema.ts'

/**
 * Takes away what the schema does not know, and names it: `spec.foo`.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm.go
 */
export function prune(object: JsonObject, schema: Schema): { object: JsonObject; unknown: readonly string[] } {
  const unknown: string[] = []
  const pruned = pruneObject(object, schema, '', true, unknown)
  return { object: pruned, unknown: unknown.sort() }
}

const OWN = new Set(['apiVersion', 'kind', 'metadata'])

function pruneValue(value: unknown, schema: Schema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items === undefined)
      return preserves(schema) ? value : withItems(value, (item, i) => pruneValue(item, {}, `${path}[${i}]`, unknown))
    return withItems(value, (item, i) => pruneValue(item, items, `${path}[${i}]`, unknown))
  }
  return isObject(value) ? pruneObject(value, schema, path, isEmbedded(schema), unknown) : value
}

function pruneObject(
  object: JsonObject,
  schema: Schema,
  path: string,
  resource: boolean,
  unknown: string[],
): JsonObject {
  const additional = additionalOf(schema)
  return withMembers(object, (name, value) => {
    if (resource && OWN.has(name)) return value
    const at = path === '' ? name : `${path}.${name}`
    const { properties } = schema
    if (properties !== undefined && Object.hasOwn(properties, name))
      return pruneValue(value, properties[name]!, at, unknown)
    if (additional !== undefined) return pruneValue(value, additional, at, unknown)
    if (preserves(schema)) return value
    unknown.push(at)
    return undefined
  })
}
