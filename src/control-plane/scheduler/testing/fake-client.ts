import { notFound } from '../../../api/status.ts'
import type { Kind, KubernetesObject, ObjectOf, Pod, WatchEvent } from '../../../api/types.ts'
import type { Client, ListOptions } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'

type Watcher = (event: WatchEvent) => void

/** An API server of a few lines: stores, binds, and tells watchers on the clock. */
export class FakeClient implements Client {
  readonly user = 'system:kube-scheduler'
  /** What bindings are refused with, while set. */
  refuseBinding: string | undefined
  readonly #clock: Clock
  readonly #objects = new Map<string, Map<string, KubernetesObject>>()
  readonly #watchers = new Map<string, Set<Watcher>>()
  #revision = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get<K extends Kind>(kind: K, name: string, namespace?: string): ObjectOf<K> | undefined {
    return this.#of(kind).get(key(name, namespace)) as ObjectOf<K> | undefined
  }

  list<K extends Kind>(kind: K): readonly ObjectOf<K>[] {
    return [...this.#of(kind).values()] as unknown as ObjectOf<K>[]
  }

  watch<K extends Kind>(kind: K, _options: ListOptions, onEvent: (event: WatchEvent<ObjectOf<K>>) => void): () => void {
    const watchers = this.#watchers.get(kind) ?? new Set()
    this.#watchers.set(kind, watchers)
    const watcher = onEvent as unknown as Watcher
    watchers.add(watcher)
    for (const object of this.list(kind)) this.#clock.defer(() => watcher({ type: 'ADDED', object }))
    return () => watchers.delete(watcher)
  }

  create<T extends KubernetesObject>(object: T): T {
    const uid = object.metadata.uid ?? `uid-${++this.#revision}`
    return this.#store('ADDED', { ...object, metadata: { ...object.metadata, uid } }) as T
  }

  update<K extends Kind>(
    kind: K,
    name: string,
    namespace: string | undefined,
    change: (object: ObjectOf<K>) => ObjectOf<K> | undefined,
  ) {
    const current = this.get(kind, name, namespace)
    if (current === undefined) return notFound({ group: '', resource: 'pods' }, name)
    const changed = change(current)
    if (changed !== undefined) this.#store('MODIFIED', changed as KubernetesObject)
    return changed ?? current
  }

  updateStatus = this.update

  delete(kind: Kind, name: string, namespace?: string): KubernetesObject {
    const object = this.#of(kind).get(key(name, namespace))
    if (object === undefined) return notFound({ group: '', resource: 'pods' }, name) as never
    this.#of(kind).delete(key(name, namespace))
    this.#tell('DELETED', object)
    return object
  }

  createSubresource(_kind: Kind, name: string, namespace: string | undefined, _sub: string, body: KubernetesObject) {
    if (this.refuseBinding !== undefined)
      return { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: this.refuseBinding } as never
    const nodeName = (body as unknown as { target: { name: string } }).target.name
    this.update('Pod', name, namespace, (pod: Pod) => ({ ...pod, spec: { ...pod.spec, nodeName } }))
    return body
  }

  reachable(): boolean {
    return true
  }

  onReachable(): () => void {
    return () => undefined
  }

  #store(type: 'ADDED' | 'MODIFIED', object: KubernetesObject): KubernetesObject {
    const resourceVersion = String(++this.#revision)
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion } }
    this.#of(object.kind).set(key(object.metadata.name, object.metadata.namespace), stored)
    this.#tell(type, stored)
    return stored
  }

  #of(kind: string): Map<string, KubernetesObject> {
    let objects = this.#objects.get(kind)
    if (objects === undefined) {
      objects = new Map()
      this.#objects.set(kind, objects)
    }
    return objects
  }

  #tell(type: WatchEvent['type'], object: KubernetesObject): void {
    for (const watcher of this.#watchers.get(object.kind) ?? []) this.#clock.defer(() => watcher({ type, object }))
  }
}

const key = (name: string, namespace: string | undefined): string => `${namespace ?? ''}/${name}`
