import type { EtcdEvent, KeyValue } from './contract.ts'
import type { Version } from './version.ts'

export interface Watcher {
  readonly prefix: string
  /** What it knows already: it is told of later revisions. */
  readonly after: number
  readonly onEvent: (event: EtcdEvent) => void
}

/**
 * The keys of one resource (`/registry/pods/`): what is there now, and what happened to it since the last compaction.
 * Order is made when somebody asks for it and kept until a key comes or goes; a write never looks at other keys.
 */
export class Bucket {
  readonly prefix: string
  /** Whether it holds all keys below its prefix; otherwise it is one short key's own. */
  readonly wide: boolean
  readonly current = new Map<string, Version>()
  /** Oldest first. */
  history: Version[] = []
  /** Replaced, never changed in place: a watcher may leave while it is being told. */
  watchers: readonly Watcher[] = []
  #sorted: readonly KeyValue[] | undefined
  #sortedKeys: readonly string[] | undefined
  #past: { readonly revision: number; readonly kvs: readonly KeyValue[] } | undefined

  constructor(prefix: string, wide: boolean) {
    this.prefix = prefix
    this.wide = wide
  }

  record(kv: Version): void {
    this.history.push(kv)
    if (kv.isDeletion) this.current.delete(kv.key)
    else this.current.set(kv.key, kv)
    if (kv.isDeletion || kv.previous === undefined) this.#sortedKeys = undefined
    this.#sorted = undefined
  }

  /** Everything at a revision, in key order. */
  at(revision: number): readonly KeyValue[] {
    const last = this.history.at(-1)
    if (last === undefined || last.modRevision <= revision) return this.#now()
    if (this.#past?.revision === revision) return this.#past.kvs
    const kvs = this.#rewind(revision)
    // The pages of one chunked list all ask for the same revision.
    this.#past = { revision, kvs }
    return kvs
  }

  /** One key at a revision. */
  getAt(key: string, revision: number): KeyValue | undefined {
    const current = this.current.get(key)
    if (current !== undefined && current.modRevision <= revision) return current
    let found = current
    for (let i = this.history.length - 1; i >= 0; i--) {
      const kv = this.history[i]!
      if (kv.modRevision <= revision) break
      if (kv.key === key) found = kv.previous
    }
    return found
  }

  /** Index of the first event after a revision. */
  firstAfter(revision: number): number {
    let low = 0
    let high = this.history.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.history[middle]!.modRevision > revision) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Forgets what happened before a revision; its own events stay, a watch may begin there. */
  compact(revision: number): void {
    const first = this.firstAfter(revision - 1)
    for (let i = 0; i < first; i++) this.history[i]!.forgetPrevious()
    if (first > 0) this.history = this.history.slice(first)
    if (this.#past !== undefined && this.#past.revision < revision) this.#past = undefined
  }

  #now(): readonly KeyValue[] {
    this.#sortedKeys ??= [...this.current.keys()].sort()
    this.#sorted ??= this.#sortedKeys.map((key) => this.current.get(key)!)
    return this.#sorted
  }

  /** Undoes events, newest first, on a copy of what is there now. */
  #rewind(revision: number): readonly KeyValue[] {
    const state = new Map(this.current)
    for (let i = this.history.length - 1; i >= 0; i--) {
      const kv = this.history[i]!
      if (kv.modRevision <= revision) break
      if (kv.previous === undefined) state.delete(kv.key)
      else state.set(kv.key, kv.previous)
    }
    return [...state.keys()].sort().map((key) => state.get(key)!)
  }
}

/** Index of the first of the sorted `kvs` whose key is not below `key`. */
export function lowerBound(kvs: readonly KeyValue[], key: string): number {
  let low = 0
  let high = kvs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (kvs[middle]!.key < key) low = middle + 1
    else high = middle
  }
  return low
}

/** The first key behind all that start with `prefix`. Source: etcd client/v3/op.go getPrefix */
export function prefixEnd(prefix: string): string {
  const last = prefix.length - 1
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1)
}
