import { itemsOf, type Schema } from '../../../apiextensions/schema.ts'
import { type Errors, forbidden, invalid, notSupported, required } from '../field-error.ts'

/** What x-kubernetes-list-type and its siblings ask for. Source: apiextensions validation.go ValidateCustomResourceDefinitionOpenAPISchema, validateMapListKeysMapSet */
export function validateListsAndMaps(errors: Errors, schema: Schema, path: string): void {
  const { type = '', 'x-kubernetes-map-type': mapType, 'x-kubernetes-list-type': listType } = schema
  const typed = (wanted: string, keyword: string) => {
    const why = `must be ${wanted} if ${keyword} is specified`
    if (type === '') required(errors, `${path}.type`, why)
    else invalid(errors, `${path}.type`, type, why)
  }
  if (mapType !== undefined && type !== 'object') typed('object', 'x-kubernetes-map-type')
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular')
    notSupported(errors, `${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular'])
  const items = itemsOf(schema)
  if (listType !== undefined && type !== 'array') typed('array', 'x-kubernetes-list-type')
  else if (listType === 'set' && items !== undefined) validateSetItems(errors, items, `${path}.items`)
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType))
    notSupported(errors, `${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map'])
  validateKeys(errors, schema, items, path)
  if (items !== undefined && (listType === 'set' || listType === 'map')) validateItems(errors, schema, items, path)
}

function validateSetItems(errors: Errors, items: Schema, path: string): void {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const { type, 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = items
  if (type === 'array' && listType !== undefined && listType !== 'atomic')
    invalid(errors, `${path}.x-kubernetes-list-type`, listType, why)
  if (type === 'object' && mapType !== 'atomic') invalid(errors, `${path}.x-kubernetes-map-type`, listType ?? null, why)
}

function validateKeys(errors: Errors, schema: Schema, items: Schema | undefined, path: string): void {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema
  const at = `${path}.x-kubernetes-list-map-keys`
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty'
    if (listType === undefined) required(errors, `${path}.x-kubernetes-list-type`, why)
    else invalid(errors, `${path}.x-kubernetes-list-type`, listType, why)
  }
  if (listType !== 'map') return
  if (keys.length === 0) required(errors, at, 'must not be empty if x-kubernetes-list-type is map')
  if (items === undefined) {
    required(errors, `${path}.items`, 'must have a schema if x-kubernetes-list-type is map')
    return
  }
  if (items.type !== 'object') {
    invalid(
      errors,
      `${path}.items.type`,
      items.type ?? '',
      "must be object if parent array's x-kubernetes-list-type is map",
    )
    return
  }
  keys.forEach((key, i) => {
    const property = items.properties?.[key]
    if (property === undefined) invalid(errors, at, keys, 'entries must all be names of item properties')
    else if (property.type === 'array' || property.type === 'object')
      invalid(
        errors,
        `${path}.items.properties[${key}].type`,
        items.type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      )
    if (keys.indexOf(key) < i) invalid(errors, at, keys, 'must not contain duplicate entries')
  })
}

function validateItems(errors: Errors, schema: Schema, items: Schema, path: string): void {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema
  if (items.nullable)
    forbidden(errors, `${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`)
  if (listType !== 'map') return
  for (const key of keys) {
    const property = items.properties?.[key]
    if (property === undefined) continue
    const at = `${path}.items.properties[${key}]`
    const why = 'this property is in x-kubernetes-list-map-keys, so it'
    if (!items.required?.includes(key) && property.default === undefined)
      required(errors, `${at}.default`, `${why} must have a default or be a required property`)
    if (property.nullable) forbidden(errors, `${at}.nullable`, `${why} cannot be nullable`)
  }
}
