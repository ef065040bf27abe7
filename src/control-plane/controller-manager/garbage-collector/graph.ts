import type { KubernetesObject, OwnerReference } from '../../../api/types.ts'

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

/**
 * Who owns whom, by uid, as the watches tell.
 * Source: pkg/controller/garbagecollector/graph_builder.go
 */
export class OwnerGraph {
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #dependents = new Map<string, Map<string, KubernetesObject>>()

  get(uid: string): KubernetesObject | undefined {
    return this.#objects.get(uid)
  }

  dependents(uid: string): readonly KubernetesObject[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])]
  }

  put(object: KubernetesObject, old: KubernetesObject | undefined): void {
    const uid = object.metadata.uid!
    this.#objects.set(uid, object)
    const now = owners(object)
    const before = old === undefined ? NONE : owners(old)
    if (before !== now) for (const owner of before) this.#unlink(owner.uid, uid)
    for (const owner of now) this.#link(owner.uid, uid, object)
  }

  delete(object: KubernetesObject): void {
    const uid = object.metadata.uid!
    this.#objects.delete(uid)
    for (const owner of owners(object)) this.#unlink(owner.uid, uid)
  }

  #link(owner: string, uid: string, object: KubernetesObject): void {
    const known = this.#dependents.get(owner)
    if (known === undefined) this.#dependents.set(owner, new Map([[uid, object]]))
    else known.set(uid, object)
  }

  #unlink(owner: string, uid: string): void {
    const known = this.#dependents.get(owner)
    known?.delete(uid)
    if (known?.size === 0) this.#dependents.delete(owner)
  }
}

const NONE: readonly OwnerReference[] = []

export function owners(object: KubernetesObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? NONE
}

/** Waits until its dependents are gone. */
export function isDeletingDependents({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(FOREGROUND) ?? false)
}

/** Is to leave its dependents behind. */
export function isOrphaning({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(ORPHAN) ?? false)
}

/** Whether `dependent` holds up the end of its owner. */
export function blocks(dependent: KubernetesObject, ownerUid: string): boolean {
  return owners(dependent).some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true)
}
