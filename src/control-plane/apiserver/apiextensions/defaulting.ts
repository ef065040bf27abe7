import { additionalOf, isObject, itemsOf, type JsonObject, type Schema, withItems, withMembers } from './schema.ts'

/**
 * Adds the schema's defaults, also in the place of nulls that may not be there.
 * Sources: apiextensions-apiserver/pkg/apiserver/schema/defaulting/algorithm.go, prunenulls.go
 */
export function withDefaults(object: JsonObject, schema: Schema): JsonObject {
  return hasDefaults(schema) ? (defaulted(object, schema) as JsonObject) : object
}

/** Nulls where none may be, and nothing else stands in for them, are as good as absent. Source: prunenulls.go PruneNonNullableNullsWithoutDefaults */
export function withoutNulls(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    return items === undefined ? value : withItems(value, (item) => withoutNulls(item, items))
  }
  if (!isObject(value)) return value
  const { properties = {} } = schema
  const additional = additionalOf(schema)
  return withMembers(value, (name, member) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : additional
    if (property === undefined) return member
    if (member === null && property.nullable !== true && property.default === undefined) return undefined
    return withoutNulls(member, property)
  })
}

const known = new WeakMap<Schema, boolean>()

/** Whether there is a default anywhere in it. */
export function hasDefaults(schema: Schema): boolean {
  let answer = known.get(schema)
  if (answer === undefined) {
    answer =
      schema.default !== undefined ||
      [additionalOf(schema), itemsOf(schema), ...Object.values(schema.properties ?? {})].some(
        (each) => each !== undefined && hasDefaults(each),
      )
    known.set(schema, answer)
  }
  return answer
}

function defaulted(value: unknown, schema: Schema): unknown {
  if (!hasDefaults(schema)) return value
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    return items === undefined ? value : withItems(value, (item) => defaulted(item, items))
  }
  return isObject(value) ? defaultedObject(value, schema) : value
}

function defaultedObject(object: JsonObject, schema: Schema): JsonObject {
  const { properties = {} } = schema
  const additional = additionalOf(schema)
  const missing = Object.entries(properties).filter(
    ([name, property]) => property.default !== undefined && isMissing(object, name, property),
  )
  const full =
    missing.length === 0
      ? object
      : { ...object, ...Object.fromEntries(missing.map(([name, property]) => [name, property.default])) }
  return withMembers(full, (name, value) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : additional
    if (property === undefined) return value
    if (value === null && property.default !== undefined && property.nullable !== true) return property.default
    return defaulted(value, property)
  })
}

function isMissing(object: JsonObject, name: string, property: Schema): boolean {
  if (!Object.hasOwn(object, name)) return true
  return object[name] === null && property.nullable !== true
}
