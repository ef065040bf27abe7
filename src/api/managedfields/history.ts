import type { Json } from '../patch/patch-error.ts'
import type { KubernetesObject, ObjectMeta } from '../types.ts'
import { decodeEntries, encodeEntries, type Managed, type ManagedFieldsEntry, NOBODY } from './entries.ts'
import { isUnownedField, updateManaged } from './field-manager.ts'
import type { ManagedType } from './managed-type.ts'
import { TypedError } from './schema.ts'

/** A write that is not an apply, as it was made. */
export interface Write {
  readonly type: ManagedType
  readonly manager: string
  /** ms */
  readonly now: number
  /** undefined: a create */
  readonly before: KubernetesObject | undefined
  readonly after: KubernetesObject
}

/**
 * Who wrote an object. Writes are only noted, with the objects before and after, and made up to managedFields when
 * somebody looks: components write a hundred thousand times where a client looks once. Objects are immutable, so it makes
 * no difference when.
 */
export class History {
  #previous: History | undefined
  #managed: Managed | undefined
  #entries: readonly ManagedFieldsEntry[] | undefined
  /** Writes not yet made up. */
  #pending = 0
  // The write, until it is made up.
  #type: ManagedType | undefined
  #manager = ''
  #now = 0
  #before: KubernetesObject | undefined
  #after: KubernetesObject | undefined

  private constructor(previous: History | undefined, managed: Managed | undefined) {
    this.#previous = previous
    this.#managed = managed
  }

  static of(managed: Managed): History {
    return new History(undefined, managed)
  }

  /** Known by its entries alone: of several for one manager the last is right. */
  static read(managed: Managed): History {
    const entries = encodeEntries(managed)
    const history = new History(undefined, decodeEntries(entries))
    history.#entries = entries
    return history
  }

  /** @param previous undefined: nobody is known */
  static after(previous: History | undefined, { type, manager, now, before, after }: Write): History {
    const history = new History(previous, undefined)
    history.#pending = previous === undefined ? 1 : previous.#pending + 1
    history.#type = type
    history.#manager = manager
    history.#now = now
    history.#before = before
    history.#after = after
    if (history.#pending > MOST_PENDING) history.settle()
    return history
  }

  get managed(): Managed {
    return this.settle()
  }

  /** Whether it keeps objects that are no longer current: what was only created is held by the store anyway. */
  get holdsEarlier(): boolean {
    return this.#before !== undefined
  }

  /** metadata.managedFields; shared. */
  get entries(): readonly ManagedFieldsEntry[] {
    this.#entries ??= encodeEntries(this.managed)
    return this.#entries
  }

  /** Where an object is stored as it was written but for what nobody owns, one of the two is enough. */
  stored(object: KubernetesObject): void {
    if (this.#after !== undefined && isSameButUnowned(this.#after, object)) this.#after = object
  }

  /** Makes up what is pending and lets go of the objects. */
  settle(): Managed {
    if (this.#managed === undefined) {
      const writer = { type: this.#type!, manager: this.#manager, now: this.#now }
      const known = this.#previous?.settle() ?? NOBODY
      this.#managed = managedAfter(writer, this.#before as Json | undefined, this.#after as unknown as Json, known)
      this.#previous = undefined
      this.#pending = 0
      this.#before = undefined
      this.#after = undefined
    }
    return this.#managed
  }
}

/** Whether two objects hold the same but for metadata that no manager owns. */
function isSameButUnowned(one: KubernetesObject, other: KubernetesObject): boolean {
  return (
    sameFields(one, other, (field) => field === 'metadata') && sameFields(one.metadata, other.metadata, isUnownedField)
  )
}

function sameFields(one: object, other: object, isLeftOut: (field: string) => boolean): boolean {
  const [a, b] = [one, other] as readonly Readonly<Record<string, unknown>>[]
  for (const field in a) if (a[field] !== b![field] && !isLeftOut(field)) return false
  for (const field in b) if (!(field in a!) && !isLeftOut(field)) return false
  return true
}

/** More writes than this are not kept of one object. */
const MOST_PENDING = 12

/** What cannot be compared leaves nobody. Source: managedfields/internal/fieldmanager.go UpdateNoErrors */
export function managedAfter(
  writer: Omit<Write, 'before' | 'after'>,
  before: Json | undefined,
  after: Json,
  known: Managed,
): Managed {
  try {
    return updateManaged(writer, before, after, known)
  } catch (error) {
    if (error instanceof TypedError) return NOBODY
    throw error
  }
}

/** Where an object carries its history: copies of its metadata carry it on, JSON does not show it. */
const HISTORY: unique symbol = Symbol('history')

type WithHistory = ObjectMeta & { readonly [HISTORY]?: History | undefined }

export function historyOf(object: KubernetesObject): History | undefined {
  return (object.metadata as WithHistory | undefined)?.[HISTORY]
}

/** The object with who wrote it, at the revision it is written at; without one where it is not written at all. */
export function withHistory(
  object: KubernetesObject,
  history: History | undefined,
  revision?: number,
): KubernetesObject {
  const { metadata } = object
  const tracked: WithHistory =
    revision === undefined
      ? { ...metadata, [HISTORY]: history }
      : { ...metadata, resourceVersion: String(revision), [HISTORY]: history }
  const whole = { ...object, metadata: tracked }
  if (revision !== undefined) history?.stored(whole)
  return whole
}

/** The metadata as clients see it, with managedFields. */
export function shownMetadata(metadata: ObjectMeta): ObjectMeta {
  const entries = (metadata as WithHistory | undefined)?.[HISTORY]?.entries
  if (entries === undefined || entries.length === 0) return metadata
  return { ...metadata, managedFields: entries as unknown as NonNullable<ObjectMeta['managedFields']> }
}

/** The object as clients see it. */
export function shownObject<T extends KubernetesObject>(object: T): T {
  const { metadata } = object
  if (metadata === undefined) return object
  const shown = shownMetadata(metadata)
  return shown === metadata ? object : { ...object, metadata: shown }
}

/**
 * Writes whose earlier objects are still held; beyond a number the oldest are made up. As many as happen between two
 * compactions of a large cluster, in which etcd's history holds the same objects.
 */
export class PendingWrites {
  readonly #most: number
  readonly #ring: History[] = []
  #next = 0

  constructor(most = 1_000_000) {
    this.#most = most
  }

  add(history: History): void {
    if (!history.holdsEarlier) return
    const oldest = this.#ring[this.#next]
    this.#ring[this.#next] = history
    this.#next = (this.#next + 1) % this.#most
    oldest?.settle()
  }
}
