import type { JSONSchemaProps } from '../../../../../api/types.ts'
import { schemaErrors } from '../../../apiextensions/json-schema.ts'
import { prune } from '../../../apiextensions/pruning.ts'
import { additionalOf, isObject, itemsOf, type Schema } from '../../../apiextensions/schema.ts'
import { type Errors, forbidden, invalid } from '../field-error.ts'
import { validateListsAndMaps } from './lists-and-maps.ts'
import { validateRules } from './rules.ts'
import { validateStructure } from './structural.ts'

/** What may stand beside the type at the root where status is a sub-resource. Source: validation.go allowedFieldsAtRootSchema */
const AT_ROOT = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
]

/** Source: validation.go validateCustomResourceDefinitionValidation */
export function validateSchema(errors: Errors, schema: JSONSchemaProps, path: string, hasStatus: boolean): void {
  const found: Errors = []
  if (hasStatus) validateRoot(found, schema, path)
  if (schema.nullable) forbidden(found, `${path}.nullable`, 'nullable cannot be true at the root')
  const structural: Errors = []
  validateStructure(structural, schema, path)
  found.push(...structural)
  if (structural.length === 0) validateDefaults(found, schema, path, true)
  const own: Errors = []
  visit(own, schema, path, true, undefined, structural.length === 0 && found.length === 0)
  errors.push(...found, ...own)
}

function validateRoot(errors: Errors, schema: Schema, path: string): void {
  if (schema.type !== undefined && schema.type !== 'object')
    invalid(
      errors,
      `${path}.type`,
      schema.type,
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
    )
  const names = Object.keys(schema).map((name) =>
    name.startsWith('x-kubernetes-')
      ? `X${name.slice(13).replace(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase())}`
      : name.charAt(0).toUpperCase() + name.slice(1),
  )
  if (names.some((name) => !AT_ROOT.includes(name)))
    invalid(
      errors,
      path,
      schema,
      `only [${AT_ROOT.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`,
    )
}

/** Keywords that are not served. Source: validation.go ValidateCustomResourceDefinitionOpenAPISchema, specStandardValidatorV3.validate */
function validateKeywords(errors: Errors, schema: Schema, path: string): void {
  const never = (key: keyof Schema, why: string) => {
    if (schema[key] !== undefined) forbidden(errors, `${path}.${key}`, why)
  }
  if (schema.uniqueItems)
    forbidden(
      errors,
      `${path}.uniqueItems`,
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    )
  if (
    schema.additionalProperties !== undefined &&
    schema.additionalProperties !== true &&
    schema.properties !== undefined &&
    Object.keys(schema.properties).length > 0
  )
    forbidden(errors, `${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')
  if (schema.additionalProperties === false)
    forbidden(errors, `${path}.additionalProperties`, 'additionalProperties cannot be set to false')
  never('definitions', 'definitions is not supported')
  never('dependencies', 'dependencies is not supported')
  never('patternProperties', 'patternProperties is not supported')
  never('additionalItems', 'additionalItems is not supported')
  if (schema.id) forbidden(errors, `${path}.id`, 'id is not supported')
  if (schema.$ref) forbidden(errors, `${path}.$ref`, '$ref is not supported')
  if (schema.type === 'null')
    forbidden(errors, `${path}.type`, 'type cannot be set to null, use nullable as an alternative')
  else if (schema.type && !TYPES.includes(schema.type)) invalidType(errors, schema.type, path)
  if (Array.isArray(schema.items)) forbidden(errors, `${path}.items`, 'items must be a schema object and not an array')
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    invalid(errors, `${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

function invalidType(errors: Errors, type: string, path: string): void {
  const supported = TYPES.map((each) => JSON.stringify(each)).join(', ')
  errors.push({
    type: 'FieldValueNotSupported',
    field: `${path}.type`,
    message: `Unsupported value: ${JSON.stringify(type)}: supported values: ${supported}`,
  })
}

/** @param uncorrelated the first place within which elements cannot be told apart from one revision to the next */
function visit(
  errors: Errors,
  schema: Schema,
  path: string,
  root: boolean,
  uncorrelated: string | undefined,
  rules: boolean,
): void {
  validateKeywords(errors, schema, path)
  const additional = isObject(schema.additionalProperties) ? additionalOf(schema) : undefined
  if (additional !== undefined) visit(errors, additional, `${path}.additionalProperties`, false, uncorrelated, rules)
  const granular = schema['x-kubernetes-map-type'] !== 'atomic'
  for (const [name, property] of sorted(schema.properties))
    visit(
      errors,
      property,
      `${path}.properties[${name}]`,
      false,
      granular ? uncorrelated : (uncorrelated ?? path),
      rules,
    )
  if (schema.not !== undefined) visit(errors, schema.not, `${path}.not`, false, uncorrelated, false)
  for (const key of ['allOf', 'oneOf', 'anyOf'] as const)
    schema[key]?.forEach((each, i) => {
      visit(errors, each, `${path}.${key}[${i}]`, false, uncorrelated, false)
    })
  const items = itemsOf(schema)
  const keyed = schema['x-kubernetes-list-type'] === 'map'
  if (items !== undefined)
    visit(errors, items, `${path}.items`, false, keyed ? uncorrelated : (uncorrelated ?? path), rules)
  validateListsAndMaps(errors, schema, path)
  validateRules(errors, schema, path, { root, uncorrelated, compile: rules && errors.length === 0 })
}

export function sorted<T>(map: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] {
  return Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** A default holds against its own schema, and holds nothing the schema does not know. Source: pkg/apiserver/schema/defaulting/validation.go */
function validateDefaults(errors: Errors, schema: Schema, path: string, root: boolean): void {
  const { default: given } = schema
  const at = `${path}.default`
  if (given !== undefined && root) forbidden(errors, at, 'must not be set at the root')
  else if (given !== undefined) {
    const { unknown } = isObject(given) ? prune({ value: given }, { properties: { value: schema } }) : { unknown: [] }
    if (unknown.length > 0)
      invalid(
        errors,
        at,
        given,
        `must not have unknown fields: ${unknown.map((each) => each.replace(/^value\./, '')).join(', ')}`,
      )
    const own = schemaErrors(given, schema)
    for (const error of own)
      errors.push({
        ...error,
        field: error.field === '<nil>' ? at : `${at}.${error.field}`,
        message: error.message.replace(/: {2}?in body/, ': in body'),
      })
  }
  for (const [name, property] of sorted(schema.properties))
    validateDefaults(errors, property, `${path}.properties[${name}]`, false)
  const items = itemsOf(schema)
  if (items !== undefined) validateDefaults(errors, items, `${path}.items`, false)
  const additional = isObject(schema.additionalProperties) ? additionalOf(schema) : undefined
  if (additional !== undefined) validateDefaults(errors, additional, `${path}.additionalProperties`, false)
}
