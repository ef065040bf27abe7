import type { KubernetesObject } from '../../api/types.ts'
import { type Etcd, EtcdError, type EtcdEvent, type KeyValue } from './contract.ts'
import type { Applied, EtcdMember } from './member.ts'
import type { Store } from './store.ts'

/** What a member asks of its cluster; throws EtcdError where the cluster cannot. */
export interface Consensus {
  /** A linearizable read: a majority has confirmed the leader. */
  read(): void
  commit<T>(apply: () => T): T
  hasLeader(): boolean
}

/** etcd's service as one member offers it: what it cannot do without the others fails as it would there. */
export class MemberClient implements Etcd {
  readonly #store: Store
  readonly #member: EtcdMember & Applied
  readonly #consensus: Consensus

  constructor(store: Store, member: EtcdMember & Applied, consensus: Consensus) {
    this.#store = store
    this.#member = member
    this.#consensus = consensus
  }

  get revision(): number {
    return this.#member.appliedRevision
  }

  get compactedRevision(): number {
    return this.#store.compactedRevision
  }

  get(key: string, revision?: number): KeyValue | undefined {
    this.#consensus.read()
    return this.#store.get(key, revision)
  }

  range(prefix: string, options?: { revision?: number; limit?: number; after?: string }) {
    this.#consensus.read()
    return this.#store.range(prefix, options)
  }

  each(prefix: string, visit: (kv: KeyValue) => void): void {
    this.#consensus.read()
    this.#store.each(prefix, visit)
  }

  count(prefix: string): number {
    this.#consensus.read()
    return this.#store.count(prefix)
  }

  put(key: string, build: (revision: number) => KubernetesObject, expectedModRevision?: number, lease?: number) {
    return this.#consensus.commit(() => this.#store.put(key, build, expectedModRevision, lease))
  }

  delete(
    key: string,
    build?: (revision: number, last: KubernetesObject) => KubernetesObject,
    expectedModRevision?: number,
  ): KeyValue | undefined {
    return this.#consensus.commit(() => this.#store.delete(key, build, expectedModRevision))
  }

  compact(revision: number): void {
    this.#consensus.commit(() => this.#store.compact(revision))
  }

  grantLease(ttlSeconds: number): number {
    return this.#consensus.commit(() => this.#store.grantLease(ttlSeconds))
  }

  /** The member tells what it hears itself: while it is cut off, events wait. */
  watch(prefix: string, afterRevision: number, onEvent: (event: EtcdEvent) => void): () => void {
    if (!this.#consensus.hasLeader()) throw new EtcdError('no-leader', 'etcdserver: no leader')
    let waiting: EtcdEvent[] = []
    const stopWatching = this.#store.watch(prefix, afterRevision, (event) => {
      if (this.#member.inSync) onEvent(event)
      else waiting.push(event)
    })
    const stopListening = this.#member.onSync(() => {
      const missed = waiting
      waiting = []
      for (const event of missed) onEvent(event)
    })
    return () => {
      stopWatching()
      stopListening()
    }
  }
}
