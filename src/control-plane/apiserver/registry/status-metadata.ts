import type { KubernetesObject, ObjectMeta } from '../../../api/types.ts'

const KEPT = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/**
 * A status update changes nothing in metadata, of the kinds whose strategy says so.
 * Source: apimachinery/pkg/apis/meta/v1/helpers.go ResetObjectMetaForStatus
 */
export function withMetadataOf<T extends KubernetesObject>(object: T, old: T): T {
  const { metadata } = object
  if (KEPT.every((field) => metadata[field] === old.metadata[field])) return object
  const { labels: _, annotations: __, finalizers: ___, ownerReferences: ____, ...rest } = metadata
  const kept: Partial<Record<(typeof KEPT)[number], unknown>> = {}
  for (const field of KEPT) if (old.metadata[field] !== undefined) kept[field] = old.metadata[field]
  return { ...object, metadata: { ...rest, ...kept } as ObjectMeta }
}
