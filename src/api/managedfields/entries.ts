import { isList, type Json, type JsonMap } from '../patch/patch-error.ts'
import { parseTime, rfc3339 } from '../time.ts'
import { fromFieldsV1, toFieldsV1 } from './field-set.ts'
import type { Managers, Owned } from './updater.ts'

/** metadata.managedFields, taken apart. */
export interface Managed {
  readonly managers: Managers
  /** When each manager wrote last, ms; not known of all. */
  readonly times: ReadonlyMap<string, number>
}

export const NOBODY: Managed = { managers: new Map(), times: new Map() }

/** One element of metadata.managedFields. */
export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: JsonMap
  readonly subresource?: string
}

/** What an entry is known by: an applier is the same in every version. Source: managedfields/internal/managedfields.go BuildManagerIdentifier */
export function managerId(
  entry: Pick<ManagedFieldsEntry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>,
): string {
  const { manager, operation, apiVersion, subresource } = entry
  return JSON.stringify({
    ...(manager && { manager }),
    ...(operation && { operation }),
    ...(apiVersion && operation !== 'Apply' && { apiVersion }),
    ...(subresource && { subresource }),
  })
}

/** @throws Error when they cannot be read. Source: DecodeManagedFields */
export function decodeEntries(entries: unknown): Managed {
  const managers = new Map<string, Owned>()
  const times = new Map<string, number>()
  const list = isList(entries) ? (entries as readonly ManagedFieldsEntry[]) : []
  for (const [index, entry] of list.entries()) {
    const { operation, apiVersion, fieldsType, fieldsV1 = {}, time } = entry
    if (operation !== 'Apply' && operation !== 'Update') throw new Error('operation must be `Apply` or `Update`')
    if (!apiVersion) throw new Error('apiVersion must not be empty')
    if (!fieldsType) throw new Error(`missing fieldsType in managed fields entry ${index}`)
    if (fieldsType !== 'FieldsV1')
      throw new Error(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`)
    const id = managerId(entry)
    managers.set(id, { set: fromFieldsV1(fieldsV1), apiVersion, applied: operation === 'Apply' })
    if (time) times.set(id, parseTime(time))
    else times.delete(id)
  }
  return { managers, times }
}

/** Source: encodeManagedFields, sortEncodedManagedFields */
export function encodeEntries({ managers, times }: Managed): readonly ManagedFieldsEntry[] {
  const entries = [...managers].map(([id, { set, apiVersion, applied }]): ManagedFieldsEntry => {
    const { manager, operation, subresource } = JSON.parse(id) as ManagedFieldsEntry
    const time = times.get(id)
    return {
      ...(manager && { manager }),
      operation: applied ? 'Apply' : operation!,
      apiVersion,
      ...(time !== undefined && { time: rfc3339(time) }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(set) as JsonMap,
      ...(subresource && { subresource }),
    }
  })
  return entries.sort(byAge)
}

function byAge(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    text(a.operation, b.operation) ||
    text(a.time, b.time) ||
    text(a.manager, b.manager) ||
    text(a.apiVersion, b.apiVersion) ||
    text(a.subresource, b.subresource)
  )
}

function text(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** A list that is there and empty, or holds one empty entry, asks to forget everybody. Source: isResetManagedFields */
export function asksForReset(entries: unknown): boolean {
  if (!isList(entries)) return false
  const [first] = entries as readonly Json[]
  return entries.length === 0 || (entries.length === 1 && Object.keys((first ?? {}) as object).length === 0)
}
