import { equal } from '../../../../../api/equal.ts'
import { regexError } from '../../../../../cel/regex.ts'
import {
  additionalOf,
  isEmbedded,
  isIntOrString,
  isObject,
  itemsOf,
  preserves,
  type Schema,
} from '../../../apiextensions/schema.ts'
import { type Errors, forbidden, invalid, required } from '../field-error.ts'

/** Whether a schema says of every field what it is, in one place. Source: apiextensions-apiserver/pkg/apiserver/schema/validation.go ValidateStructural */
type Level = 'root' | 'item' | 'field'

export function validateStructure(errors: Errors, schema: Schema, path: string): void {
  const found: Errors = []
  validateInvariants(found, schema, 'root', path)
  validateCompleteness(found, schema, schema, path)
  found.sort((a, b) => (`${a.field}: ${a.message}` < `${b.field}: ${b.message}` ? -1 : 1))
  errors.push(...found)
}

const WHERE: Readonly<Record<Level, string>> = {
  root: 'at the root',
  item: 'for specified array items',
  field: 'for specified object fields',
}

function validateInvariants(errors: Errors, schema: Schema, level: Level, path: string): void {
  const { type = '', properties = {} } = schema
  const items = itemsOf(schema)
  if (type === 'array' && items === undefined) required(errors, `${path}.items`, 'must be specified')
  if (items !== undefined) validateInvariants(errors, items, 'item', `${path}.items`)
  for (const [name, each] of Object.entries(properties))
    validateInvariants(errors, each, 'field', `${path}.properties[${name}]`)
  if (schema.additionalProperties !== undefined) {
    if (level === 'root') forbidden(errors, `${path}.additionalProperties`, 'must not be used at the root')
    const additional = isObject(schema.additionalProperties) ? additionalOf(schema) : undefined
    if (additional !== undefined) validateInvariants(errors, additional, 'field', `${path}.additionalProperties`)
  }
  if (isIntOrString(schema) && preserves(schema))
    invalid(
      errors,
      `${path}.x-kubernetes-preserve-unknown-fields`,
      true,
      'must be false if x-kubernetes-int-or-string is true',
    )
  if (isIntOrString(schema) && isEmbedded(schema))
    invalid(
      errors,
      `${path}.x-kubernetes-embedded-resource`,
      true,
      'must be false if x-kubernetes-int-or-string is true',
    )
  validateNested(errors, schema, path)
  validateType(errors, schema, level, path)
  validateMeta(errors, schema, level, path)
}

function validateType(errors: Errors, schema: Schema, level: Level, path: string): void {
  const { type = '' } = schema
  if (isEmbedded(schema) && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    if (type === '') required(errors, `${path}.type`, why)
    else invalid(errors, `${path}.type`, type, why)
  } else if (type === '' && !isIntOrString(schema) && !preserves(schema))
    required(errors, `${path}.type`, `must not be empty ${WHERE[level]}`)
  if (isEmbedded(schema) && schema.additionalProperties !== undefined)
    forbidden(errors, `${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set')
  if (level === 'root' && type !== '' && type !== 'object')
    invalid(errors, `${path}.type`, type, 'must be object at the root')
}

function validateMeta(errors: Errors, schema: Schema, level: Level, path: string): void {
  const { properties = {} } = schema
  const resource = level === 'root' || isEmbedded(schema)
  for (const name of ['kind', 'apiVersion'])
    if (resource && properties[name] !== undefined && properties[name].type !== 'string')
      invalid(errors, `${path}.properties[${name}].type`, properties[name].type ?? '', 'must be string')
  const { metadata } = properties
  if (metadata !== undefined) {
    const at = `${path}.properties[metadata]`
    if (resource && metadata.type !== 'object') invalid(errors, `${at}.type`, metadata.type ?? '', 'must be object')
    if (level === 'root' && !isPlainMetadata(metadata))
      forbidden(
        errors,
        at,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      )
  }
  if (isEmbedded(schema) && !preserves(schema) && Object.keys(properties).length === 0)
    required(
      errors,
      `${path}.properties`,
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    )
}

function isPlainMetadata({ type: _, default: __, properties = {}, description: ___, ...rest }: Schema): boolean {
  return (
    Object.keys(rest).length === 0 &&
    Object.keys(properties).every((name) => name === 'name' || name === 'generateName')
  )
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]
const COMPOSED = ['anyOf', 'allOf', 'oneOf'] as const

/** Source: schema/validation.go validateValueValidation */
function validateNested(errors: Errors, schema: Schema, path: string): void {
  for (const key of COMPOSED) {
    if (key === 'anyOf' && isIntOrString(schema) && equal(schema.anyOf, INT_OR_STRING)) continue
    schema[key]?.forEach((each, i) => {
      const excepted = key === 'allOf' && i === 0 && isIntOrString(schema) && equal(each.anyOf, INT_OR_STRING)
      validateNestedValue(errors, excepted ? without(each, 'anyOf') : each, `${path}.${key}[${i}]`)
    })
  }
  if (schema.not !== undefined) validateNestedValue(errors, schema.not, `${path}.not`)
  if (schema.pattern) {
    const problem = regexError(schema.pattern)
    if (problem !== undefined)
      invalid(errors, `${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${problem}`)
  }
}

function without(schema: Schema, key: keyof Schema): Schema {
  const { [key]: _, ...rest } = schema
  return rest
}

/** Keywords that say what a field is, not which of its values are good: they have no place here. */
const FORBIDDEN: readonly (readonly [keyof Schema, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

function validateNestedValue(errors: Errors, schema: Schema, path: string): void {
  validateNested(errors, schema, path)
  const items = itemsOf(schema)
  if (items !== undefined) validateNestedValue(errors, items, `${path}.items`)
  for (const [name, each] of Object.entries(schema.properties ?? {}))
    validateNestedValue(errors, each, `${path}.properties[${name}]`)
  for (const [key, why] of FORBIDDEN) if (schema[key]) forbidden(errors, `${path}.${key}`, why)
  if (schema.properties?.metadata !== undefined)
    forbidden(errors, `${path}.properties[metadata]`, 'must not be specified in a nested context')
}

/** Every field that a condition names is one the schema has. Source: schema/complete.go validateStructuralCompleteness */
function validateCompleteness(errors: Errors, schema: Schema, values: Schema, path: string): void {
  const nested = [
    ...(values.allOf ?? []),
    ...(values.anyOf ?? []),
    ...(values.oneOf ?? []),
    ...(values.not ? [values.not] : []),
  ]
  for (const each of nested) complete(errors, schema, each, path)
  for (const [name, each] of Object.entries(schema.properties ?? {}))
    validateCompleteness(errors, each, each, `${path}.properties[${name}]`)
  const items = itemsOf(schema)
  if (items !== undefined) validateCompleteness(errors, items, items, `${path}.items`)
  const additional = isObject(schema.additionalProperties) ? additionalOf(schema) : undefined
  if (additional !== undefined) validateCompleteness(errors, additional, additional, `${path}.additionalProperties`)
}

function complete(errors: Errors, schema: Schema, values: Schema, path: string): void {
  for (const each of [
    ...(values.allOf ?? []),
    ...(values.anyOf ?? []),
    ...(values.oneOf ?? []),
    ...(values.not ? [values.not] : []),
  ])
    complete(errors, schema, each, path)
  for (const [name, each] of Object.entries(values.properties ?? {})) {
    const property = schema.properties?.[name]
    const at = `${path}.properties[${name}]`
    if (property !== undefined) complete(errors, property, each, at)
    else if (schema.additionalProperties === undefined || schema.additionalProperties === false)
      required(errors, at, `because it is defined in ${at}`)
  }
  const items = itemsOf(values)
  const own = itemsOf(schema)
  if (items === undefined) return
  if (own === undefined) required(errors, `${path}.items`, `because it is defined in ${path}.items`)
  else complete(errors, own, items, `${path}.items`)
}
