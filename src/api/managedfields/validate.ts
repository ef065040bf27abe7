import { isList, isMap, type Json } from '../patch/patch-error.ts'
import { itemElement } from './list-items.ts'
import { elementText, fieldElement, type PathElement } from './path-element.ts'
import { type Atom, formOf, type ListType, type MapType, type Scalar, TypedError } from './schema.ts'

/**
 * Holds an applied object to its schema.
 *
 * @throws TypedError with all that is wrong. Source: typed/validate.go
 */
export function validate(value: Json, type: Atom): void {
  const errors = visit(value, type)
  if (errors.length === 0) return
  const texts = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new TypedError(texts.length === 1 ? texts[0]! : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n'))
}

interface Mistake {
  readonly path: string
  readonly message: string
}

const mistake = (message: string): readonly Mistake[] => [{ path: '', message }]

function visit(value: Json, type: Atom): readonly Mistake[] {
  const { map, scalar, list } = formOf(type, value)
  if (map !== undefined) return visitMap(value, map)
  if (scalar !== undefined) return visitScalar(value, scalar)
  return list === undefined ? [] : visitList(value, list)
}

function below(element: PathElement, errors: readonly Mistake[]): readonly Mistake[] {
  return errors.length === 0
    ? errors
    : errors.map(({ path, message }) => ({ path: elementText(element) + path, message }))
}

function visitMap(value: Json, type: MapType): readonly Mistake[] {
  if (value === null) return []
  if (!isMap(value)) return mistake(`expected map, got &{${goValue(value)}}`)
  return Object.entries(value).flatMap(([key, item]) => {
    const known = type.field(key)?.type ?? type.element
    return below(fieldElement(key), known === undefined ? mistake('field not declared in schema') : visit(item, known))
  })
}

function visitList(value: Json, type: ListType): readonly Mistake[] {
  if (value === null) return []
  if (!isList(value)) return mistake(`expected list, got &{${goValue(value)}}`)
  const seen = new Set<PathElement>()
  const errors: Mistake[] = []
  for (const [index, item] of value.entries()) {
    let element = `i:${index}`
    if (type.associative) {
      try {
        element = itemElement(type, item)
      } catch (error) {
        if (!(error instanceof TypedError)) throw error
        return [...errors, ...mistake(`element ${index}: ${error.message}`)]
      }
      if (seen.has(element)) errors.push(...mistake(`duplicate entries for key ${elementText(element)}`))
      seen.add(element)
    }
    errors.push(...below(element, visit(item, type.element)))
  }
  return errors
}

/** Source: typed/validate.go validateScalar */
function visitScalar(value: Json, type: Scalar): readonly Mistake[] {
  if (value === null) return []
  switch (type) {
    case 'numeric':
      return typeof value === 'number'
        ? []
        : mistake(
            `expected numeric (int or float), got ${isMap(value) || isList(value) ? goType(value) : typeof value === 'boolean' ? 'bool' : 'string'}`,
          )
    case 'string':
      return typeof value === 'string'
        ? []
        : mistake(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)
    case 'boolean':
      return typeof value === 'boolean' ? [] : mistake(`expected boolean, got &{${goValue(value)}}`)
    default:
      return isMap(value) || isList(value) ? mistake(`expected any scalar, got &{${goValue(value)}}`) : []
  }
}

const goType = (value: Json) => (isList(value) ? '[]interface {}' : 'map[string]interface {}')

/** Go's `%v`. */
function goValue(value: Json): string {
  if (value === null) return '<nil>'
  if (isList(value)) return `[${value.map(goValue).join(' ')}]`
  if (!isMap(value)) return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([key, item]) => `${key}:${goValue(item)}`).join(' ')}]`
}

/** Go's `%#v`. */
function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)'
  if (isList(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isMap(value)) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[string]interface {}{${entries.map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item)}`).join(', ')}}`
}
