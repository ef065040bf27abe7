import { type FieldRequirement, parseFieldSelector } from '../api/fields.ts'
import { parseSelector } from '../api/labels.ts'
import type { KubernetesObject } from '../api/types.ts'
import type { ListOptions } from './contract.ts'

/** Whether an object is among those that the options ask for: how a cache answers when the server does not. */
export function selects(options: ListOptions): (object: KubernetesObject) => boolean {
  const labels = options.labelSelector === undefined ? undefined : parseSelector(options.labelSelector)
  const fields = options.fieldSelector === undefined ? [] : parseFieldSelector(options.fieldSelector)
  return (object) =>
    (options.namespace === undefined || object.metadata.namespace === options.namespace) &&
    (options.ownerUid === undefined || isOwnedBy(object.metadata, options.ownerUid)) &&
    (labels === undefined || labels.matches(object.metadata.labels)) &&
    fields.every((requirement) => hasField(object, requirement))
}

export function isOwnedBy(metadata: KubernetesObject['metadata'], uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false
}

function hasField(object: unknown, { field, operator, value }: FieldRequirement): boolean {
  let found: unknown = object
  for (const part of field.split('.')) found = (found as Record<string, unknown> | undefined)?.[part]
  return (String(found ?? '') === value) === (operator === '=')
}

/** Options that ask for the same have the same text. */
export function optionsKey({ namespace, labelSelector, fieldSelector, ownerUid }: ListOptions): string {
  return `${namespace ?? ''}\n${labelSelector ?? ''}\n${fieldSelector ?? ''}\n${ownerUid ?? ''}`
}
