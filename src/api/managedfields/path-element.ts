import { isMap, type Json } from '../patch/patch-error.ts'

/**
 * One step of a field path, as FieldsV1 writes it: `f:spec` a field, `k:{"name":"web"}` the element of a list with these
 * keys, `v:"x"` the element of a set, `i:0` an index. The text is canonical, so that equal steps are equal strings.
 * Source: structured-merge-diff fieldpath/serialize-pe.go
 */
export type PathElement = string

export function fieldElement(name: string): PathElement {
  return `f:${name}`
}

/** @param fields in any order */
export function keyElement(fields: readonly (readonly [string, Json])[]): PathElement {
  if (fields.length === 1) return `k:{${valueText(fields[0]![0])}:${valueText(fields[0]![1])}}`
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1))
  return `k:{${sorted.map(([name, value]) => `${valueText(name)}:${valueText(value)}`).join(',')}}`
}

export function valueElement(value: Json): PathElement {
  return `v:${valueText(value)}`
}

/** JSON as Go writes it: safe inside HTML. */
function valueText(value: Json): string {
  const text = JSON.stringify(value)
  return typeof value === 'number' || !/[<>&\u2028\u2029]/.test(text)
    ? text
    : text.replace(/[<>&\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * A step as somebody else wrote it, in canonical form.
 *
 * @returns undefined for a type of step that is not known (skipped, as upstream skips it)
 * @throws Error with Go's words
 */
export function parseElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new Error('key must be 2 characters long:')
  if (text[1] !== ':') throw new Error(`missing colon: ${text}`)
  const body = text.slice(2)
  switch (text[0]) {
    case 'f':
      return text
    case 'v':
      return valueElement(JSON.parse(body) as Json)
    case 'k': {
      const key = JSON.parse(body) as Json
      if (!isMap(key)) throw new Error('a key must be an object')
      return keyElement(Object.entries(key))
    }
    case 'i':
      if (!/^[+-]?\d+$/.test(body)) throw new Error(`strconv.Atoi: parsing ${JSON.stringify(body)}: invalid syntax`)
      return `i:${Number(body)}`
    default:
      return undefined
  }
}

const RANK = 'fkvi'

/** The order of FieldsV1. Source: fieldpath/element.go Compare */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0
  const kind = a[0]!
  if (kind !== b[0]) return RANK.indexOf(kind) - RANK.indexOf(b[0]!)
  const [left, right] = [a.slice(2), b.slice(2)]
  if (kind === 'f') return left < right ? -1 : 1
  if (kind === 'i') return Number(left) - Number(right)
  if (kind === 'v') return compareValues(JSON.parse(left) as Json, JSON.parse(right) as Json)
  return compareKeys(Object.entries(JSON.parse(left) as object), Object.entries(JSON.parse(right) as object))
}

function compareKeys(a: readonly [string, Json][], b: readonly [string, Json][]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [[leftName, left], [rightName, right]] = [a[i]!, b[i]!]
    if (leftName !== rightName) return leftName < rightName ? -1 : 1
    const order = compareValues(left, right)
    if (order !== 0) return order
  }
  return a.length - b.length
}

const TYPES = ['number', 'string', 'boolean', 'object']

/** Numbers before strings before booleans. Source: structured-merge-diff value/value.go Compare */
function compareValues(a: Json, b: Json): number {
  if (a === b) return 0
  if (typeof a !== typeof b) return TYPES.indexOf(typeof a) - TYPES.indexOf(typeof b)
  if (typeof a === 'object') return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
  return a < (b as typeof a) ? -1 : 1
}

/** As errors print a step: `.spec`, `[name="web"]`, `[="x"]`, `[0]`. Source: fieldpath/element.go String */
export function elementText(element: PathElement): string {
  const body = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${body}`
    case 'i':
      return `[${body}]`
    case 'v':
      return `[=${printed(JSON.parse(body) as Json)}]`
    default: {
      const fields = Object.entries(JSON.parse(body) as Record<string, Json>)
      return `[${fields.map(([name, value]) => `${name}=${printed(value)}`).join(',')}]`
    }
  }
}

function printed(value: Json): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

export function pathText(path: readonly PathElement[]): string {
  return path.map(elementText).join('')
}
