import { keyOf } from '../../api/meta.ts'
import { storageClassOf } from '../../api/storage.ts'
import type { KubernetesObject, ObjectOf, PersistentVolume, VolumeAttachment, WatchEvent } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { StorageEvent, StorageKind } from './framework.ts'
import type { StorageSource } from './storage.ts'

const KINDS: readonly StorageKind[] = [
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'CSINode',
  'CSIDriver',
  'CSIStorageCapacity',
  'VolumeAttachment',
]

/**
 * Informers for what plugins for volumes look at. They start with the first question, which is the first pod with
 * volumes of that sort: a cluster without such pods pays nothing for them.
 * Source: pkg/scheduler/eventhandlers.go addAllEventHandlers
 */
export class StorageCache implements StorageSource {
  readonly #client: Client
  readonly #onEvent: (event: StorageEvent) => void
  readonly #listeners = new Set<() => void>()
  #held: ReadonlyMap<StorageKind, Map<string, KubernetesObject>> | undefined
  readonly #byClass = new Map<string, Map<string, PersistentVolume>>()
  readonly #byNode = new Map<string, Map<string, VolumeAttachment>>()
  #stops: readonly (() => void)[] = []

  /** @param onEvent told of every change, in order, but not of what was there when the informers started */
  constructor(client: Client, onEvent: (event: StorageEvent) => void) {
    this.#client = client
    this.#onEvent = onEvent
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }

  claim(namespace: string, name: string) {
    return this.#get('PersistentVolumeClaim', `${namespace}/${name}`)
  }

  volume(name: string) {
    return this.#get('PersistentVolume', name)
  }

  volumesOf(className: string): Iterable<PersistentVolume> {
    this.#all('PersistentVolume')
    return this.#byClass.get(className)?.values() ?? []
  }

  storageClass(name: string) {
    return this.#get('StorageClass', name)
  }

  csiNode(name: string) {
    return this.#get('CSINode', name)
  }

  csiDriver(name: string) {
    return this.#get('CSIDriver', name)
  }

  capacities() {
    return this.#all('CSIStorageCapacity').values()
  }

  attachmentsOn(node: string): Iterable<VolumeAttachment> {
    this.#all('VolumeAttachment')
    return this.#byNode.get(node)?.values() ?? []
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A node changed or a pod went: who waits for volumes looks again. */
  changed(): void {
    if (this.#listeners.size > 0) for (const listener of [...this.#listeners]) listener()
  }

  #get<K extends StorageKind>(kind: K, key: string): ObjectOf<K> | undefined {
    return this.#all(kind).get(key)
  }

  #all<K extends StorageKind>(kind: K): Map<string, ObjectOf<K>> {
    this.#held ??= this.#start()
    return this.#held.get(kind) as Map<string, ObjectOf<K>>
  }

  #start(): ReadonlyMap<StorageKind, Map<string, KubernetesObject>> {
    const held = new Map<StorageKind, Map<string, KubernetesObject>>()
    for (const kind of KINDS) {
      const objects = new Map<string, KubernetesObject>()
      held.set(kind, objects)
      for (const object of this.#client.list(kind)) {
        objects.set(keyOf(object), object)
        this.#index(undefined, object)
      }
    }
    this.#stops = KINDS.map((kind) =>
      this.#client.watch(kind, {}, (event) => this.#onWatch(kind, held.get(kind)!, event as WatchEvent)),
    )
    return held
  }

  #onWatch(kind: StorageKind, objects: Map<string, KubernetesObject>, { type, object }: WatchEvent): void {
    const key = keyOf(object)
    const old = objects.get(key)
    if (type === 'DELETED') {
      objects.delete(key)
      this.#index(old, undefined)
      this.#onEvent({ resource: kind, action: 'Delete', old: object })
    } else {
      // What was there at the start is told once more.
      if (old?.metadata.resourceVersion === object.metadata.resourceVersion) return
      objects.set(key, object)
      this.#index(old, object)
      if (old === undefined) this.#onEvent({ resource: kind, action: 'Add', new: object })
      else this.#onEvent({ resource: kind, action: 'Update', old, new: object })
    }
    this.changed()
  }

  #index(old: KubernetesObject | undefined, now: KubernetesObject | undefined): void {
    const { kind } = (now ?? old)!
    if (kind === 'PersistentVolume')
      move(this.#byClass, (volume) => storageClassOf(volume), old as PersistentVolume, now as PersistentVolume)
    if (kind === 'VolumeAttachment')
      move(this.#byNode, ({ spec }) => spec.nodeName, old as VolumeAttachment, now as VolumeAttachment)
  }
}

function move<T extends KubernetesObject>(
  index: Map<string, Map<string, T>>,
  by: (object: T) => string,
  old: T | undefined,
  now: T | undefined,
): void {
  const before = old && by(old)
  const after = now && by(now)
  if (old !== undefined && before !== undefined && before !== after) {
    const group = index.get(before)
    group?.delete(old.metadata.name)
    if (group?.size === 0) index.delete(before)
  }
  if (now === undefined || after === undefined) return
  let group = index.get(after)
  if (group === undefined) {
    group = new Map()
    index.set(after, group)
  }
  group.set(now.metadata.name, now)
}
