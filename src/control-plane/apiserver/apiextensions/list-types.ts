import { equal } from '../../../api/equal.ts'
import type { FieldError } from '../registry/contract.ts'
import { duplicate, invalid } from '../registry/validation/field-error.ts'
import { additionalOf, isObject, itemsOf, type Schema } from './schema.ts'

/** Lists that are sets or maps hold nothing twice. Source: apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go */
export function listTypeErrors(value: unknown, schema: Schema): FieldError[] {
  const errors: FieldError[] = []
  visit(value, schema, '', errors)
  return errors
}

function visit(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    const type = schema['x-kubernetes-list-type']
    if (type === 'set') twice(value, path, errors, (item) => item)
    if (type === 'map')
      for (const [i, item] of value.entries())
        if (!isObject(item)) invalid(errors, `${path}[${i}]`, item, 'must be an object for an array of list-type map')
    if (type === 'map') twice(value, path, errors, (item) => keysOf(item, schema, items))
    if (items !== undefined) for (const [i, item] of value.entries()) visit(item, items, `${path}[${i}]`, errors)
    return
  }
  if (!isObject(value)) return
  const additional = additionalOf(schema)
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, name)
    const property = known ? schema.properties![name] : additional
    if (property === undefined) continue
    visit(member, property, known ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`, errors)
  }
}

function keysOf(item: unknown, schema: Schema, items: Schema | undefined): unknown {
  if (!isObject(item)) return item
  const keys: Record<string, unknown> = {}
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const value = item[key] ?? items?.properties?.[key]?.default
    if (value !== undefined) keys[key] = value
  }
  return keys
}

function twice(list: readonly unknown[], path: string, errors: FieldError[], of: (item: unknown) => unknown): void {
  const seen: unknown[] = []
  const told: unknown[] = []
  for (const [i, item] of list.entries()) {
    const value = of(item)
    if (!seen.some((each) => equal(each, value))) seen.push(value)
    else if (!told.some((each) => equal(each, value))) {
      told.push(value)
      duplicate(errors, `${path}[${i}]`, value)
    }
  }
}
