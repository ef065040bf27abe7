import type { KubernetesObject } from '../../api/types.ts'

/** A stored value with etcd's own bookkeeping. Source: etcd api/mvccpb KeyValue */
export interface KeyValue {
  readonly key: string
  readonly value: KubernetesObject
  readonly createRevision: number
  readonly modRevision: number
  /** How often the key was written since it was created. */
  readonly version: number
  readonly lease?: number
}

export interface EtcdEvent {
  readonly type: 'PUT' | 'DELETE'
  /** For DELETE: the last value, at the revision of the deletion. */
  readonly kv: KeyValue
  readonly previous?: KeyValue
}

/** Why etcd did not do it, with etcd's own words: `etcdserver: request timed out`, `etcdserver: no leader`. */
export class EtcdError extends Error {
  readonly code: 'timeout' | 'no-leader' | 'compacted' | 'future-revision' | 'unavailable' | 'no-space'
  /** How long the caller would have waited for this answer, in virtual ms. */
  readonly afterMs: number
  constructor(code: EtcdError['code'], message: string, afterMs = 0) {
    super(message)
    this.code = code
    this.afterMs = afterMs
  }
}

/** etcd as the API server talks to it: everything throws {@link EtcdError} when the members cannot do it. */
export interface Etcd {
  /** The newest committed revision. */
  readonly revision: number
  get(key: string, revision?: number): KeyValue | undefined
  /** Keys that start with `prefix`, in key order. `after`: start behind this key. */
  range(
    prefix: string,
    options?: { revision?: number; limit?: number; after?: string },
  ): {
    readonly kvs: readonly KeyValue[]
    readonly more: boolean
    readonly remaining: number
    readonly revision: number
  }
  /**
   * Writes at the next revision if the key still stands at `expectedModRevision` (0: is not there; undefined: whatever).
   * `build` is given the revision that the write will have. Returns undefined when the expectation did not hold.
   */
  put(
    key: string,
    build: (revision: number) => KubernetesObject,
    expectedModRevision?: number,
    lease?: number,
  ): KeyValue | undefined
  delete(
    key: string,
    build?: (revision: number, last: KubernetesObject) => KubernetesObject,
    expectedModRevision?: number,
  ): KeyValue | undefined
  /**
   * Events of keys below `prefix` after `afterRevision`, in order: those already committed at once, later ones as they
   * are committed (synchronously: the API server is the one that defers). Throws `compacted` when too old.
   */
  watch(prefix: string, afterRevision: number, onEvent: (event: EtcdEvent) => void): () => void
  /** Visits what is there below `prefix` now, in no particular order and without sorting: how a watch cache fills itself. */
  each(prefix: string, visit: (kv: KeyValue) => void): void
  /** How many keys there are below `prefix` now. */
  count(prefix: string): number
  compact(revision: number): void
  readonly compactedRevision: number
  /** Keys put with this lease are deleted when it expires. @returns its id */
  grantLease(ttlSeconds: number): number
}
