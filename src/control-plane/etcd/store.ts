import type { KubernetesObject } from '../../api/types.ts'
import type { Clock, Timer } from '../../sim/clock.ts'
import { Bucket, lowerBound, prefixEnd, type Watcher } from './bucket.ts'
import { type Etcd, EtcdError, type EtcdEvent, type KeyValue } from './contract.ts'
import { Version } from './version.ts'

interface Lease {
  readonly id: number
  readonly ttlMs: number
  readonly keys: Set<string>
  timer: Timer | undefined
  overdue: boolean
}

/**
 * etcd's multi-version store: one revision counter for all keys, every version kept until compaction. It is what the
 * members of a cluster agree on; alone, it is an etcd that never fails. Values are shared immutable objects.
 * Source: etcd server/storage/mvcc (kvstore.go, kvstore_txn.go, watchable_store.go), server/lease/lessor.go
 */
export class Store implements Etcd {
  readonly #clock: Clock
  /** Leases expire only while there is a leader to revoke them. */
  readonly #mayExpire: () => boolean
  readonly #buckets = new Map<string, Bucket>()
  /** Of prefixes that are wider than one bucket. */
  #wideWatchers: readonly Watcher[] = []
  #lastBucket = new Bucket('', false)
  #order: readonly Bucket[] | undefined
  // A new etcd stands at revision 1; the first write gets 2.
  #revision = 1
  #compacted = 0
  #leases = new Map<number, Lease>()
  #leaseCount = 0
  #undelivered: EtcdEvent[] = []
  #delivering = false

  constructor(clock: Clock, mayExpire: () => boolean = () => true) {
    this.#clock = clock
    this.#mayExpire = mayExpire
  }

  get revision(): number {
    return this.#revision
  }

  get compactedRevision(): number {
    return this.#compacted
  }

  get(key: string, revision?: number): KeyValue | undefined {
    const bucket = this.#bucketOf(key)
    if (revision === undefined) return bucket.current.get(key)
    this.#checkRevision(revision)
    return bucket.getAt(key, revision)
  }

  range(prefix: string, options: { revision?: number; limit?: number; after?: string } = {}) {
    const revision = options.revision ?? this.#revision
    this.#checkRevision(revision)
    const all = this.#at(prefix, revision)
    const { after } = options
    // `after` + the smallest character is the next possible key.
    const start = lowerBound(all, after !== undefined && after >= prefix ? `${after}\0` : prefix)
    const end = prefix === '' ? all.length : lowerBound(all, prefixEnd(prefix))
    const stop = options.limit ? Math.min(end, start + options.limit) : end
    const kvs = start === 0 && stop === all.length ? all : all.slice(start, stop)
    return { kvs, more: stop < end, remaining: Math.max(0, end - stop), revision: this.#revision }
  }

  put(
    key: string,
    build: (revision: number) => KubernetesObject,
    expectedModRevision?: number,
    lease?: number,
  ): KeyValue | undefined {
    const bucket = this.#bucketOf(key)
    const previous = bucket.current.get(key)
    if (expectedModRevision !== undefined && (previous?.modRevision ?? 0) !== expectedModRevision) return undefined
    if (lease !== undefined && !this.#leases.has(lease))
      throw new EtcdError('unavailable', 'etcdserver: requested lease not found')
    const revision = this.#revision + 1
    const value = build(revision)
    this.#revision = revision
    const kv = new Version(value, revision, lease, previous, key)
    if (previous?.lease !== undefined && previous.lease !== lease) this.#leases.get(previous.lease)?.keys.delete(key)
    if (lease !== undefined) this.#leases.get(lease)!.keys.add(key)
    this.#record(bucket, kv)
    this.#deliver()
    return kv
  }

  delete(
    key: string,
    build: (revision: number, last: KubernetesObject) => KubernetesObject = withRevision,
    expectedModRevision?: number,
  ): KeyValue | undefined {
    const bucket = this.#bucketOf(key)
    const previous = bucket.current.get(key)
    if (previous === undefined) return undefined
    if (expectedModRevision !== undefined && previous.modRevision !== expectedModRevision) return undefined
    const revision = this.#revision + 1
    const value = build(revision, previous.value)
    this.#revision = revision
    const kv = this.#remove(bucket, previous, value)
    this.#deliver()
    return kv
  }

  watch(prefix: string, afterRevision: number, onEvent: (event: EtcdEvent) => void): () => void {
    if (afterRevision + 1 < this.#compacted) throw compacted()
    const watcher: Watcher = { prefix, after: Math.max(afterRevision, this.#revision), onEvent }
    const bucket = this.#bucketBelow(prefix)
    if (afterRevision < this.#revision) for (const event of this.#since(prefix, afterRevision)) onEvent(event)
    if (bucket === undefined) this.#wideWatchers = [...this.#wideWatchers, watcher]
    else bucket.watchers = [...bucket.watchers, watcher]
    return () => {
      if (bucket === undefined) this.#wideWatchers = this.#wideWatchers.filter((other) => other !== watcher)
      else bucket.watchers = bucket.watchers.filter((other) => other !== watcher)
    }
  }

  each(prefix: string, visit: (kv: KeyValue) => void): void {
    for (const bucket of this.#bucketsOf(prefix))
      for (const kv of bucket.current.values())
        if (bucket.prefix.startsWith(prefix) || kv.key.startsWith(prefix)) visit(kv)
  }

  count(prefix: string): number {
    let count = 0
    for (const bucket of this.#bucketsOf(prefix)) {
      if (bucket.prefix.startsWith(prefix)) count += bucket.current.size
      else for (const key of bucket.current.keys()) if (key.startsWith(prefix)) count++
    }
    return count
  }

  compact(revision: number): void {
    if (revision > this.#revision) throw futureRevision()
    if (revision <= this.#compacted) throw compacted()
    this.#compacted = revision
    for (const bucket of this.#buckets.values()) bucket.compact(revision)
  }

  grantLease(ttlSeconds: number): number {
    const lease: Lease = {
      id: ++this.#leaseCount,
      ttlMs: ttlSeconds * 1000,
      keys: new Set(),
      timer: undefined,
      overdue: false,
    }
    this.#leases.set(lease.id, lease)
    lease.timer = this.#clock.setTimeout(() => this.#expire(lease), lease.ttlMs)
    return lease.id
  }

  /** Starts the time to live of a lease anew. */
  renewLease(id: number): void {
    const lease = this.#leases.get(id)
    if (lease === undefined) throw new EtcdError('unavailable', 'etcdserver: requested lease not found')
    this.#clock.clearTimeout(lease.timer)
    lease.overdue = false
    lease.timer = this.#clock.setTimeout(() => this.#expire(lease), lease.ttlMs)
  }

  /** Ends a lease: its keys go, all at one revision. */
  revokeLease(id: number): void {
    const lease = this.#leases.get(id)
    if (lease === undefined) return
    this.#clock.clearTimeout(lease.timer)
    this.#leases.delete(id)
    if (lease.keys.size === 0) return
    const revision = ++this.#revision
    for (const key of [...lease.keys].sort()) {
      const bucket = this.#bucketOf(key)
      const previous = bucket.current.get(key)!
      this.#remove(bucket, previous, withRevision(revision, previous.value))
    }
    this.#deliver()
  }

  /** Revokes what ran out while nobody could. */
  expireOverdue(): void {
    for (const lease of [...this.#leases.values()]) if (lease.overdue) this.revokeLease(lease.id)
  }

  #expire(lease: Lease): void {
    if (this.#mayExpire()) this.revokeLease(lease.id)
    else lease.overdue = true
  }

  #remove(bucket: Bucket, previous: Version, value: KubernetesObject): KeyValue {
    const { key, lease } = previous
    const kv = new Version(value, this.#revision, undefined, previous)
    if (lease !== undefined) this.#leases.get(lease)?.keys.delete(key)
    this.#record(bucket, kv)
    return kv
  }

  #record(bucket: Bucket, kv: Version): void {
    bucket.record(kv)
    if (bucket.watchers.length > 0 || this.#wideWatchers.length > 0) this.#undelivered.push(kv.event())
  }

  #deliver(): void {
    // A watcher that writes makes another event: everybody hears of this one first.
    if (this.#delivering || this.#undelivered.length === 0) return
    this.#delivering = true
    try {
      for (let i = 0; i < this.#undelivered.length; i++) this.#tell(this.#undelivered[i]!)
    } finally {
      this.#undelivered = []
      this.#delivering = false
    }
  }

  #tell(event: EtcdEvent): void {
    const { key, modRevision } = event.kv
    for (const watchers of [this.#bucketOf(key).watchers, this.#wideWatchers])
      for (const watcher of watchers)
        if (modRevision > watcher.after && key.startsWith(watcher.prefix)) watcher.onEvent(event)
  }

  #since(prefix: string, revision: number): EtcdEvent[] {
    const events: EtcdEvent[] = []
    const buckets = this.#bucketsOf(prefix)
    for (const bucket of buckets)
      for (let i = bucket.firstAfter(revision); i < bucket.history.length; i++)
        if (bucket.history[i]!.key.startsWith(prefix)) events.push(bucket.history[i]!.event())
    return buckets.length > 1 ? events.sort((a, b) => a.kv.modRevision - b.kv.modRevision) : events
  }

  #at(prefix: string, revision: number): readonly KeyValue[] {
    const buckets = this.#bucketsOf(prefix)
    return buckets.length === 1 ? buckets[0]!.at(revision) : buckets.flatMap((bucket) => bucket.at(revision))
  }

  #checkRevision(revision: number): void {
    if (revision > this.#revision) throw futureRevision()
    if (revision < this.#compacted) throw compacted()
  }

  #bucketOf(key: string): Bucket {
    // Neighbouring calls mostly concern one resource.
    const last = this.#lastBucket
    if (last.wide && key.startsWith(last.prefix)) return last
    const shared = bucketPrefix(key)
    const prefix = shared ?? key
    let bucket = this.#buckets.get(prefix)
    if (bucket === undefined) {
      bucket = new Bucket(prefix, shared !== undefined)
      this.#buckets.set(prefix, bucket)
      this.#order = undefined
    }
    this.#lastBucket = bucket
    return bucket
  }

  /** The one bucket that everything below `prefix` is in, undefined when there may be several. */
  #bucketBelow(prefix: string): Bucket | undefined {
    return bucketPrefix(prefix) === undefined ? undefined : this.#bucketOf(prefix)
  }

  /** All buckets with keys below `prefix`, in key order. */
  #bucketsOf(prefix: string): readonly Bucket[] {
    const one = this.#bucketBelow(prefix)
    if (one !== undefined) return [one]
    this.#order ??= [...this.#buckets.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
    return this.#order.filter((bucket) => bucket.prefix.startsWith(prefix))
  }
}

/** `/registry/pods/` of `/registry/pods/default/web`. */
function bucketPrefix(key: string): string | undefined {
  const second = key.indexOf('/', 1)
  const third = second < 0 ? -1 : key.indexOf('/', second + 1)
  return third < 0 ? undefined : key.slice(0, third + 1)
}

/** The object as it went, at the revision of its deletion. Source: apiserver/pkg/storage/etcd3/watcher.go transform */
function withRevision(revision: number, last: KubernetesObject): KubernetesObject {
  return { ...last, metadata: { ...last.metadata, resourceVersion: String(revision) } }
}

// Source: etcd api/v3/v3rpc/rpctypes/error.go
function compacted(): EtcdError {
  return new EtcdError('compacted', 'etcdserver: mvcc: required revision has been compacted')
}

function futureRevision(): EtcdError {
  return new EtcdError('future-revision', 'etcdserver: mvcc: required revision is a future revision')
}
