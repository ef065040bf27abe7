import { type FieldSet, isEmpty, recursiveDifference, SetBuilder, union } from './field-set.ts'
import type { PathElement } from './path-element.ts'
import type { Atom, ListType, MapType } from './schema.ts'

/**
 * Ownership recorded when a list or map was still merged by its parts counts, now that it is atomic, for the whole of it.
 * Source: typed/reconcile_schema.go ReconcileFieldSetWithSchema
 */
export function reconcile(set: FieldSet, type: Atom): FieldSet {
  const atomic: (readonly PathElement[])[] = []
  visit(set, type, [], false, atomic)
  if (atomic.length === 0) return set
  const roots = new SetBuilder()
  for (const path of atomic) roots.insert(path)
  return union(recursiveDifference(set, roots), roots)
}

function visit(
  set: FieldSet | undefined,
  type: Atom,
  path: readonly PathElement[],
  isLeaf: boolean,
  atomic: (readonly PathElement[])[],
): void {
  const { map, scalar, list } = type
  if (map !== undefined) visitMap(set, map, path, isLeaf, atomic)
  else if (scalar === undefined && list !== undefined) visitList(set, list, path, isLeaf, atomic)
}

function visitMap(
  set: FieldSet | undefined,
  map: MapType,
  path: readonly PathElement[],
  isLeaf: boolean,
  atomic: (readonly PathElement[])[],
): void {
  if (map.free) return
  if (map.atomic) {
    if (!isLeaf && set !== undefined && !isEmpty(set) && path.length > 0) atomic.push(path)
    return
  }
  for (const element of elementsOf(set)) {
    const type = element.startsWith('f:') ? (map.field(element.slice(2))?.type ?? map.element) : map.element
    if (type !== undefined) descend(set!, element, type, path, atomic)
  }
}

function visitList(
  set: FieldSet | undefined,
  list: ListType,
  path: readonly PathElement[],
  isLeaf: boolean,
  atomic: (readonly PathElement[])[],
): void {
  if (!isLeaf && !list.associative) atomic.push(path)
  else for (const element of elementsOf(set)) descend(set!, element, list.element, path, atomic)
}

function descend(
  set: FieldSet,
  element: PathElement,
  type: Atom,
  path: readonly PathElement[],
  atomic: (readonly PathElement[])[],
): void {
  const below = set.children.get(element)
  visit(below, type, [...path, element], set.members.has(element) && below === undefined, atomic)
}

const elementsOf = (set: FieldSet | undefined) =>
  set === undefined ? [] : new Set([...set.members, ...set.children.keys()])
