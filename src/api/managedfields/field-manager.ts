import { isMap, type Json, type JsonMap } from '../patch/patch-error.ts'
import { compare } from './compare.ts'
import { type Managed, managerId, NOBODY } from './entries.ts'
import { difference, equalSets, type FieldSet, has, isEmpty, setOf, union } from './field-set.ts'
import type { ManagedType } from './managed-type.ts'
import { toFieldSet } from './to-field-set.ts'
import { apply, ConflictError, type Managers, type Owned, update } from './updater.ts'
import { validate } from './validate.ts'

/** The rules around the merge: what upstream chains as managers. Source: managedfields/internal/fieldmanager.go NewDefaultFieldManager */

export interface Writer {
  readonly type: ManagedType
  readonly manager: string
  /** ms */
  readonly now: number
}

/** Source: fieldmanager.go DefaultMaxUpdateManagers */
const MAX_UPDATE_MANAGERS = 10
const ANCIENT = 'ancient-changes'
const SELF = 'current-operation'
const BEFORE_FIRST_APPLY = 'before-first-apply'
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Who owns what after a write that is not an apply.
 *
 * @param live undefined: the object is being created
 * @throws TypedError
 */
export function updateManaged(writer: Writer, live: Json | undefined, next: Json, managed: Managed): Managed {
  // Who is not known from the beginning stays unknown until the first apply. Source: skipnonapplied.go
  if (live !== undefined && managed.managers.size === 0) return managed
  return capped(written(writer, live ?? writer.type.empty, next, managed))
}

function written({ type, manager, now }: Writer, live: Json, next: Json, { managers, times }: Managed): Managed {
  const result = new Map(stripped(update(type, live, next, managers, SELF), SELF))
  const own = result.get(SELF)
  if (own === undefined) return { managers: result, times }
  result.delete(SELF)
  const id = managerId({ ...identity(type, manager), operation: 'Update' })
  const previous = result.get(id)
  result.set(id, previous === undefined ? own : { ...own, set: union(own.set, previous.set) })
  return { managers: result, times: new Map(times).set(id, now) }
}

const identity = ({ apiVersion, subresource }: ManagedType, manager: string) => ({
  manager: manager || 'unknown',
  apiVersion,
  ...(subresource !== undefined && { subresource }),
})

/** Fields of the metadata that nobody owns. */
const UNOWNED = new Set(
  'name namespace creationTimestamp selfLink uid clusterName generation managedFields resourceVersion'.split(' '),
)

export function isUnownedField(name: string): boolean {
  return UNOWNED.has(name)
}

/** Nobody owns these. Source: stripmeta.go */
const STRIPPED = setOf(['apiVersion'], ['kind'], ['metadata'], ...[...UNOWNED].map((name) => ['metadata', name]))

function stripped(managers: Managers, id: string): Managers {
  const own = managers.get(id)
  if (own === undefined) return managers
  const result = new Map(managers)
  const set = difference(own.set, STRIPPED)
  if (isEmpty(set)) result.delete(id)
  else result.set(id, { ...own, set })
  return result
}

/** The oldest updates become one when there are too many. Source: capmanagers.go capUpdateManagers */
function capped({ managers, times }: Managed): Managed {
  const updaters = [...managers].filter(([, { applied }]) => !applied).map(([id]) => id)
  if (updaters.length <= MAX_UPDATE_MANAGERS) return { managers, times }
  const seconds = (id: string) => Math.floor((times.get(id) ?? 0) / 1000)
  updaters.sort((a, b) => seconds(a) - seconds(b) || (a < b ? -1 : 1))
  const result = new Map(managers)
  const when = new Map(times)
  const firsts = new Map<string, string>()
  let count = updaters.length
  for (const id of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) break
    const owned = result.get(id)!
    const bucket = managerId({ manager: ANCIENT, operation: 'Update', apiVersion: owned.apiVersion })
    const first = firsts.get(owned.apiVersion)
    if (first === undefined) {
      firsts.set(owned.apiVersion, id)
      continue
    }
    const before = result.get(bucket) ?? result.get(first)!
    if (!result.has(bucket)) result.delete(first)
    result.delete(id)
    result.set(bucket, { ...owned, set: union(owned.set, before.set) })
    count--
    const time = times.get(id)
    if (time === undefined) when.delete(bucket)
    else when.set(bucket, time)
  }
  return { managers: result, times: when }
}

export interface AppliedObject {
  /** What the object becomes, not defaulted yet; undefined: the live object stays as it is. */
  readonly object: Json | undefined
  readonly managed: Managed
}

/**
 * Merges an applied configuration.
 *
 * @param live the empty object where it is being created
 * @throws TypedError, ConflictError
 */
export function applyManaged(
  writer: Writer,
  live: JsonMap,
  config: JsonMap,
  managed: Managed,
  force: boolean,
): AppliedObject {
  const asked = forced(writer, live, config, managed, force)
  const { object = live } = asked
  const value = writer.manager === 'kubectl' ? lastApplied(object, config) : undefined
  return value === undefined ? asked : { ...asked, object: value }
}

/** What client-side apply had written is no conflict for kubectl. Source: lastappliedmanager.go */
function forced(writer: Writer, live: JsonMap, config: JsonMap, managed: Managed, force: boolean): AppliedObject {
  try {
    return tracked(writer, live, config, managed, force)
  } catch (error) {
    if (!(error instanceof ConflictError) || writer.manager !== 'kubectl') throw error
    const allowed = allowedConflicts(writer.type, live)
    if (allowed === undefined) throw error
    const left = error.conflicts.filter(({ path }) => !has(allowed, path))
    if (left.length > 0) throw new ConflictError(left)
    return tracked(writer, live, config, managed, true)
  }
}

function tracked(writer: Writer, live: JsonMap, config: JsonMap, managed: Managed, force: boolean): AppliedObject {
  const { type, manager, now } = writer
  const known =
    managed.managers.size > 0
      ? managed
      : capped(written({ ...writer, manager: BEFORE_FIRST_APPLY }, type.empty, live, NOBODY))
  const id = managerId({ ...identity(type, manager), operation: 'Apply' })
  const { object, managers } = apply(type, live, config, known.managers, id, force)
  const times = object === undefined ? known.times : new Map(known.times).set(id, now)
  return { object, managed: { managers: stripped(managers, id), times } }
}

/** Fields of the last client-side apply that still are as it wrote them. */
function allowedConflicts({ type, apiVersion }: ManagedType, live: JsonMap): FieldSet | undefined {
  const text = annotationsOf(live)?.[LAST_APPLIED]
  if (typeof text !== 'string' || text === '') return undefined
  try {
    const last = JSON.parse(text) as Json
    if (!isMap(last) || last.apiVersion !== apiVersion) return undefined
    validate(last, type)
    const { modified, added, removed } = compare(last, live, type)
    return difference(difference(difference(toFieldSet(last, type), modified), added), removed)
  } catch {
    return undefined
  }
}

function annotationsOf(object: JsonMap): JsonMap | undefined {
  const metadata = object.metadata
  const annotations = isMap(metadata) ? metadata.annotations : undefined
  return isMap(annotations) ? annotations : undefined
}

/** The annotation of client-side apply is kept current for kubectl. Source: lastappliedupdater.go */
function lastApplied(object: JsonMap | Json, config: JsonMap): Json | undefined {
  if (!isMap(object) || !annotationsOf(object)?.[LAST_APPLIED]) return undefined
  const metadata = object.metadata as JsonMap
  const annotations = { ...annotationsOf(object)!, [LAST_APPLIED]: `${sortedJson(withoutLastApplied(config))}\n` }
  return { ...object, metadata: { ...metadata, annotations } }
}

function withoutLastApplied(config: JsonMap): JsonMap {
  const annotations = annotationsOf(config)
  if (annotations?.[LAST_APPLIED] === undefined) return config
  const { [LAST_APPLIED]: _, ...rest } = annotations
  const { annotations: __, ...metadata } = config.metadata as JsonMap
  const kept = Object.keys(rest).length > 0 ? { ...metadata, annotations: rest } : metadata
  return { ...config, metadata: kept }
}

function sortedJson(value: Json): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isMap(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  ).replace(/[<>&\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Whether two states differ in more than times. Source: endpoints/handlers/fieldmanager/equality.go */
export function sameManagers(a: Managed, b: Managed): boolean {
  if (a === b) return true
  if (a.managers.size !== b.managers.size) return false
  for (const [id, owned] of a.managers) {
    const other: Owned | undefined = b.managers.get(id)
    if (other === undefined || other.apiVersion !== owned.apiVersion || other.applied !== owned.applied) return false
    if (!equalSets(owned.set, other.set)) return false
  }
  return true
}
