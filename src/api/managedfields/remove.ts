import { isList, isMap, type Json } from '../patch/patch-error.ts'
import { type FieldSet, isEmpty } from './field-set.ts'
import { itemElement } from './list-items.ts'
import { fieldElement } from './path-element.ts'
import { type Atom, formOf, type ListType, type MapType, typeOfKey } from './schema.ts'

/** The value without these fields and elements; null where nothing is left. Source: typed/remove.go */
export function remove(value: Json, items: FieldSet, type: Atom): Json {
  if (isEmpty(items)) return value
  const { map, scalar, list } = formOf(type, value)
  if (map !== undefined) return fromMap(map, value, items)
  if (scalar !== undefined || list === undefined) return value
  return fromList(list, value, items)
}

function fromMap(type: MapType, value: Json, items: FieldSet): Json {
  if (!isMap(value) || type.atomic) return null
  const out: [string, Json][] = []
  let touched = false
  for (const [key, item] of Object.entries(value)) {
    const element = fieldElement(key)
    if (item === undefined || items.members.has(element)) continue
    const below = items.children.get(element)
    touched ||= below !== undefined
    out.push([key, below === undefined ? item : inside(item, below, typeOfKey(type, key))])
  }
  return touched || out.length > 0 ? Object.fromEntries(out) : null
}

function fromList(type: ListType, value: Json, items: FieldSet): Json {
  if (!isList(value) || value.length === 0 || !type.associative) return null
  const out: Json[] = []
  let touched = false
  for (const item of value) {
    const element = itemElement(type, item)
    if (items.members.has(element)) continue
    const below = items.children.get(element)
    touched ||= below !== undefined
    out.push(below === undefined ? item : inside(item, below, type.element))
  }
  return touched || out.length > 0 ? out : null
}

/** What held something stays, even when it is empty now. */
function inside(item: Json, below: FieldSet, type: Atom): Json {
  const rest = remove(item, below, type)
  if (rest !== null) return rest
  return isMap(item) ? {} : isList(item) ? [] : null
}
