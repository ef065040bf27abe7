import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from '../../../../../api/types.ts'
import { parseJsonPath } from '../../../apiextensions/json-path.ts'
import { propertyOf } from '../../../apiextensions/schema.ts'
import { duplicate, type Errors, invalid, required, tooMany } from '../field-error.ts'

const TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** Source: apiextensions validation.go ValidateCustomResourceColumnDefinition */
export function validateColumns(
  errors: Errors,
  columns: readonly CustomResourceColumnDefinition[] | undefined,
  path: string,
): void {
  columns?.forEach(({ name, type, format, jsonPath }, i) => {
    const at = `${path}[${i}]`
    const oneOf = (of: readonly string[]) => `must be one of ${of.join(',')}`
    if (!name) required(errors, `${at}.name`)
    if (!type) required(errors, `${at}.type`, oneOf(TYPES))
    else if (!TYPES.includes(type)) invalid(errors, `${at}.type`, type, oneOf(TYPES))
    if (format && !FORMATS.includes(format)) invalid(errors, `${at}.format`, format, oneOf(FORMATS))
    if (!jsonPath) required(errors, `${at}.JSONPath`)
    else validateSimplePath(errors, jsonPath, `${at}.JSONPath`)
  })
}

function validateSimplePath(errors: Errors, text: string, path: string): void {
  if (!text.startsWith('.')) invalid(errors, path, text, 'must be a simple json path starting with .')
  else if (parseJsonPath(text) === undefined) invalid(errors, path, text, `path parse error: unrecognized path ${text}`)
}

/** Source: apiextensions validation.go ValidateCustomResourceDefinitionSubresources */
export function validateSubresources(
  errors: Errors,
  subresources: CustomResourceSubresources | undefined,
  path: string,
): void {
  const scale = subresources?.scale
  if (scale === undefined) return
  const check = (field: string, text: string | undefined, prefix: RegExp, must: string, needed: boolean) => {
    const at = `${path}.scale.${field}`
    if (!text) {
      if (needed) required(errors, at)
    } else if (!text.startsWith('.')) invalid(errors, at, text, 'must be a json path starting with .')
    else if (/[[\]]/.test(text)) invalid(errors, at, text, 'must be a simple json path without array notation')
    else if (!prefix.test(text)) invalid(errors, at, text, `should be a json path under ${must}`)
  }
  check('specReplicasPath', scale.specReplicasPath, /^\.spec\./, '.spec', true)
  check('statusReplicasPath', scale.statusReplicasPath, /^\.status\./, '.status', true)
  check('labelSelectorPath', scale.labelSelectorPath, /^\.(status|spec)\./, 'either .status or .spec', false)
}

const MAX_SELECTABLE = 8

/** Source: apiextensions validation.go ValidateCustomResourceSelectableFields */
export function validateSelectableFields(
  errors: Errors,
  fields: readonly SelectableField[] | undefined,
  schema: JSONSchemaProps | undefined,
  path: string,
): void {
  const seen = new Set<string>()
  fields?.forEach(({ jsonPath }, i) => {
    const at = `${path}[${i}].jsonPath`
    if (!jsonPath) {
      required(errors, at)
      return
    }
    const found = fieldAt(jsonPath, schema)
    if (typeof found === 'string') {
      invalid(errors, at, jsonPath, `is an invalid path: ${found}`)
      return
    }
    if (jsonPath.startsWith('.metadata')) invalid(errors, at, jsonPath, 'must not point to fields in metadata')
    if (!['string', 'boolean', 'integer'].includes(found.type ?? ''))
      invalid(
        errors,
        at,
        jsonPath,
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      )
    if (seen.has(jsonPath)) duplicate(errors, at, jsonPath)
    seen.add(jsonPath)
  })
  if (seen.size > MAX_SELECTABLE) tooMany(errors, path, seen.size, MAX_SELECTABLE)
}

/** @returns the schema at the path, or why there is none. Source: pkg/apiserver/schema/cel/validation.go ValidFieldPath */
function fieldAt(path: string, root: JSONSchemaProps | undefined): JSONSchemaProps | string {
  if (path.includes('[')) return 'array notation is not allowed'
  if (!path.startsWith('.')) return `expected [ or . but got: ${path.split('.')[0]}`
  let schema = root
  for (const name of path.slice(1).split('.')) {
    schema = schema === undefined ? undefined : propertyOf(schema, name)
    if (schema === undefined) return 'does not refer to a valid field'
  }
  return schema ?? 'does not refer to a valid field'
}
