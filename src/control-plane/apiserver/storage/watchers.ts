import type { ServerWatchEvent } from '../../../api/request.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import type { Audience, Change } from './dispatcher.ts'
import { exactField, type FieldGetter, type Filter, matches } from './filter.ts'

/** One open watch. */
export interface Watcher {
  /** Knows everything up to this revision. */
  readonly after: number
  readonly send: (event: ServerWatchEvent) => void
  /** Events that wait until the initial ones have gone out; undefined from then on. */
  backlog: ServerWatchEvent[] | undefined
  closed: boolean
}

/** Watchers that ask for the same: selectors are matched once for all of them. */
interface Group {
  readonly filter: Filter
  readonly watchers: Set<Watcher>
}

/**
 * The watchers of one resource. Those that ask for one node's pods or for one name are found by it, so that a change
 * costs what it concerns, not what is watched. Source: cacher.go indexedTriggerFunc and watchersMap
 */
export class Watchers implements Audience {
  readonly #nodeOf: FieldGetter | undefined
  readonly #groups = new Map<string, Group>()
  readonly #byName = new Map<string, Set<Group>>()
  readonly #byNode = new Map<string, Set<Group>>()
  readonly #byNamespace = new Map<string, Set<Group>>()
  readonly #everywhere = new Set<Group>()
  readonly #all = new Set<Watcher>()

  constructor(fields: Readonly<Record<string, FieldGetter>> | undefined) {
    this.#nodeOf = fields?.['spec.nodeName']
  }

  get size(): number {
    return this.#all.size
  }

  add(filter: Filter, watcher: Watcher): () => void {
    let group = this.#groups.get(filter.text)
    if (group === undefined) {
      group = { filter, watchers: new Set() }
      this.#groups.set(filter.text, group)
      this.#file(group)
    }
    group.watchers.add(watcher)
    this.#all.add(watcher)
    return () => {
      watcher.closed = true
      this.#all.delete(watcher)
      group.watchers.delete(watcher)
      if (group.watchers.size > 0 || this.#groups.get(filter.text) !== group) return
      this.#groups.delete(filter.text)
      this.#unfile(group)
    }
  }

  tell(change: Change): void {
    const { object, previous } = change
    for (const group of this.#everywhere) tellGroup(group, change)
    const { name, namespace } = object.metadata
    if (this.#byName.size > 0) this.#tellSet(this.#byName.get(name), change)
    if (namespace !== undefined && this.#byNamespace.size > 0) this.#tellSet(this.#byNamespace.get(namespace), change)
    if (this.#byNode.size === 0) return
    const now = this.#nodeOf!(object)
    this.#tellSet(this.#byNode.get(now), change)
    const before = previous === undefined ? now : this.#nodeOf!(previous)
    if (before !== now) this.#tellSet(this.#byNode.get(before), change)
  }

  *[Symbol.iterator](): IterableIterator<Watcher> {
    yield* this.#all
  }

  #tellSet(groups: ReadonlySet<Group> | undefined, change: Change): void {
    if (groups !== undefined) for (const group of groups) tellGroup(group, change)
  }

  #shelf({ filter }: Group): [Map<string, Set<Group>>, string] | undefined {
    const name = exactField(filter, 'metadata.name')
    if (name !== undefined) return [this.#byName, name]
    const node = this.#nodeOf === undefined ? undefined : exactField(filter, 'spec.nodeName')
    if (node !== undefined) return [this.#byNode, node]
    return filter.namespace === undefined ? undefined : [this.#byNamespace, filter.namespace]
  }

  #file(group: Group): void {
    const shelf = this.#shelf(group)
    if (shelf === undefined) {
      this.#everywhere.add(group)
      return
    }
    const [map, value] = shelf
    const groups = map.get(value)
    if (groups === undefined) map.set(value, new Set([group]))
    else groups.add(group)
  }

  #unfile(group: Group): void {
    const shelf = this.#shelf(group)
    if (shelf === undefined) {
      this.#everywhere.delete(group)
      return
    }
    const [map, value] = shelf
    const groups = map.get(value)
    groups?.delete(group)
    if (groups?.size === 0) map.delete(value)
  }
}

function tellGroup({ filter, watchers }: Group, change: Change): void {
  const event = eventFor(filter, change)
  if (event === undefined) return
  for (const watcher of watchers) {
    if (watcher.closed || change.revision <= watcher.after) continue
    if (watcher.backlog === undefined) watcher.send(event)
    else watcher.backlog.push(event)
  }
}

/**
 * What a change is to somebody who sees only part of the objects: entering the selection is ADDED, leaving it DELETED
 * with the object as it was before, at the new revision. Source: cacher/cache_watcher.go convertToWatchEvent
 */
export function eventFor(filter: Filter, { type, object, previous }: Change): ServerWatchEvent | undefined {
  const before = previous !== undefined && matches(filter, previous)
  const now = type !== 'DELETED' && matches(filter, object)
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object }
  if (!before) return undefined
  return {
    type: 'DELETED',
    object: type === 'DELETED' ? object : atRevision(previous, object.metadata.resourceVersion!),
  }
}

function atRevision(object: KubernetesObject, resourceVersion: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } }
}
