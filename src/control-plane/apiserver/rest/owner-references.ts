import type { KubernetesObject, OwnerReference } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { semanticallyEqual } from '../registry/semantic-equality.ts'

/** An owner that is named twice counts once, and is warned of. Source: endpoints/handlers/rest.go dedupOwnerReferencesAndAddWarning */
export function withOwnersOnce<T extends KubernetesObject>(call: Call, object: T): T {
  const owners = object.metadata?.ownerReferences
  if (owners === undefined || owners.length < 2) return object
  const kept: OwnerReference[] = []
  const twice = new Set<string>()
  for (const owner of owners) {
    if (kept.some((each) => semanticallyEqual(each, owner))) twice.add(owner.uid)
    else kept.push(owner)
  }
  if (twice.size === 0) return object
  call.warnings.push(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...twice].join(', ')}`,
  )
  return { ...object, metadata: { ...object.metadata, ownerReferences: kept } }
}
