import { isMap, type Json } from '../patch/patch-error.ts'
import { type FieldSet, SetBuilder } from './field-set.ts'
import { itemElement } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { type Atom, asList, asMap, formOf, type ListType, type MapType, typeOfKey } from './schema.ts'

/** Every leaf and every element that a value speaks of. Source: typed/tofieldset.go */
export function toFieldSet(value: Json, type: Atom): FieldSet {
  const set = new SetBuilder()
  visit(set, [], value, type)
  return set
}

function visit(set: SetBuilder, path: PathElement[], value: Json, type: Atom): void {
  const { map, scalar, list } = formOf(type, value)
  if (map !== undefined) visitMap(set, path, value, map)
  else if (scalar !== undefined || list === undefined) set.insert(path)
  else visitList(set, path, value, list)
}

function visitMap(set: SetBuilder, path: PathElement[], value: Json, type: MapType): void {
  if (type.atomic) {
    set.insert(path)
    return
  }
  const map = asMap(value)
  for (const key in map) {
    const item = map[key]
    if (item === undefined) continue
    path.push(fieldElement(key))
    visit(set, path, item, typeOfKey(type, key))
    const empty = item === null || (isMap(item) && Object.keys(item).length === 0)
    if (empty || type.field(key) === undefined) set.insert(path)
    path.pop()
  }
}

function visitList(set: SetBuilder, path: PathElement[], value: Json, type: ListType): void {
  if (!type.associative) {
    set.insert(path)
    return
  }
  const list = asList(value)
  if (list === undefined) return
  const elements = list.map((item) => itemElement(type, item))
  list.forEach((item, index) => {
    const element = elements[index]!
    path.push(element)
    // Elements that share an identity are owned as one.
    if (elements.indexOf(element) === elements.lastIndexOf(element)) visit(set, path, item, type.element)
    set.insert(path)
    path.pop()
  })
}
