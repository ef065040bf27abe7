import type { Selector } from '../../api/labels.ts'
import { controllerOf, isDeleting, newControllerRef } from '../../api/meta.ts'
import { failure, hasReason } from '../../api/status.ts'
import { isStatus, type Kind, type KubernetesObject, type ObjectOf, type Status } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'

/**
 * Sorts out whose `objects` are: those that `owner` controls and still selects stay, those it no longer selects are
 * released, orphans it selects are adopted.
 * Source: pkg/controller/controller_ref_manager.go ClaimObject
 *
 * @param finalizer what an adopted object gets with its owner
 */
export function claim<K extends Kind>(
  client: Client,
  kind: K,
  owner: KubernetesObject,
  selector: Selector,
  objects: readonly ObjectOf<K>[],
  finalizer?: string,
): { readonly claimed: ObjectOf<K>[]; readonly failed: Status | undefined } {
  const claimed: ObjectOf<K>[] = []
  let failed: Status | undefined
  for (const object of objects) {
    const ref = controllerOf(object)
    const selected = selector.matches(object.metadata.labels)
    if (ref !== undefined) {
      if (ref.uid !== owner.metadata.uid) continue
      if (selected) claimed.push(object)
      else if (!isDeleting(owner)) failed ??= release(client, kind, owner, object)
      continue
    }
    if (!selected || isDeleting(owner) || isDeleting(object)) continue
    const refused = adopt(client, kind, owner, object, finalizer)
    if (refused === undefined) claimed.push(object)
    else if (refused.reason !== 'NotFound') failed ??= refused
  }
  return { claimed, failed }
}

function adopt<K extends Kind>(
  client: Client,
  kind: K,
  owner: KubernetesObject,
  { metadata: { name, namespace, uid } }: ObjectOf<K>,
  finalizer: string | undefined,
): Status | undefined {
  const fresh = client.get(owner.kind as Kind, owner.metadata.name, owner.metadata.namespace)
  const where = `can't adopt ${kind} ${namespace}/${name} (${uid})`
  if (fresh === undefined || fresh.metadata.uid !== owner.metadata.uid)
    return failure(500, '', `${where}: can't recheck DeletionTimestamp: original ${owner.kind} is gone`)
  const current = client.get(kind, name, namespace)
  if (current === undefined) return undefined
  const ownerReferences = [...(current.metadata.ownerReferences ?? []), newControllerRef(owner)]
  const { finalizers = [] } = current.metadata
  const held =
    finalizer === undefined || finalizers.includes(finalizer) ? {} : { finalizers: [...finalizers, finalizer] }
  const answer = client.patch!(kind, name, namespace, { metadata: { uid, ownerReferences, ...held } })
  return isStatus(answer) ? answer : undefined
}

function release<K extends Kind>(
  client: Client,
  kind: K,
  owner: KubernetesObject,
  { metadata: { name, namespace, uid } }: ObjectOf<K>,
): Status | undefined {
  const current = client.get(kind, name, namespace)
  const others = (current?.metadata.ownerReferences ?? []).filter((ref) => ref.uid !== owner.metadata.uid)
  const ownerReferences = others.length === 0 ? null : others
  const answer = client.patch!(kind, name, namespace, { metadata: { uid, ownerReferences } })
  // Gone, or remade under the same name: nothing is left to release.
  return isStatus(answer) && !hasReason(answer, 'NotFound') && !hasReason(answer, 'Invalid') ? answer : undefined
}
