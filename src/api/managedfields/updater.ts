import { equal } from '../equal.ts'
import type { Json } from '../patch/patch-error.ts'
import { type Comparison, compare } from './compare.ts'
import { difference, EMPTY, type FieldSet, intersection, isEmpty, paths, union } from './field-set.ts'
import { type KindVersion, type ManagedType, versionOf } from './managed-type.ts'
import { merge } from './merge.ts'
import type { PathElement } from './path-element.ts'
import { reconcile } from './reconcile.ts'
import { remove } from './remove.ts'
import type { Atom } from './schema.ts'
import { toFieldSet } from './to-field-set.ts'

/** What one manager owns, in the version it spoke of it. */
export interface Owned {
  readonly set: FieldSet
  readonly apiVersion: string
  readonly applied: boolean
}

/** By manager identifier (entries.ts). */
export type Managers = ReadonlyMap<string, Owned>

export interface Conflict {
  readonly manager: string
  readonly path: readonly PathElement[]
}

/** Others own what an apply would change. */
export class ConflictError extends Error {
  readonly conflicts: readonly Conflict[]
  constructor(conflicts: readonly Conflict[]) {
    super(`${conflicts.length} conflicts`)
    this.conflicts = conflicts
  }
}

/**
 * Who owns what after a write that is not an apply. Source: structured-merge-diff merge/update.go Update
 *
 * @throws TypedError
 */
export function update(type: ManagedType, live: Json, next: Json, managers: Managers, manager: string): Managers {
  const known = reconciled(type, managers)
  const { managers: others, comparison } = transfer(type, live, next, known, manager, true)
  const own = others.get(manager)?.set ?? EMPTY
  const set = filtered(type, union(union(difference(own, comparison.removed), comparison.modified), comparison.added))
  const result = new Map(others)
  if (isEmpty(set)) result.delete(manager)
  else result.set(manager, { set, apiVersion: type.apiVersion, applied: false })
  return result
}

export interface Applied {
  /** undefined: nothing changes. */
  readonly object: Json | undefined
  readonly managers: Managers
}

/**
 * Merges a configuration into the live object. Source: merge/update.go Apply
 *
 * @throws TypedError, ConflictError
 */
export function apply(
  type: ManagedType,
  live: Json,
  config: Json,
  managers: Managers,
  manager: string,
  force: boolean,
): Applied {
  const known = new Map(reconciled(type, managers))
  const merged = merge(live, config, type.type)
  const last = known.get(manager)
  const set = filtered(type, toFieldSet(config, type.type))
  known.set(manager, { set, apiVersion: type.apiVersion, applied: true })
  const object = prune(type, merged, known, last)
  const { managers: result } = transfer(type, live, object, known, manager, force)
  return { object: equal(live, object) ? undefined : object, managers: result }
}

function filtered({ filter }: KindVersion, set: FieldSet): FieldSet {
  return filter === undefined ? set : filter(set)
}

/** Takes from every other manager what this write changed or removed. Source: merge/update.go update */
function transfer(
  type: ManagedType,
  before: Json,
  after: Json,
  managers: Managers,
  writer: string,
  force: boolean,
): { readonly managers: Managers; readonly comparison: Comparison } {
  const comparison = comparedIn(type, compare(before, after, type.type))
  const inVersion = new Map<string, Comparison>([[type.apiVersion, comparison]])
  const result = new Map<string, Owned>()
  const conflicts: Conflict[] = []
  for (const [manager, owned] of managers) {
    if (manager === writer) {
      if (!isEmpty(owned.set)) result.set(manager, owned)
      continue
    }
    const changes = inVersion.get(owned.apiVersion) ?? convertedComparison(type, owned.apiVersion, before, after)
    if (changes === undefined) continue
    inVersion.set(owned.apiVersion, changes)
    const taken = intersection(owned.set, union(changes.modified, changes.added))
    for (const path of paths(taken)) conflicts.push({ manager, path })
    const set = difference(difference(owned.set, taken), changes.removed)
    if (!isEmpty(set)) result.set(manager, set === owned.set ? owned : { ...owned, set })
  }
  if (!force && conflicts.length > 0)
    throw new ConflictError(conflicts.sort((a, b) => (a.manager === b.manager ? 0 : a.manager < b.manager ? -1 : 1)))
  return { managers: result, comparison }
}

function convertedComparison(type: ManagedType, apiVersion: string, before: Json, after: Json): Comparison | undefined {
  const other = versionOf(type, apiVersion)
  if (other === undefined) return undefined
  return comparedIn(other, compare(other.convert(before), other.convert(after), other.type))
}

function comparedIn({ filter }: KindVersion, comparison: Comparison): Comparison {
  if (filter === undefined) return comparison
  const { removed, modified, added } = comparison
  return { removed: filter(removed), modified: filter(modified), added: filter(added) }
}

/** Sets that are known to fit a schema: most are looked at again and again, unchanged. */
const fitting = new WeakMap<Atom, WeakSet<FieldSet>>()

function fitted(set: FieldSet, type: Atom): FieldSet {
  let known = fitting.get(type)
  if (known === undefined) {
    known = new WeakSet()
    fitting.set(type, known)
  }
  if (known.has(set)) return set
  const result = reconcile(set, type)
  known.add(result)
  return result
}

function reconciled(type: ManagedType, managers: Managers): Managers {
  const result = new Map<string, Owned>()
  for (const [manager, owned] of managers) {
    const version = versionOf(type, owned.apiVersion)
    if (version === undefined) continue
    const set = fitted(owned.set, version.type)
    result.set(manager, set === owned.set ? owned : { ...owned, set })
  }
  return result
}

/** Removes what this manager applied last time and not now, unless somebody else owns it. Source: merge/update.go prune */
function prune(type: ManagedType, merged: Json, managers: Managers, last: Owned | undefined): Json {
  if (last === undefined || isEmpty(last.set)) return merged
  const version = versionOf(type, last.apiVersion)
  if (version === undefined) return merged
  const converted = version.convert(merged)
  const dropped = remove(converted, named(last.set, version.type), version.type)
  const owned = version.convertBack(addBackOwned(type, converted, dropped, last.apiVersion, managers))
  const kept = addBackDangling(version.type, converted, version.convert(owned), last.set)
  return version.convertBack(kept)
}

/** Source: merge/update.go addBackOwnedItems */
function addBackOwned(type: ManagedType, merged: Json, pruned: Json, apiVersion: string, managers: Managers): Json {
  const atVersion = new Map<string, FieldSet>()
  for (const { set, apiVersion: at } of managers.values()) atVersion.set(at, union(atVersion.get(at) ?? EMPTY, set))
  const first = versionOf(type, apiVersion)!
  const order = [...atVersion].sort(([a], [b]) => Number(b === apiVersion) - Number(a === apiVersion))
  let result = pruned
  for (const [at, owned] of order) {
    const version = versionOf(type, at)
    if (version === undefined) continue
    const move = (object: Json) => (at === apiVersion ? object : version.convert(first.convertBack(object)))
    const back = (object: Json) => (at === apiVersion ? object : first.convert(version.convertBack(object)))
    result = back(withOwned(move(merged), move(result), owned, version.type))
  }
  return result
}

function withOwned(merged: Json, pruned: Json, owned: FieldSet, type: Atom): Json {
  const all = named(toFieldSet(merged, type), type)
  const kept = union(named(toFieldSet(pruned, type), type), named(owned, type))
  return remove(merged, difference(all, kept), type)
}

/** Only what this manager had applied may go. Source: merge/update.go addBackDanglingItems */
function addBackDangling(type: Atom, merged: Json, pruned: Json, last: FieldSet): Json {
  const left = named(toFieldSet(pruned, type), type)
  const all = named(toFieldSet(merged, type), type)
  return remove(merged, intersection(difference(all, left), named(last, type)), type)
}

/** The set with the named fields above its members. Source: fieldpath/set.go EnsureNamedFieldsAreMembers */
function named(set: FieldSet, type: Atom | undefined): FieldSet {
  const members = new Set(set.members)
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const isField = element.startsWith('f:')
    const field = isField ? type?.map?.field(element.slice(2)) : undefined
    if (field !== undefined) members.add(element)
    const below = isField ? (field?.type ?? type?.map?.element) : type?.list?.element
    children.set(element, named(child, below))
  }
  return { members, children }
}
