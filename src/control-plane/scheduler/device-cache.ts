import { keyOf } from '../../api/meta.ts'
import { EXTENDED_RESOURCE_CLAIM_ANNOTATION } from '../../api/resource-claims.ts'
import type {
  DeviceClass,
  KubernetesObject,
  ObjectOf,
  Pod,
  ResourceClaim,
  ResourceSlice,
  WatchEvent,
} from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import { ClassesByResource } from './devices/classes-by-resource.ts'
import { HeldDevices } from './devices/held-devices.ts'
import type { DeviceSource, PendingAllocation } from './devices.ts'
import type { DeviceEvent, DeviceKind } from './framework.ts'

interface Held<K extends DeviceKind> {
  readonly objects: Map<string, ObjectOf<K>>
  readonly stop: () => void
}

/**
 * Informers for devices. Those for claims and slices start with the first pod that has claims, the one for classes also
 * with the first that asks for an extended resource: other clusters pay nothing for them.
 * Source: plugins/dynamicresources/dra_manager.go
 */
export class DeviceCache implements DeviceSource {
  readonly held = new HeldDevices()
  readonly #client: Client
  readonly #onEvent: (event: DeviceEvent) => void
  readonly #kinds = new Map<DeviceKind, Held<DeviceKind>>()
  readonly #classes = new ClassesByResource()
  readonly #pending = new Map<string, PendingAllocation & { sharers: number }>()
  readonly #listeners = new Set<() => void>()
  /** Claims that were written here and that the watch has not told of yet. */
  readonly #assumed = new Map<string, ResourceClaim>()
  /** Slices by node; those that go for several, by `''`. */
  #byNode: Map<string, ResourceSlice[]> | undefined

  /** @param onEvent told of every change, in order, but not of what was there when the informers started */
  constructor(client: Client, onEvent: (event: DeviceEvent) => void) {
    this.#client = client
    this.#onEvent = onEvent
  }

  stop(): void {
    for (const { stop } of this.#kinds.values()) stop()
  }

  claim(namespace: string, name: string): ResourceClaim | undefined {
    const key = `${namespace}/${name}`
    return this.#assumed.get(key) ?? this.#all('ResourceClaim').get(key)
  }

  extendedClaimOf({ metadata }: Pod): ResourceClaim | undefined {
    this.#all('ResourceClaim')
    return this.#client
      .list('ResourceClaim', { namespace: metadata.namespace!, ownerUid: metadata.uid! })
      .find((claim) => claim.metadata.annotations?.[EXTENDED_RESOURCE_CLAIM_ANNOTATION] === 'true')
  }

  deviceClass(name: string): DeviceClass | undefined {
    return this.#all('DeviceClass').get(name)
  }

  classFor(extendedResource: string): DeviceClass | undefined {
    return this.#all('DeviceClass').size === 0 ? undefined : this.#classes.get(extendedResource)
  }

  *slicesFor(node: string): Iterable<ResourceSlice> {
    const byNode = this.#slicesByNode()
    yield* byNode.get(node) ?? []
    yield* byNode.get('') ?? []
  }

  allSlices(): Iterable<ResourceSlice> {
    return this.#all('ResourceSlice').values()
  }

  pending(claimUid: string): PendingAllocation | undefined {
    return this.#pending.get(claimUid)
  }

  begin(claimUid: string, pending: PendingAllocation): void {
    const known = this.#pending.get(claimUid)
    if (known === undefined) {
      this.#pending.set(claimUid, { ...pending, sharers: 1 })
      this.held.add(`pending/${claimUid}`, pending.allocation)
    } else known.sharers++
  }

  end(claimUid: string, written: boolean): boolean {
    const known = this.#pending.get(claimUid)
    if (known === undefined) return false
    known.sharers--
    if (!written && known.sharers > 0) return false
    this.#pending.delete(claimUid)
    this.held.remove(`pending/${claimUid}`)
    return true
  }

  assume(claim: ResourceClaim): void {
    const key = keyOf(claim)
    this.#assumed.set(key, claim)
    this.#hold(key, claim)
  }

  onClaimChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #slicesByNode(): ReadonlyMap<string, readonly ResourceSlice[]> {
    if (this.#byNode !== undefined) return this.#byNode
    const byNode = new Map<string, ResourceSlice[]>()
    for (const slice of this.#all('ResourceSlice').values()) {
      const { nodeName = '', sharedCounters = [] } = slice.spec
      const key = sharedCounters.length > 0 ? '' : nodeName
      const known = byNode.get(key)
      if (known === undefined) byNode.set(key, [slice])
      else known.push(slice)
    }
    this.#byNode = byNode
    return byNode
  }

  #all<K extends DeviceKind>(kind: K): Map<string, ObjectOf<K>> {
    const held = this.#kinds.get(kind) ?? this.#start(kind)
    return held.objects as unknown as Map<string, ObjectOf<K>>
  }

  #start(kind: DeviceKind): Held<DeviceKind> {
    const objects = new Map<string, ObjectOf<DeviceKind>>()
    for (const object of this.#client.list(kind)) this.#put(kind, objects, keyOf(object), object)
    const stop = this.#client.watch(kind, {}, (event) => this.#onWatch(kind, objects, event as WatchEvent))
    const held = { objects, stop }
    this.#kinds.set(kind, held)
    // Who waits for claims waits for the others, too.
    if (kind === 'ResourceClaim') for (const other of ['ResourceSlice', 'DeviceClass'] as const) this.#all(other)
    return held
  }

  #onWatch(kind: DeviceKind, objects: Map<string, KubernetesObject>, { type, object }: WatchEvent): void {
    const key = keyOf(object)
    const old = objects.get(key)
    if (type === 'DELETED') {
      this.#put(kind, objects, key, undefined)
      this.#onEvent({ resource: kind, action: 'Delete', old: object })
    } else {
      // What was there at the start is told once more.
      if (old?.metadata.resourceVersion === object.metadata.resourceVersion) return
      this.#put(kind, objects, key, object)
      if (old === undefined) this.#onEvent({ resource: kind, action: 'Add', new: object })
      else this.#onEvent({ resource: kind, action: 'Update', old, new: object })
    }
    if (kind === 'ResourceClaim') for (const listener of [...this.#listeners]) listener()
  }

  #put(
    kind: DeviceKind,
    objects: Map<string, KubernetesObject>,
    key: string,
    object: KubernetesObject | undefined,
  ): void {
    if (kind === 'ResourceSlice') this.#byNode = undefined
    if (kind === 'DeviceClass') this.#classes.set(object as DeviceClass | undefined, objects.get(key) as DeviceClass)
    if (object === undefined) objects.delete(key)
    else objects.set(key, object)
    if (kind !== 'ResourceClaim') return
    const assumed = this.#assumed.get(key)
    if (assumed !== undefined && version(assumed) > version(object)) return
    this.#assumed.delete(key)
    this.#hold(key, object as ResourceClaim | undefined)
  }

  #hold(key: string, claim: ResourceClaim | undefined): void {
    const { allocation } = claim?.status ?? {}
    if (allocation === undefined) this.held.remove(key)
    else this.held.add(key, allocation)
  }
}

const version = (object: KubernetesObject | undefined): number =>
  object === undefined ? Number.POSITIVE_INFINITY : Number(object.metadata.resourceVersion ?? 0)
