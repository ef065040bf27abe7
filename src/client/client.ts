import { groupOf, versionOf } from '../api/meta.ts'
import type {
  ApiRequest,
  ApiServer,
  ObjectList,
  Origin,
  RequestOptions,
  ResourceRef,
  UserInfo,
  Verb,
} from '../api/request.ts'
import { addressOf, resourceOf } from '../api/resources.ts'
import { failure } from '../api/status.ts'
import {
  type Answer,
  isStatus,
  type Kind,
  type KubernetesObject,
  type Lease,
  type Node,
  type ObjectOf,
  type Status,
  type WatchEvent,
} from '../api/types.ts'
import type { ChartWorld } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import type { Client, ListOptions, Read } from './contract.ts'
import { type Disturbed, Lag, mayLose, unanswered } from './disturbed.ts'
import { Held } from './held.ts'
import { Informer } from './informer.ts'
import { LeaseKeeper, type LeaseKeeperOptions } from './lease-keeper.ts'
import { isOwnedBy, optionsKey } from './selection.ts'

/** The way from a component to the API server: the network, and whether somebody listens at the other end. */
export interface Connection {
  /** The API server that answers now; undefined: nobody does. */
  server(): ApiServer | undefined
  /** Called when {@link server} may answer differently. */
  onChange(listener: () => void): () => void
  /** As errors name it: `10.96.0.1:443`. */
  readonly endpoint?: string
}

export interface ClientOptions {
  readonly user: UserInfo
  readonly connection: Connection
  readonly world: ChartWorld
  readonly random: Random
  readonly userAgent?: string
  /** For the audit log. */
  readonly origin?: Origin
  /** Somebody who only looks at what there is: not even its watches are requests. */
  readonly isWitness?: boolean
  /** Gets are answered as from an informer's cache: they need the right to list, not to get. */
  readonly readsInformers?: boolean
  /** Its messages may be late or lost. */
  readonly disturbed?: Disturbed | undefined
}

/** The clients of components. See {@link Client}. */
export function createClient(options: ClientOptions): Client {
  return new ApiClient(options)
}

type Change<K extends Kind> = (object: ObjectOf<K>) => ObjectOf<K> | undefined

class ApiClient implements Client {
  readonly user: string
  readonly #options: ClientOptions
  readonly #credentials: ApiRequest['credentials']
  readonly #held = new Held()
  readonly #reachableListeners = new Set<(reachable: boolean) => void>()
  #wasReachable: boolean

  constructor(options: ClientOptions) {
    this.#options = options
    this.user = options.user.name
    this.#credentials = { type: 'user', user: options.user }
    this.#wasReachable = this.reachable()
    options.connection.onChange(() => this.#connectionChanged())
  }

  get<K extends Kind>(kind: K, name: string, namespace?: string): ObjectOf<K> | undefined {
    const server = this.#options.connection.server()
    if (server === undefined || this.#readsBehind(kind))
      return this.#held.get(kind, name, namespace) as ObjectOf<K> | undefined
    const { body } = server.handle(this.#read(kind, name, namespace))
    if (isUnavailable(body)) return this.#held.get(kind, name, namespace) as ObjectOf<K> | undefined
    const found = isStatus(body) ? undefined : (body as KubernetesObject)
    this.#held.rememberOne(kind, name, namespace, found)
    return found as ObjectOf<K> | undefined
  }

  list<K extends Kind>(kind: K, options: ListOptions = {}): readonly ObjectOf<K>[] {
    const server = this.#readsBehind(kind) ? undefined : this.#options.connection.server()
    const body = server?.handle(this.#listRequest('list', kind, options)).body
    if (body === undefined || isUnavailable(body)) return this.#held.list(kind, options) as readonly ObjectOf<K>[]
    const items = isStatus(body) ? [] : (body as ObjectList).items
    this.#held.rememberList(kind, options, items)
    return items as readonly KubernetesObject[] as readonly ObjectOf<K>[]
  }

  watch<K extends Kind>(kind: K, options: ListOptions, onEvent: (event: WatchEvent<ObjectOf<K>>) => void): () => void {
    const key = optionsKey(options)
    const informer = this.#held.informer(kind, key) ?? this.#startInformer(kind, options)
    const stop = informer.add(onEvent as unknown as (event: WatchEvent) => void)
    return () => {
      stop()
      if (informer.listening) return
      informer.stop()
      this.#held.removeInformer(kind, key)
    }
  }

  create<T extends KubernetesObject>(object: T, options?: RequestOptions, as?: Kind): Answer<T> {
    const { metadata, apiVersion, kind } = object
    const known = as === undefined ? resourceOf(kind) : addressOf(as)
    if (known === undefined) throw new Error(`no resource is known for kind ${kind}`)
    const resource = { group: groupOf(apiVersion), version: versionOf(apiVersion), resource: known.resource }
    return this.#send({
      verb: 'create',
      credentials: this.#credentials,
      origin: this.#options.origin,
      resource,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(metadata.name !== undefined && { name: metadata.name }),
      ...(options !== undefined && { options }),
      body: object,
    }) as Answer<T>
  }

  update<K extends Kind>(kind: K, name: string, namespace: string | undefined, change: Change<K>): Answer<ObjectOf<K>> {
    const request = this.#request('update', kind, name, namespace)
    return this.#send({ ...request, change: change as never }) as Answer<ObjectOf<K>>
  }

  updateStatus<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    change: Change<K>,
  ): Answer<ObjectOf<K>> {
    return this.updateSubresource(kind, name, namespace, 'status', change)
  }

  updateSubresource<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    subresource: string,
    change: Change<K>,
  ): Answer<ObjectOf<K>> {
    const request = this.#request('update', kind, name, namespace, subresource)
    return this.#send({ ...request, change: change as never }) as Answer<ObjectOf<K>>
  }

  patch<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    patch: object,
    subresource?: string,
  ): Answer<ObjectOf<K>> {
    const request = this.#request('patch', kind, name, namespace, subresource)
    return this.#send({ ...request, patchType: 'application/merge-patch+json', body: patch }) as Answer<ObjectOf<K>>
  }

  delete(kind: Kind, name: string, namespace?: string, options?: RequestOptions): Answer<KubernetesObject> {
    const request = this.#request('delete', kind, name, namespace)
    const answer = this.#send(options === undefined ? request : { ...request, options })
    if (!isStatus(answer) || answer.status !== 'Success') return answer
    // Gone at once: the server answers no object then, only what it was.
    const { group, version } = addressOf(kind)
    const uid = answer.details?.uid
    return {
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
    }
  }

  createSubresource(
    kind: Kind,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: KubernetesObject,
  ): Answer<KubernetesObject> {
    return this.#send({ ...this.#request('create', kind, name, namespace, subresource), body })
  }

  read({ verb, resource, namespace, name, ...options }: Read): Answer<object> {
    return this.#send({
      verb,
      credentials: this.#credentials,
      resource,
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      options,
    })
  }

  keepRenewed(
    name: string,
    namespace: string,
    schedule: { readonly firstAt: number; readonly everyMs: number },
    change: (lease: Lease, at: number) => Lease | undefined,
    onFailed: (status: Status | undefined, at: number) => void,
  ): () => void {
    const request = this.#request('update', 'Lease', name, namespace)
    const keeper = this.#keeper({ request, ...schedule, change: change as never, onFailed })
    return () => void keeper.stop()
  }

  renewing(name: string, namespace: string, onUnsure: () => void): (() => void) | undefined {
    return this.#options.connection.server()?.renewing?.(namespace, name, onUnsure)
  }

  keepReported(
    name: string,
    schedule: { readonly firstAt: number; readonly everyMs: number },
    change: (node: Node, at: number) => Node,
    onFailed: (status: Status | undefined, at: number) => void,
  ): () => number {
    const request = this.#request('update', 'Node', name, undefined, 'status')
    const keeper = this.#keeper({ request, ...schedule, change: change as never, onFailed })
    return () => keeper.stop()
  }

  #keeper(options: Pick<LeaseKeeperOptions, 'request' | 'firstAt' | 'everyMs' | 'change' | 'onFailed'>): LeaseKeeper {
    const { world, connection, disturbed } = this.#options
    const { clock } = world
    const keeper = new LeaseKeeper({ clock, connection, refused: () => this.#refused(), ...options })
    const { resource, name = '' } = options.request
    if (disturbed)
      mayLose(disturbed, `${resource.resource} ${name}`, { clock, ...options }, (status) => keeper.lose(status))
    return keeper
  }

  reachable(): boolean {
    return this.#options.connection.server() !== undefined
  }

  onReachable(listener: (reachable: boolean) => void): () => void {
    const own = (reachable: boolean) => listener(reachable)
    this.#reachableListeners.add(own)
    return () => this.#reachableListeners.delete(own)
  }

  #connectionChanged(): void {
    for (const informer of this.#held.informers()) informer.connectionChanged()
    const reachable = this.reachable()
    if (reachable === this.#wasReachable) return
    this.#wasReachable = reachable
    for (const listener of [...this.#reachableListeners])
      this.#options.world.clock.defer(() => this.#reachableListeners.has(listener) && listener(reachable))
  }

  #startInformer(kind: Kind, options: ListOptions): Informer {
    const { ownerUid } = options
    const informer = new Informer({
      clock: this.#options.world.clock,
      random: this.#options.random,
      server: () => this.#options.connection.server(),
      request: (verb, resourceVersion) => this.#listRequest(verb, kind, options, resourceVersion),
      ...(ownerUid !== undefined && { selects: ({ metadata }) => isOwnedBy(metadata, ownerUid) }),
      ...(this.#options.disturbed && { lag: new Lag(this.#options.disturbed, kind) }),
    })
    this.#held.addInformer(kind, options, informer)
    return informer
  }

  #send(request: ApiRequest): Answer<KubernetesObject> {
    const server = this.#options.connection.server()
    if (server === undefined) return this.#refused()
    const { disturbed } = this.#options
    const lost = disturbed === undefined ? undefined : unanswered(disturbed, request)
    if (lost !== undefined) return lost
    return server.handle(request).body as Answer<KubernetesObject>
  }

  /** Source: the error of a dial to a port where nobody listens; Status code as a proxy in between would say it. */
  #refused() {
    const { endpoint = '127.0.0.1:6443' } = this.#options.connection
    return failure(503, 'ServiceUnavailable', `dial tcp ${endpoint}: connect: connection refused`)
  }

  #readsBehind(kind: Kind): boolean {
    return this.#options.disturbed?.readsBehind === true && this.#held.behind(kind)
  }

  /** Components read what their informers hold; others ask for the one object. Neither is a request to a real server. */
  #read(kind: Kind, name: string, namespace: string | undefined): ApiRequest {
    const request = this.#request('get', kind, name, namespace)
    return this.#options.readsInformers
      ? { ...request, unaudited: true, cached: true }
      : { ...request, unaudited: true }
  }

  #request(verb: Verb, kind: Kind, name: string, namespace?: string, subresource?: string): ApiRequest {
    return {
      verb,
      credentials: this.#credentials,
      origin: this.#options.origin,
      resource: reference(kind, subresource),
      ...(namespace !== undefined && { namespace }),
      name,
      ...(this.#options.userAgent !== undefined && { userAgent: this.#options.userAgent }),
    }
  }

  #listRequest(verb: 'list' | 'watch', kind: Kind, options: ListOptions, resourceVersion?: string): ApiRequest {
    const { namespace, ...selection } = options
    return {
      verb,
      credentials: this.#credentials,
      origin: this.#options.origin,
      look: verb === 'list' || this.#options.isWitness === true,
      resource: reference(kind),
      ...(namespace !== undefined && { namespace }),
      options: resourceVersion === undefined ? selection : { ...selection, resourceVersion },
      ...(this.#options.userAgent !== undefined && { userAgent: this.#options.userAgent }),
    }
  }
}

/** The server answers, but cannot say what is there (it has lost etcd). */
function isUnavailable(body: unknown): boolean {
  return isStatus(body) && (body.code ?? 0) >= 500
}

const references = new Map<string, ResourceRef>()

/** One shared object for each resource. */
function reference(kind: Kind, subresource?: string): ResourceRef {
  const key = subresource === undefined ? kind : `${kind}/${subresource}`
  let ref = references.get(key)
  if (ref === undefined) {
    const { group, version, resource } = addressOf(kind)
    ref = { group, version, resource, ...(subresource !== undefined && { subresource }) }
    references.set(key, ref)
  }
  return ref
}
