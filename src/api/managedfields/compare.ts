import { equal } from '../equal.ts'
import type { Json, JsonMap } from '../patch/patch-error.ts'
import { type FieldSet, SetBuilder } from './field-set.ts'
import { itemElement } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import { type Atom, asList, asMap, formOf, type ListType, type MapType, sameForm, typeOfKey } from './schema.ts'

/** What one object has that another has not. No field is in two of the sets. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

/** @throws TypedError when a list has elements without identity. Source: typed/compare.go */
export function compare(before: Json, after: Json, type: Atom): Comparison {
  const walk = new Walk()
  walk.compare(before, after, type)
  return walk
}

class Walk implements Comparison {
  readonly removed = new SetBuilder()
  readonly modified = new SetBuilder()
  readonly added = new SetBuilder()
  readonly #path: PathElement[] = []

  compare(left: Json | undefined, right: Json | undefined, type: Atom): void {
    // Stored objects share what did not change.
    if (left === right) return
    const leftForm = formOf(type, left)
    const rightForm = formOf(type, right)
    let leaf: boolean
    if (right === undefined) leaf = this.#handle(leftForm, left, right)
    else {
      if (left !== undefined && !sameForm(leftForm, rightForm)) this.#handle(leftForm, left, right)
      leaf = this.#handle(rightForm, left, right)
    }
    if (leaf) return
    if (left === undefined) this.added.insert(this.#path)
    else if (right === undefined) this.removed.insert(this.#path)
  }

  /** @returns whether the value counted as one */
  #handle({ map, scalar, list }: Atom, left: Json | undefined, right: Json | undefined): boolean {
    if (map !== undefined) return this.#map(map, left, right)
    if (scalar !== undefined || list === undefined) return this.#leaf(left, right)
    return this.#list(list, left, right)
  }

  #leaf(left: Json | undefined, right: Json | undefined): true {
    if (left === undefined) this.added.insert(this.#path)
    else if (right === undefined) this.removed.insert(this.#path)
    else if (!equal(left, right)) this.modified.insert(this.#path)
    return true
  }

  #map(type: MapType, left: Json | undefined, right: Json | undefined): boolean {
    const [a, b] = [asMap(left), asMap(right)]
    if (type.atomic || (isVoid(a) && isVoid(b))) return this.#leaf(left, right)
    for (const key in a) if (a[key] !== undefined) this.#field(type, key, a[key], b?.[key])
    for (const key in b) if (b[key] !== undefined && a?.[key] === undefined) this.#field(type, key, undefined, b[key])
    return false
  }

  #field(type: MapType, key: string, left: Json | undefined, right: Json | undefined): void {
    if (left === right) return
    this.#path.push(fieldElement(key))
    this.compare(left, right, typeOfKey(type, key))
    this.#path.pop()
  }

  #list(type: ListType, left: Json | undefined, right: Json | undefined): boolean {
    const [a, b] = [asList(left), asList(right)]
    if (!type.associative || (!a?.length && !b?.length)) return this.#leaf(left, right)
    const lefts = byElement(type, a)
    const rights = byElement(type, b)
    for (const [element, items] of lefts) this.#items(type, element, items, rights.get(element) ?? [])
    for (const [element, items] of rights) if (!lefts.has(element)) this.#items(type, element, [], items)
    return false
  }

  /** Elements of one identity: mostly one on each side; more are looked at as one value. */
  #items(type: ListType, element: PathElement, left: readonly Json[], right: readonly Json[]): void {
    this.#path.push(element)
    if (left.length <= 1 && right.length <= 1) this.compare(left[0], right[0], type.element)
    else if (left.length >= 2 && right.length >= 2) {
      if (!equal(left, right)) this.modified.insert(this.#path)
    } else if (left.length >= 2) {
      if (right.length > 0) this.compare(undefined, right[0], type.element)
      this.removed.insert(this.#path)
    } else {
      if (left.length > 0) this.compare(left[0], undefined, type.element)
      this.added.insert(this.#path)
    }
    this.#path.pop()
  }
}

function isVoid(map: JsonMap | undefined): boolean {
  if (map === undefined) return true
  for (const key in map) if (map[key] !== undefined) return false
  return true
}

function byElement(type: ListType, list: readonly Json[] | undefined): ReadonlyMap<PathElement, readonly Json[]> {
  const items = new Map<PathElement, Json[]>()
  for (const item of list ?? []) {
    const element = itemElement(type, item)
    const known = items.get(element)
    if (known === undefined) items.set(element, [item])
    else known.push(item)
  }
  return items
}
