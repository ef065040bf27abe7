import type { ObjectList } from './request.ts'
import type { KubernetesObject, ListMeta, ObjectMeta, OwnerReference } from './types.ts'

/** `namespace/name`, or the name alone of what has no namespace: the key of queues. Source: client-go cache.MetaNamespaceKeyFunc */
export function keyOf(object: KubernetesObject): string {
  const { metadata } = object
  if (metadata !== lastMetadata) {
    const { namespace, name } = metadata
    lastKey = namespace === undefined ? name : `${namespace}/${name}`
    lastMetadata = metadata
  }
  return lastKey
}

/** All that follow a kind are told of one object in turn: they hold it under one and the same text. */
let lastMetadata: ObjectMeta | undefined
let lastKey = ''

export function splitKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/')
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** The group of an apiVersion: `apps` of `apps/v1`, `''` of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

/** The reference to the controller that manages the object. Source: metav1.GetControllerOfNoCopy */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)
}

/** Source: metav1.NewControllerRef */
export function newControllerRef(owner: KubernetesObject): OwnerReference {
  return { ...ownerReference(owner), controller: true, blockOwnerDeletion: true }
}

function ownerReference(owner: KubernetesObject): OwnerReference {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '' }
}

export function isDeleting(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}

/** What stands beside the items of a list. */
export function listMetadata(list: ObjectList): ListMeta {
  return {
    resourceVersion: list.resourceVersion,
    ...(list.continue && { continue: list.continue }),
    ...(list.remainingItemCount !== undefined && { remainingItemCount: list.remainingItemCount }),
  }
}
