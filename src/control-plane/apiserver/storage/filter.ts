import type { FieldRequirement } from '../../../api/fields.ts'
import { everything, type Selector } from '../../../api/labels.ts'
import type { KubernetesObject } from '../../../api/types.ts'

export type FieldGetter = (object: KubernetesObject) => string

/** Which objects of a resource a list or watch is about. Source: apiserver/pkg/storage/selection_predicate.go */
export interface Filter {
  readonly namespace: string | undefined
  readonly labels: Selector
  readonly fields: readonly FieldTerm[]
  /** Only dependents of the object with this uid. */
  readonly ownerUid?: string | undefined
  /** Equal texts: the same filter. */
  readonly text: string
}

export interface FieldTerm extends FieldRequirement {
  readonly get: FieldGetter
}

export function matches(filter: Filter, object: KubernetesObject): boolean {
  const { metadata } = object
  if (filter.namespace !== undefined && metadata.namespace !== filter.namespace) return false
  for (const term of filter.fields) if ((term.get(object) === term.value) !== (term.operator === '=')) return false
  if (filter.ownerUid !== undefined && !isOwnedBy(object, filter.ownerUid)) return false
  return filter.labels.matches(metadata.labels)
}

/** The value that a field must have, where the filter asks for exactly one. */
export function exactField(filter: Filter, field: string): string | undefined {
  return filter.fields.find((term) => term.field === field && term.operator === '=')?.value
}

/** Without selectors: everything, or everything in a namespace. */
export function isPlain(filter: Filter): boolean {
  const { labels, fields, ownerUid } = filter
  return labels.requirements.length === 0 && !labels.nothing && fields.length === 0 && ownerUid === undefined
}

/** Dependents in one namespace, whatever else they are. */
export function asksForOwnerOnly({ labels, fields, ownerUid, namespace }: Filter): boolean {
  const isPlain = labels.requirements.length === 0 && !labels.nothing && fields.length === 0
  return isPlain && ownerUid !== undefined && namespace !== undefined
}

function isOwnedBy(object: KubernetesObject, uid: string): boolean {
  return object.metadata.ownerReferences?.some((reference) => reference.uid === uid) ?? false
}

/** Everything on one node. */
export function nodeFilter(node: string, get: FieldGetter): Filter {
  const fields: readonly FieldTerm[] = [{ field: 'spec.nodeName', operator: '=', value: node, get }]
  return { namespace: undefined, labels: everything, fields, text: '' }
}
