import type { JSONSchemaProps } from '../../../api/types.ts'

/** Structural schemas as trees. Source: apiextensions-apiserver/pkg/apiserver/schema/structural.go */
export type Schema = JSONSchemaProps

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of every element of a list. */
export const itemsOf = (schema: Schema): Schema | undefined => (isObject(schema.items) ? schema.items : undefined)

/** Of what `properties` does not name; undefined: there is no such. */
export function additionalOf(schema: Schema): Schema | undefined {
  const { additionalProperties } = schema
  if (additionalProperties === true) return PRESERVING
  return isObject(additionalProperties) ? additionalProperties : undefined
}

const PRESERVING: Schema = { 'x-kubernetes-preserve-unknown-fields': true }

export const preserves = (schema: Schema): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true
export const isEmbedded = (schema: Schema): boolean => schema['x-kubernetes-embedded-resource'] === true
export const isIntOrString = (schema: Schema): boolean => schema['x-kubernetes-int-or-string'] === true

export function propertyOf(schema: Schema, name: string): Schema | undefined {
  const { properties } = schema
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additionalOf(schema)
}

/** The same object with other members; itself where none changed. */
export function withMembers(object: JsonObject, change: (name: string, value: unknown) => unknown): JsonObject {
  let changed: Record<string, unknown> | undefined
  for (const name of Object.keys(object)) {
    const value = change(name, object[name])
    if (value === object[name]) continue
    changed ??= { ...object }
    if (value === undefined) delete changed[name]
    else Object.defineProperty(changed, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return changed ?? object
}

export function withItems(
  list: readonly unknown[],
  change: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  const items = list.map(change)
  return items.every((item, index) => item === list[index]) ? list : items
}
