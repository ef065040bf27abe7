import type { Json, JsonMap } from '../patch/patch-error.ts'
import { itemElement } from './list-items.ts'
import { elementText, type PathElement } from './path-element.ts'
import {
  type Atom,
  asList,
  asMap,
  formOf,
  type ListType,
  type MapType,
  sameForm,
  TypedError,
  typeOfKey,
} from './schema.ts'

/**
 * Two objects in one: where both say something of a leaf, the second is right; nothing is removed. Lists keep the order
 * of the first unless the second changes something. Source: typed/merge.go
 *
 * @throws TypedError
 */
export function merge(left: Json, right: Json, type: Atom): Json {
  return merged(left, right, type) ?? null
}

function merged(left: Json | undefined, right: Json | undefined, type: Atom): Json | undefined {
  if (left === right) return left
  const leftForm = formOf(type, left)
  const rightForm = formOf(type, right)
  if (right === undefined) return handle(leftForm, left, right)
  if (left !== undefined && !sameForm(leftForm, rightForm)) return handle(rightForm, undefined, right)
  return handle(rightForm, left, right)
}

function handle({ map, scalar, list }: Atom, left: Json | undefined, right: Json | undefined): Json | undefined {
  if (map !== undefined) return mergeMap(map, left, right)
  if (scalar !== undefined || list === undefined) return right === undefined ? left : right
  return mergeList(list, left, right)
}

function mergeMap(type: MapType, left: Json | undefined, right: Json | undefined): Json | undefined {
  const [a, b] = [asMap(left), asMap(right)]
  if (type.atomic || (isVoid(a) && isVoid(b))) return right === undefined ? left : right
  if (b === undefined && right === undefined) return left
  const out: [string, Json][] = []
  for (const key of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])) {
    const value = merged(own(a, key), own(b, key), typeOfKey(type, key))
    if (value !== undefined) out.push([key, value])
  }
  return out.length > 0 ? Object.fromEntries(out) : undefined
}

const own = (map: JsonMap | undefined, key: string) =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined

function isVoid(map: JsonMap | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0
}

function mergeList(type: ListType, left: Json | undefined, right: Json | undefined): Json | undefined {
  const [a, b] = [asList(left), asList(right)]
  if (!type.associative || (!a?.length && !b?.length)) return right === undefined ? left : right
  const out = new ListMerge(type, a ?? [], b ?? []).merge()
  return out.length > 0 ? out : undefined
}

interface Indexed {
  readonly order: readonly PathElement[]
  /** null: more than one element has this identity; those are not merged. */
  readonly items: ReadonlyMap<PathElement, Json>
}

/** Both lists are walked at once; what they share comes in the order of the second. Source: typed/merge.go visitListItems */
class ListMerge {
  readonly #type: ListType
  readonly #leftItems: readonly Json[]
  readonly #left: Indexed
  readonly #right: Indexed
  readonly #done = new Set<PathElement>()
  readonly #shared: PathElement[]
  readonly #out: Json[] = []

  constructor(type: ListType, left: readonly Json[], right: readonly Json[]) {
    this.#type = type
    this.#leftItems = left
    this.#right = indexed(type, right, false)
    this.#left = indexed(type, left, true)
    this.#shared = this.#right.order.filter((element) => this.#left.items.has(element))
  }

  merge(): readonly Json[] {
    const [left, right] = [this.#left.order, this.#right.order]
    let l = 0
    let r = 0
    while (l < left.length || r < right.length) {
      if (l < left.length && r < right.length) {
        const element = left[l]!
        if (element === right[r]) {
          this.#take(element)
          this.#shared.shift()
          l++
          r++
          continue
        }
        const next = this.#shared[0]
        if (this.#right.items.has(element) && next !== undefined && next !== element) {
          // Shared, but not the one that comes next.
          l++
          continue
        }
      }
      if (l < left.length) {
        const element = left[l]!
        if (!this.#right.items.has(element)) {
          this.#push(merged(this.#leftItems[l], undefined, this.#type.element))
          l++
          continue
        }
        if (this.#done.has(element)) l++
      }
      if (r < right.length) {
        const element = right[r]!
        this.#take(element)
        r++
        if (this.#shared[0] === element) this.#shared.shift()
      }
    }
    return this.#out
  }

  #take(element: PathElement): void {
    this.#done.add(element)
    this.#push(merged(this.#left.items.get(element), this.#right.items.get(element), this.#type.element))
  }

  #push(value: Json | undefined): void {
    if (value !== undefined) this.#out.push(value)
  }
}

function indexed(type: ListType, list: readonly Json[], allowDuplicates: boolean): Indexed {
  const order: PathElement[] = []
  const items = new Map<PathElement, Json>()
  list.forEach((item, index) => {
    const element = elementAt(type, item, index)
    if (items.has(element)) {
      if (!allowDuplicates) throw new TypedError(`duplicate entries for key ${elementText(element)}`)
      items.set(element, null)
    } else items.set(element, item)
    order.push(element)
  })
  return { order, items }
}

function elementAt(type: ListType, item: Json, index: number): PathElement {
  try {
    return itemElement(type, item)
  } catch (error) {
    throw error instanceof TypedError ? new TypedError(`element ${index}: ${error.message}`) : error
  }
}
