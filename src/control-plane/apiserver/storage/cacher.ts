import type { KubernetesObject } from '../../../api/types.ts'
import type { Etcd, EtcdEvent } from '../../etcd/contract.ts'
import type { Change, Dispatcher } from './dispatcher.ts'
import { asksForOwnerOnly, type FieldGetter, type Filter, isPlain, matches } from './filter.ts'
import { Indexes } from './indexes.ts'
import { type Watcher, Watchers } from './watchers.ts'

export interface CacherOptions {
  readonly etcd: Etcd
  /** `/registry/pods/` */
  readonly prefix: string
  readonly fields: Readonly<Record<string, FieldGetter>> | undefined
  readonly components: Dispatcher
  readonly onlookers: Dispatcher
  /** Called inside the commit, before any watcher hears: for caches that must never lag. */
  readonly onChange?: ((change: Change) => void) | undefined
}

/**
 * The watch cache of one resource: the objects as this API server has heard of them from etcd, indexes over them, and
 * whoever watches. Source: apiserver/pkg/storage/cacher
 */
export class Cacher {
  readonly #options: CacherOptions
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #indexes: Indexes
  readonly #components: Watchers
  readonly #onlookers: Watchers
  #started = false
  #stop: (() => void) | undefined
  #revision = 0
  #sortedKeys: readonly string[] | undefined
  #sortedKeysIn = new Map<string, readonly string[]>()
  #sorted: readonly KubernetesObject[] | undefined
  #sortedIn = new Map<string, readonly KubernetesObject[]>()

  constructor(options: CacherOptions) {
    this.#options = options
    this.#indexes = new Indexes(this.#objects, options.fields)
    this.#components = new Watchers(options.fields)
    this.#onlookers = new Watchers(options.fields)
  }

  /** Revision of the last change of this resource that the cache knows of. */
  get revision(): number {
    return this.#revision
  }

  get size(): number {
    return this.#objects.size
  }

  /** Loads what is there and follows etcd from then on; once. @throws EtcdError when etcd cannot be read */
  start(): this {
    if (this.#started) return this
    const { etcd, prefix } = this.#options
    const { revision } = etcd
    const stop = etcd.watch(prefix, revision, (event) => this.#onEvent(event))
    try {
      etcd.each(prefix, ({ key, value }) => {
        this.#objects.set(key, value)
        this.#indexes.update(key, value, undefined)
      })
    } catch (error) {
      // Nothing has been visited: the next reader tries again.
      stop()
      throw error
    }
    this.#revision = revision
    this.#stop = stop
    this.#started = true
    return this
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key)
  }

  /** What the filter selects, in key order. The array is shared: the same until something changes. */
  list(filter: Filter): readonly KubernetesObject[] {
    if (isPlain(filter)) return this.#plain(filter.namespace)
    const candidates = this.#indexes.candidates(filter)
    if (candidates === undefined) return this.#plain(undefined).filter((object) => matches(filter, object))
    const keys = filter.ownerUid === undefined ? [...candidates].sort() : this.#indexes.owned(filter.ownerUid)
    const objects = keys.map((key) => this.#objects.get(key)!)
    if (this.#indexes.answers(filter)) return objects
    // The index is right about owners: only the namespace is left to look at.
    if (asksForOwnerOnly(filter)) return objects.filter(({ metadata }) => metadata.namespace === filter.namespace)
    return objects.filter((object) => matches(filter, object))
  }

  /** Everything, or everything in a namespace, in key order. */
  all(namespace: string | undefined): readonly KubernetesObject[] {
    return this.#plain(namespace)
  }

  #keys(namespace: string | undefined): readonly string[] {
    if (namespace === undefined) {
      this.#sortedKeys ??= [...this.#objects.keys()].sort()
      return this.#sortedKeys
    }
    let keys = this.#sortedKeysIn.get(namespace)
    if (keys === undefined) {
      keys = [...this.#indexes.inNamespace(namespace)].sort()
      this.#sortedKeysIn.set(namespace, keys)
    }
    return keys
  }

  watch(filter: Filter, watcher: Watcher, onlooker: boolean): () => void {
    return (onlooker ? this.#onlookers : this.#components).add(filter, watcher)
  }

  #plain(namespace: string | undefined): readonly KubernetesObject[] {
    if (namespace === undefined) {
      this.#sorted ??= this.#keys(undefined).map((key) => this.#objects.get(key)!)
      return this.#sorted
    }
    let objects = this.#sortedIn.get(namespace)
    if (objects === undefined) {
      objects = this.#keys(namespace).map((key) => this.#objects.get(key)!)
      this.#sortedIn.set(namespace, objects)
    }
    return objects
  }

  #onEvent(event: EtcdEvent): void {
    const { key, value, modRevision } = event.kv
    const previous = this.#objects.get(key)
    const deleted = event.type === 'DELETE'
    if (deleted) this.#objects.delete(key)
    else this.#objects.set(key, value)
    this.#indexes.update(key, deleted ? undefined : value, previous)
    this.#revision = modRevision
    this.#forgetOrder(value.metadata.namespace, deleted || previous === undefined)
    const type = deleted ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED'
    const change: Change = { type, revision: modRevision, object: value, previous }
    this.#options.onChange?.(change)
    if (this.#components.size > 0) this.#options.components.push(this.#components, change)
    if (this.#onlookers.size > 0) this.#options.onlookers.push(this.#onlookers, change)
  }

  #forgetOrder(namespace: string | undefined, keysChanged: boolean): void {
    this.#sorted = undefined
    if (keysChanged) this.#sortedKeys = undefined
    if (namespace === undefined) return
    this.#sortedIn.delete(namespace)
    if (keysChanged) this.#sortedKeysIn.delete(namespace)
  }
}
