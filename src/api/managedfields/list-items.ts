import { isList, isMap, type Json } from '../patch/patch-error.ts'
import { keyElement, type PathElement, valueElement } from './path-element.ts'
import { type ListType, TypedError } from './schema.ts'

/** How an element of an associative list is named. @throws TypedError. Source: typed/helpers.go listItemToPathElement */
export function itemElement(list: ListType, item: Json): PathElement {
  if (list.keys.length === 0) return setElement(item)
  if (item === null) throw new TypedError('associative list with keys may not have a null element')
  if (!isMap(item)) throw new TypedError('associative list with keys may not have non-map elements')
  const fields: (readonly [string, Json])[] = []
  for (const key of list.keys) {
    const value = item[key] ?? list.element.map?.field(key)?.default
    if (value !== undefined) fields.push([key, value])
  }
  if (fields.length === 0) {
    const keys = `[${list.keys.map((key) => JSON.stringify(key)).join(' ')}]`
    throw new TypedError(
      `associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`,
    )
  }
  return keyElement(fields)
}

function setElement(item: Json): PathElement {
  if (isMap(item)) throw new TypedError("associative list without keys has an element that's a map type")
  if (isList(item)) throw new TypedError('not supported: associative list with lists as elements')
  if (item === null) throw new TypedError("associative list without keys has an element that's an explicit null")
  return valueElement(item)
}
