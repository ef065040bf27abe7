import type { RequestOptions, ResourceRef } from '../api/request.ts'
import type { Answer, Kind, KubernetesObject, ObjectOf, Status, WatchEvent } from '../api/types.ts'

export interface ListOptions {
  readonly namespace?: string
  /** `app=web,tier in (a,b)`, or a LabelSelector's parsed form. Served from the label index. */
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Only dependents of the object with this uid (served from the owner index). */
  readonly ownerUid?: string
}

/** A read of whatever is served, by its address: sub-resources, and aggregated APIs for which no kind stands. */
export interface Read {
  readonly verb: 'get' | 'list'
  readonly resource: ResourceRef
  readonly namespace?: string
  readonly name?: string
  readonly labelSelector?: string
  readonly metricLabelSelector?: string
}

/**
 * The only door to the API server for components: reads, writes and watches as one user. Everything is synchronous;
 * watch events arrive on the clock.
 *
 * Reads answer from what the server holds; while it cannot be reached they answer what it held last, as an informer's
 * cache does. Writes answer the stored object, or the Status that refused them (`ServiceUnavailable` with `connect:
 * connection refused` when nobody answers).
 */
export interface Client {
  readonly user: string
  get<K extends Kind>(kind: K, name: string, namespace?: string): ObjectOf<K> | undefined
  list<K extends Kind>(kind: K, options?: ListOptions): readonly ObjectOf<K>[]
  /**
   * An informer: ADDED for what is there, then every change. Survives outages of the API server: when it is back, the
   * difference is delivered. Events come in revision order, on the clock.
   */
  watch<K extends Kind>(kind: K, options: ListOptions, onEvent: (event: WatchEvent<ObjectOf<K>>) => void): () => void
  /** @param as how the client knows the kind, where that is not its name: a custom resource's */
  create<T extends KubernetesObject>(object: T, options?: RequestOptions, as?: Kind): Answer<T>
  /** The write is a function of the current object, applied at write time; `undefined` leaves it as it is. */
  update<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    change: (object: ObjectOf<K>) => ObjectOf<K> | undefined,
  ): Answer<ObjectOf<K>>
  updateStatus<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    change: (object: ObjectOf<K>) => ObjectOf<K> | undefined,
  ): Answer<ObjectOf<K>>
  /** As `update`, of a sub-resource: `namespaces/finalize`. */
  updateSubresource?<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    subresource: string,
    change: (object: ObjectOf<K>) => ObjectOf<K> | undefined,
  ): Answer<ObjectOf<K>>
  /** A JSON merge patch, of the object or of a sub-resource: what a component sends whose role may patch but not update. */
  patch?<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    patch: object,
    subresource?: string,
  ): Answer<ObjectOf<K>>
  delete(kind: Kind, name: string, namespace?: string, options?: RequestOptions): Answer<KubernetesObject>
  /** Writes a sub-resource: `create('pods/binding')`, `scale`, `token`, `eviction`. */
  createSubresource(
    kind: Kind,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: KubernetesObject,
  ): Answer<KubernetesObject>
  /** Asks the server itself, never what was held before. */
  read?(request: Read): Answer<object>
  /**
   * Renews a Lease every `everyMs` from `firstAt` on, for as long as that works: heartbeats, and the hold of a leader.
   * Costs nothing while nobody looks at the Lease. The first renewal that is refused or finds no server ends it.
   *
   * @param change makes the Lease as renewed at a time; `undefined`: it is no longer ours to renew, which ends it too
   * @param onFailed told at the time of the renewal that failed; no Status when `change` gave up
   */
  keepRenewed?(
    name: string,
    namespace: string,
    schedule: { readonly firstAt: number; readonly everyMs: number },
    change: (lease: ObjectOf<'Lease'>, at: number) => ObjectOf<'Lease'> | undefined,
    onFailed: (status: Status | undefined, at: number) => void,
  ): () => void
  /** See {@link ApiServer.renewing}. */
  renewing?(name: string, namespace: string, onUnsure: () => void): (() => void) | undefined
  /**
   * As `keepRenewed`, of the status of a Node: the heartbeats of a kubelet that has nothing else to say.
   *
   * @returns ends it, and says when the next heartbeat would have been due
   */
  keepReported?(
    name: string,
    schedule: { readonly firstAt: number; readonly everyMs: number },
    change: (node: ObjectOf<'Node'>, at: number) => ObjectOf<'Node'>,
    onFailed: (status: Status | undefined, at: number) => void,
  ): () => number
  /** Whether the API server answers now. */
  reachable(): boolean
  /** Called on the clock when the API server has become reachable or unreachable for this client. */
  onReachable(listener: (reachable: boolean) => void): () => void
}

/** Records Events with client-go's correlation (aggregation after 10 similar in 10 minutes, spam filter). */
export interface EventRecorder {
  /** @param fieldPath which part of the object it is about: `spec.containers{web}` */
  event(
    about: KubernetesObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
    annotations?: Readonly<Record<string, string>>,
  ): void
}

/** Records Events of events.k8s.io/v1: what was done to what, repeated ones as a series. Source: client-go/tools/events */
export interface EventsRecorder {
  /**
   * @param related the second object, in the name of which it happened
   * @param action what was done or tried: `Binding`
   */
  eventf(
    regarding: KubernetesObject,
    related: KubernetesObject | undefined,
    type: 'Normal' | 'Warning',
    reason: string,
    action: string,
    note: string,
  ): void
}

export type { Status }
