import { parseFieldSelector } from '../../../api/fields.ts'
import { parseSelector, selectorFromLabelSelector } from '../../../api/labels.ts'
import { keyOf } from '../../../api/meta.ts'
import type { RequestOptions } from '../../../api/request.ts'
import { alreadyExists, failure, notFound, unknownResource } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type Answer,
  type Deployment,
  isStatus,
  type KubernetesObject,
  type Lease,
  type Pod,
  type Scale,
  type WatchEvent,
} from '../../../api/types.ts'
import type { Client, ListOptions, Read } from '../../../client/contract.ts'
import type { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'

/** A write that the fake server refuses with a Status, as the test decides. */
export type Refuse = (verb: string, object: KubernetesObject) => Answer<undefined>

interface Watcher {
  readonly kind: string
  readonly matches: (object: KubernetesObject) => boolean
  readonly onEvent: (event: WatchEvent) => void
}

type Change = (object: KubernetesObject) => KubernetesObject | undefined

/**
 * The API server as small as these tests need it: objects by kind, uids, revisions, generations, finalizers, graceful
 * deletion of pods, watches on the clock. No defaults, no validation, no authorization.
 */
export class FakeServer {
  readonly clock: VirtualClock
  refuse: Refuse = () => undefined
  /** What aggregated APIs answer, as the test decides. */
  aggregated: (request: Read) => Answer<object> | undefined = () => undefined
  readonly #random = new Random(1, 'server')
  readonly #kinds = new Map<string, Map<string, KubernetesObject>>()
  readonly #owned = new Map<string, Set<KubernetesObject>>()
  readonly #watchers = new Set<Watcher>()
  #revision = 0

  constructor(clock: VirtualClock) {
    this.clock = clock
  }

  client(user = 'test'): Client {
    return {
      user,
      get: (kind, name, namespace) => this.objects(kind).get(path(name, namespace)) as never,
      list: (kind, options) => this.#list(kind, options) as never,
      watch: (kind, options, onEvent) => this.#watch(kind, options, onEvent as never),
      create: (object) => this.#create(object) as never,
      update: (kind, name, namespace, change) => this.#update(kind, name, namespace, change as Change, false) as never,
      updateStatus: (kind, name, namespace, change) =>
        this.#update(kind, name, namespace, change as Change, true) as never,
      patch: (kind, name, namespace, patch, subresource) =>
        this.#update(
          kind,
          name,
          namespace,
          (now) => merge(now, patch) as typeof now,
          subresource === 'status',
        ) as never,
      delete: (kind, name, namespace, options) => this.#delete(kind, name, namespace, options),
      updateSubresource: (kind, name, namespace, _subresource, change) =>
        this.#update(kind, name, namespace, change as Change, false) as never,
      createSubresource: (_kind, _name, _namespace, subresource) => failure(404, 'NotFound', `no ${subresource} here`),
      read: (request) => this.#read(request),
      keepRenewed: (name, namespace, { firstAt, everyMs }, change) => {
        let timer = this.clock.setTimeout(() => renew(), firstAt - this.clock.now())
        const renew = () => {
          this.#update('Lease', name, namespace, (lease) => change(lease as Lease, this.clock.now()), false)
          timer = this.clock.setTimeout(renew, everyMs)
        }
        return () => this.clock.clearTimeout(timer)
      },
      reachable: () => true,
      onReachable: () => () => undefined,
    }
  }

  objects(kind: string): Map<string, KubernetesObject> {
    const known = this.#kinds.get(kind)
    if (known !== undefined) return known
    const objects = new Map<string, KubernetesObject>()
    this.#kinds.set(kind, objects)
    return objects
  }

  /** Scales, and what {@link aggregated} answers. */
  #read(request: Read): Answer<object> {
    const { resource, namespace, name = '' } = request
    const answer = this.aggregated(request)
    if (answer !== undefined) return answer
    const kind = [...this.#kinds.keys()].find((each) => `${each.toLowerCase()}s` === resource.resource)
    const object = kind && this.objects(kind).get(path(name, namespace))
    if (resource.subresource !== 'scale') return unknownResource()
    return object === undefined ? notFound(resource, name) : scaleOf(object as Deployment)
  }

  #list(kind: string, options: ListOptions = {}): KubernetesObject[] {
    const matches = matcher(options)
    const from =
      options.ownerUid === undefined ? this.objects(kind).values() : (this.#owned.get(options.ownerUid) ?? new Set())
    return [...from].filter((object) => object.kind === kind && matches(object))
  }

  #watch(kind: string, options: ListOptions, onEvent: (event: WatchEvent) => void): () => void {
    const watcher: Watcher = { kind, matches: matcher(options), onEvent }
    for (const object of this.#list(kind, options)) this.#tell(watcher, { type: 'ADDED', object })
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #tell(watcher: Watcher, event: WatchEvent): void {
    this.clock.defer(() => this.#watchers.has(watcher) && watcher.onEvent(event))
  }

  #commit(type: WatchEvent['type'], object: KubernetesObject): KubernetesObject {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } }
    const before = this.objects(object.kind).get(keyOf(object))
    if (before !== undefined) this.#index(before, false)
    if (type === 'DELETED') this.objects(object.kind).delete(keyOf(object))
    else {
      this.objects(object.kind).set(keyOf(object), stored)
      this.#index(stored, true)
    }
    for (const watcher of this.#watchers) {
      if (watcher.kind !== object.kind) continue
      const was = before !== undefined && watcher.matches(before)
      const is = type !== 'DELETED' && watcher.matches(stored)
      if (was || is) this.#tell(watcher, { type: is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', object: stored })
    }
    return stored
  }

  #index(object: KubernetesObject, add: boolean): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      if (!this.#owned.has(uid)) this.#owned.set(uid, new Set())
      if (add) this.#owned.get(uid)!.add(object)
      else this.#owned.get(uid)!.delete(object)
    }
  }

  #create(object: KubernetesObject): Answer<KubernetesObject> {
    const refused = this.refuse('create', object)
    if (isStatus(refused)) return refused
    const { generateName, ...rest } = object.metadata
    const metadata = {
      ...rest,
      ...(generateName === undefined ? {} : { generateName }),
      name: object.metadata.name || `${generateName}${this.#random.suffix()}`,
      uid: this.#random.uuid(),
      creationTimestamp: rfc3339(this.clock.now()),
      ...('spec' in object ? { generation: 1 } : {}),
    }
    const created = { ...object, metadata }
    if (this.objects(object.kind).has(keyOf(created))) return alreadyExists(resourceOf(object.kind), metadata.name)
    return this.#commit('ADDED', created)
  }

  #update(
    kind: string,
    name: string,
    namespace: string | undefined,
    change: Change,
    status: boolean,
  ): Answer<KubernetesObject> {
    const current = this.objects(kind).get(path(name, namespace))
    if (current === undefined) return notFound(resourceOf(kind), name)
    const refused = this.refuse('update', current)
    if (isStatus(refused)) return refused
    const changed = change(current)
    if (changed === undefined || changed === current) return current
    const spec = status ? (current as { spec?: object }).spec : (changed as { spec?: object }).spec
    const specChanged = JSON.stringify(spec) !== JSON.stringify((current as { spec?: object }).spec)
    const generation = (current.metadata.generation ?? 0) + (specChanged ? 1 : 0)
    const next = {
      ...changed,
      ...(spec === undefined ? {} : { spec }),
      ...(status || !('status' in current) ? {} : { status: current.status }),
      metadata: { ...changed.metadata, ...(current.metadata.generation === undefined ? {} : { generation }) },
    }
    if (next.metadata.deletionTimestamp !== undefined && nothingHolds(next)) return this.#commit('DELETED', next)
    return this.#commit('MODIFIED', next)
  }

  #delete(kind: string, name: string, namespace?: string, options: RequestOptions = {}): Answer<KubernetesObject> {
    const current = this.objects(kind).get(path(name, namespace))
    if (current === undefined) return notFound(resourceOf(kind), name)
    const refused = this.refuse('delete', current)
    if (isStatus(refused)) return refused
    const deletionTimestamp = rfc3339(this.clock.now())
    const pod = current as Pod
    const grace =
      kind === 'Pod' && pod.spec.nodeName !== undefined
        ? (options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30)
        : 0
    const finalizer = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: '' }[
      options.propagationPolicy ?? 'Background'
    ]
    const finalizers = [...(current.metadata.finalizers ?? []), ...(finalizer === '' ? [] : [finalizer])]
    const metadata = { ...current.metadata, deletionTimestamp, finalizers, deletionGracePeriodSeconds: grace }
    const next = { ...current, metadata }
    return this.#commit(nothingHolds(next) ? 'DELETED' : 'MODIFIED', next)
  }
}

function nothingHolds(object: KubernetesObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata
  const spec = (object as { spec?: { finalizers?: readonly string[] } }).spec
  return finalizers.length === 0 && deletionGracePeriodSeconds === 0 && (spec?.finalizers ?? []).length === 0
}

function scaleOf({ metadata, spec, status }: Deployment): Scale {
  const selector = selectorFromLabelSelector(spec.selector).text
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata,
    spec: { replicas: spec.replicas ?? 1 },
    status: { replicas: status?.replicas ?? 0, selector },
  }
}

function matcher({ namespace, labelSelector = '', fieldSelector = '' }: ListOptions): (o: KubernetesObject) => boolean {
  const selector = parseSelector(labelSelector)
  const fields = parseFieldSelector(fieldSelector)
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    selector.matches(object.metadata.labels) &&
    fields.every(({ field, operator, value }) => (valueAt(object, field) === value) === (operator === '='))
}

function valueAt(object: unknown, field: string): string {
  const value = field
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object)
  return value === undefined ? '' : String(value)
}

function path(name: string, namespace?: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

function resourceOf(kind: string): { group: string; resource: string } {
  return { group: '', resource: `${kind.toLowerCase()}s` }
}

/** The object, where the answer must not be a refusal. */
export function made<T>(answer: Answer<T>): T {
  if (isStatus(answer)) throw new Error(answer.message)
  return answer as T
}

/** RFC 7386, as far as these tests go. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const merged: Record<string, unknown> = { ...(target as object | undefined) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = merge(merged[key], value)
  }
  return merged
}
