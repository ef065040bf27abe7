import { isMap, type Json } from '../patch/patch-error.ts'
import { compareElements, type PathElement, parseElement } from './path-element.ts'

/**
 * Fields of an object. A field is a member itself; what is below it hangs under `children`. Sets are never changed once
 * they have left the function that built them, and share their parts. Source: structured-merge-diff fieldpath/set.go
 */
export interface FieldSet {
  readonly members: ReadonlySet<PathElement>
  /** No child is empty. */
  readonly children: ReadonlyMap<PathElement, FieldSet>
}

const NO_MEMBERS: ReadonlySet<PathElement> = new Set()
const NO_CHILDREN: ReadonlyMap<PathElement, FieldSet> = new Map()

export const EMPTY: FieldSet = { members: NO_MEMBERS, children: NO_CHILDREN }

export function isEmpty(set: FieldSet): boolean {
  return set.members.size === 0 && set.children.size === 0
}

function made(members: ReadonlySet<PathElement>, children: ReadonlyMap<PathElement, FieldSet>): FieldSet {
  return members.size === 0 && children.size === 0 ? EMPTY : { members, children }
}

/** A set in the making. */
export class SetBuilder implements FieldSet {
  readonly members = new Set<PathElement>()
  readonly children = new Map<PathElement, SetBuilder>()

  /** Only the field itself, not those above it. The empty path is the object, which nobody owns. */
  insert(path: readonly PathElement[]): void {
    if (path.length === 0) return
    let node: SetBuilder = this
    const last = path.length - 1
    for (let i = 0; i < last; i++) {
      let child = node.children.get(path[i]!)
      if (child === undefined) {
        child = new SetBuilder()
        node.children.set(path[i]!, child)
      }
      node = child
    }
    node.members.add(path[last]!)
  }
}

/** @param paths names of fields: `['metadata', 'labels']` */
export function setOf(...paths: readonly (readonly string[])[]): FieldSet {
  const set = new SetBuilder()
  for (const path of paths) set.insert(path.map((name) => `f:${name}`))
  return set
}

export function has(set: FieldSet, path: readonly PathElement[]): boolean {
  let node: FieldSet | undefined = set
  for (let i = 0; i < path.length - 1 && node !== undefined; i++) node = node.children.get(path[i]!)
  return node?.members.has(path[path.length - 1]!) ?? false
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a
  if (isEmpty(a)) return b
  const members = a.members.size === 0 ? b.members : new Set(a.members)
  if (a.members.size > 0) for (const member of b.members) (members as Set<PathElement>).add(member)
  const children = new Map(a.children)
  for (const [element, child] of b.children) {
    const own = children.get(element)
    children.set(element, own === undefined ? child : union(own, child))
  }
  return { members, children }
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a
  const members = [...a.members].filter((member) => b.members.has(member))
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    const both = other === undefined ? EMPTY : intersection(child, other)
    if (!isEmpty(both)) children.set(element, both)
  }
  return made(new Set(members), children)
}

/** Members of `a` that are not members of `b`; what is below a member of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a
  return without(a, b, () => true, difference)
}

/** `a` without the members of `b` and all that is below them. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a
  return without(a, b, (element) => !b.members.has(element), recursiveDifference)
}

function without(
  a: FieldSet,
  b: FieldSet,
  keeps: (element: PathElement) => boolean,
  deeper: (a: FieldSet, b: FieldSet) => FieldSet,
): FieldSet {
  const members = b.members.size === 0 ? a.members : new Set([...a.members].filter((member) => !b.members.has(member)))
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of a.children) {
    if (!keeps(element)) continue
    const other = b.children.get(element)
    const rest = other === undefined ? child : deeper(child, other)
    if (!isEmpty(rest)) children.set(element, rest)
  }
  return made(members, children)
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true
  if (a.members.size !== b.members.size || a.children.size !== b.children.size) return false
  for (const member of a.members) if (!b.members.has(member)) return false
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    if (other === undefined || !equalSets(child, other)) return false
  }
  return true
}

/** Every member, in the order of FieldsV1: members of a level before what is below. */
export function* paths(set: FieldSet, prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
  for (const member of [...set.members].sort(compareElements)) yield [...prefix, member]
  for (const element of [...set.children.keys()].sort(compareElements))
    yield* paths(set.children.get(element)!, [...prefix, element])
}

/** Source: fieldpath/serialize.go ToJSON */
export function toFieldsV1(set: FieldSet): Record<string, Json> {
  return written(set, false)
}

function written(set: FieldSet, isMember: boolean): Record<string, Json> {
  const fields: Record<string, Json> = isMember ? { '.': {} } : {}
  const all = set.members.size === 0 ? [...set.children.keys()] : [...new Set([...set.members, ...set.children.keys()])]
  for (const element of all.sort(compareElements)) {
    const child = set.children.get(element)
    fields[element] = child === undefined ? {} : written(child, set.members.has(element))
  }
  return fields
}

/** @throws Error what cannot be read. Source: fieldpath/serialize.go FromJSON */
export function fromFieldsV1(fields: unknown): FieldSet {
  return read(fields).children ?? EMPTY
}

function read(fields: unknown): { readonly children: SetBuilder | undefined; readonly isMember: boolean } {
  if (!isMap(fields)) throw new Error('expect { or n')
  let children: SetBuilder | undefined
  let isMember = false
  for (const [key, value] of Object.entries(fields)) {
    if (key === '.') {
      isMember = true
      continue
    }
    const element = parseElement(key)
    if (element === undefined) continue
    const below = read(value)
    children ??= new SetBuilder()
    if (below.isMember) children.members.add(element)
    if (below.children !== undefined) children.children.set(element, below.children)
  }
  return { children, isMember: isMember || children === undefined }
}
