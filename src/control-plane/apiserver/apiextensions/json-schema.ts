import { equal } from '../../../api/equal.ts'
import { regex, regexError } from '../../../cel/regex.ts'
import type { FieldError } from '../registry/contract.ts'
import { invalid, notSupported, required, tooLong, tooMany } from '../registry/validation/field-error.ts'
import { isOfFormat } from './formats.ts'
import { additionalOf, isIntOrString, isObject, itemsOf, type JsonObject, type Schema } from './schema.ts'

/**
 * JSON Schema with upstream's words: `spec.replicas in body must be of type integer: "string"`. What an update leaves as it
 * was is not held against it. Sources: kube-openapi pkg/validation/validate, apiextensions-apiserver/pkg/apiserver/validation/validation.go,
 * ratcheting.go
 *
 * @param old what stood there before an update
 * @param root path of the value, '' for the whole object
 */
export function schemaErrors(value: unknown, schema: Schema, old?: unknown, root = ''): FieldError[] {
  const walk = new Walk(root)
  walk.value(value, schema, '', old)
  return walk.errors
}

class Walk {
  readonly errors: FieldError[] = []
  /** How much has been found right: of several ways to fail the one that comes farthest is told. */
  matched = 0
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  value(value: unknown, schema: Schema, path: string, old: unknown): void {
    if (old !== undefined && equal(value, old)) return
    this.#type(value, schema, path)
    this.#composed(value, schema, path)
    if (typeof value === 'string') this.#text(value, schema, path)
    if (typeof value === 'number') this.#number(value, schema, path)
    if (Array.isArray(value)) this.#list(value, schema, path, old)
    if (schema.enum !== undefined && !schema.enum.some((each) => equal(each, value)))
      notSupported(
        this.errors,
        this.#field(path),
        value,
        schema.enum.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
      )
    if (isObject(value)) this.#object(value, schema, path, old)
    this.matched++
  }

  #field(path: string): string {
    const own = path.replace(/^\./, '')
    if (this.#root === '') return own === '' ? '<nil>' : own
    return own === '' ? this.#root : `${this.#root}.${own}`
  }

  #invalid(path: string, value: unknown, why: string): void {
    invalid(this.errors, this.#field(path), value ?? '', `${path} in body ${why}`)
  }

  #mistyped(path: string, value: unknown, why: string): void {
    this.#invalid(path, value, why)
    const last = this.errors.pop()!
    this.errors.push({ ...last, type: 'FieldValueTypeInvalid' })
  }

  #type(value: unknown, schema: Schema, path: string): void {
    const types = isIntOrString(schema) ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type]
    if (types.length === 0) return
    const found = typeOf(value)
    if (value === null ? schema.nullable === true : fits(types, found, value)) {
      this.matched++
      return
    }
    // A text of a format is looked at by that format.
    const { format } = schema
    if (
      format &&
      (typeof value === 'string' || Array.isArray(value)) &&
      !types.some((each) => /number|integer/.test(each))
    )
      return
    this.#mistyped(path, found, `must be of type ${types.join(',')}: ${JSON.stringify(found)}`)
  }

  #text(value: string, schema: Schema, path: string): void {
    const { minLength, maxLength, pattern, format } = schema
    const length = [...value].length
    if (maxLength !== undefined && length > maxLength) tooLong(this.errors, this.#field(path), maxLength)
    if (minLength !== undefined && length < minLength)
      this.#invalid(path, value, `should be at least ${minLength} chars long`)
    if (pattern) this.#pattern(value, pattern, path)
    if (format && schema.type === 'string' && !isOfFormat(format, value))
      this.#mistyped(path, value, `must be of type ${format}: ${JSON.stringify(value)}`)
  }

  #pattern(value: string, pattern: string, path: string): void {
    const problem = regexError(pattern)
    if (problem !== undefined)
      this.#invalid(path, value, `should match '${pattern}, but pattern is invalid: ${problem}'`)
    else if (!regex(pattern).matcher(value).find()) this.#invalid(path, value, `should match '${pattern}'`)
  }

  #number(value: number, schema: Schema, path: string): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
    if (multipleOf !== undefined && !isMultiple(value, multipleOf))
      this.#invalid(path, value, `should be a multiple of ${multipleOf}`)
    if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
      this.#invalid(path, value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)
    if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
      this.#invalid(path, value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`)
    const bits = schema.format === 'int32' ? 31 : 63
    if (schema.format === 'int32' && schema.type === 'integer' && (value > 2 ** bits - 1 || value < -(2 ** bits)))
      this.#mistyped(path, value, `must be of type int32: ${JSON.stringify(String(value))}`)
  }

  #list(list: readonly unknown[], schema: Schema, path: string, old: unknown): void {
    const items = itemsOf(schema)
    const before = items === undefined ? undefined : correlated(schema, old)
    if (items !== undefined)
      for (const [i, item] of list.entries()) this.value(item, items, `${path}[${i}]`, before?.(item))
    const { minItems, maxItems, uniqueItems } = schema
    if (minItems !== undefined && list.length < minItems)
      this.#invalid(path, list.length, `should have at least ${minItems} items`)
    if (maxItems !== undefined && list.length > maxItems) tooMany(this.errors, this.#field(path), list.length, maxItems)
    if (uniqueItems && list.some((item, i) => list.slice(0, i).some((each) => equal(each, item))))
      this.#invalid(path, '', "shouldn't contain duplicates")
  }

  #object(object: JsonObject, schema: Schema, path: string, old: unknown): void {
    const { minProperties, maxProperties, properties = {} } = schema
    const names = Object.keys(object)
    if (minProperties !== undefined && names.length < minProperties)
      this.#invalid(path, names.length, `should have at least ${minProperties} properties`)
    if (maxProperties !== undefined && names.length > maxProperties)
      tooMany(this.errors, this.#field(path), names.length, maxProperties)
    const before = isObject(old) ? old : undefined
    const additional = additionalOf(schema)
    for (const name of names.sort()) {
      const known = Object.hasOwn(properties, name)
      const property = known ? properties[name] : additional
      const at = known && path === '' ? name : `${path}.${name}`
      if (property !== undefined) this.value(object[name], property, at, before?.[name])
      else if (schema.additionalProperties === false)
        invalid(this.errors, this.#field(path), name, `${path}.${name} in body is a forbidden property`)
    }
    for (const name of schema.required ?? [])
      if (!Object.hasOwn(object, name)) required(this.errors, this.#field(`${path}.${name}`))
  }

  /** Source: validate/schema_props.go */
  #composed(value: unknown, { allOf, anyOf, oneOf, not }: Schema, path: string): void {
    if (anyOf?.length)
      this.#chosen(value, anyOf, path, (count) => (count > 0 ? undefined : 'must validate at least one schema (anyOf)'))
    if (oneOf?.length)
      this.#chosen(value, oneOf, path, (count) => {
        if (count === 1) return undefined
        return `must validate one and only one schema (oneOf). ${count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`}`
      })
    if (allOf?.length) {
      const results = allOf.map((each) => this.#tried(value, each, path))
      for (const { errors } of results) this.errors.push(...errors)
      const valid = results.filter(({ errors }) => errors.length === 0).length
      if (valid < results.length)
        this.#whole(path, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
    }
    if (not !== undefined && this.#tried(value, not, path).errors.length === 0)
      this.#whole(path, 'must not validate the schema (not)')
  }

  #chosen(
    value: unknown,
    schemas: readonly Schema[],
    path: string,
    problem: (valid: number) => string | undefined,
  ): void {
    const results = schemas.map((each) => this.#tried(value, each, path))
    const valid = results.filter(({ errors }) => errors.length === 0).length
    const why = problem(valid)
    if (why === undefined) return
    this.#whole(path, why)
    const failed = results.filter(({ errors }) => errors.length > 0)
    const best = failed.reduce<Walk | undefined>(
      (most, each) => (most === undefined || each.matched > most.matched ? each : most),
      undefined,
    )
    if (valid === 0 && best !== undefined) this.errors.push(...best.errors)
  }

  #tried(value: unknown, schema: Schema, path: string): Walk {
    const walk = new Walk(this.#root)
    walk.value(value, schema, path, undefined)
    return walk
  }

  #whole(path: string, why: string): void {
    invalid(this.errors, this.#root === '' ? '<nil>' : this.#root, '', `${JSON.stringify(path)} ${why}`)
  }
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function fits(types: readonly string[], found: string, _value: unknown): boolean {
  return types.includes(found) || (found === 'integer' && types.includes('number'))
}

/** Exact for decimals that are written short: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  const quotient = value / of
  return Number.isInteger(quotient) || Math.abs(quotient - Math.round(quotient)) < 1e-9
}

/** Finds what an element was before: only elements with keys can be told apart. Source: apiserver/pkg/cel/common/equality.go */
export function correlated(schema: Schema, old: unknown): ((item: unknown) => unknown) | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !Array.isArray(old)) return undefined
  const keyOf = (item: unknown) => JSON.stringify(keys.map((key) => (isObject(item) ? item[key] : undefined) ?? null))
  const byKey = new Map(old.map((item) => [keyOf(item), item as unknown]))
  return (item) => byKey.get(keyOf(item))
}
