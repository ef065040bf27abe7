import { newControllerRef } from '../../../api/meta.ts'
import type { KubernetesObject, OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '../../../api/types.ts'
import { claimName, isInRange, ordinalOf } from './identity.ts'

/** What a StatefulSet's claims should be, and whose: pure. Source: pkg/controller/statefulset/stateful_set_utils.go */

/** Source: getPersistentVolumeClaims */
export function claimsOf(set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] {
  const ordinal = ordinalOf(pod)
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { labels, annotations, finalizers } = template.metadata
    const name = claimName(set, template, ordinal)
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name,
        namespace: set.metadata.namespace!,
        labels: { ...labels, ...set.spec.selector.matchLabels },
        ...(annotations === undefined ? {} : { annotations }),
        ...(finalizers === undefined ? {} : { finalizers }),
      },
      spec: template.spec,
    } as PersistentVolumeClaim
  })
}

export interface Retention {
  readonly whenDeleted: boolean
  readonly whenScaled: boolean
}

/** True where the policy says Delete. Source: getPersistentVolumeClaimRetentionPolicy */
export function deletesClaims({ spec }: StatefulSet): Retention {
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  return { whenDeleted: whenDeleted === 'Delete', whenScaled: whenScaled === 'Delete' }
}

function refersTo(ref: OwnerReference, { apiVersion, kind, metadata }: KubernetesObject): boolean {
  return ref.apiVersion === apiVersion && ref.kind === kind && ref.name === metadata.name
}

function refsOf({ metadata }: PersistentVolumeClaim): readonly OwnerReference[] {
  return metadata.ownerReferences ?? []
}

function isOwnedBy(claim: PersistentVolumeClaim, { metadata: { uid } }: KubernetesObject): boolean {
  return refsOf(claim).some((ref) => ref.uid === uid)
}

/** The claim names the owner, but one that is gone. Source: hasStaleOwnerRef */
export function hasStaleOwner(claim: PersistentVolumeClaim, owner: KubernetesObject): boolean {
  const ref = refsOf(claim).find((each) => refersTo(each, owner))
  return ref !== undefined && ref.uid !== owner.metadata.uid
}

/** Source: hasUnexpectedController */
export function hasUnexpectedController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  const { whenDeleted, whenScaled } = deletesClaims(set)
  if (!whenDeleted && !whenScaled) return false
  return refsOf(claim).some((ref) => {
    for (const owner of [set, pod]) if (refersTo(ref, owner)) return ref.uid !== owner.metadata.uid
    return ref.controller === true
  })
}

function hasOwnerThatIsNoController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  return refsOf(claim).some(
    ({ uid, controller }) => (uid === set.metadata.uid || uid === pod.metadata.uid) && controller !== true,
  )
}

/** Who should own the claim by the retention policy. */
function wantedOwners(set: StatefulSet, pod: Pod): { readonly set: boolean; readonly pod: boolean } {
  const { whenDeleted, whenScaled } = deletesClaims(set)
  const condemned = whenScaled && !isInRange(set, ordinalOf(pod))
  return { set: whenDeleted && !condemned, pod: condemned }
}

/** Source: isClaimOwnerUpToDate */
export function isOwnerUpToDate(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set) || hasStaleOwner(claim, pod)) return true
  if (hasUnexpectedController(claim, set, pod)) return !isOwnedBy(claim, set) && !isOwnedBy(claim, pod)
  if (hasOwnerThatIsNoController(claim, set, pod)) return false
  const wanted = wantedOwners(set, pod)
  return wanted.set === isOwnedBy(claim, set) && wanted.pod === isOwnedBy(claim, pod)
}

/** Source: updateClaimOwnerRefForSetAndPod */
export function withOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): PersistentVolumeClaim {
  const others = refsOf(claim).filter((ref) => !refersTo(ref, set) && !refersTo(ref, pod))
  const wanted = hasUnexpectedController(claim, set, pod) ? { set: false, pod: false } : wantedOwners(set, pod)
  const ownerReferences = [
    ...others,
    ...(wanted.pod ? [newControllerRef(pod)] : []),
    ...(wanted.set ? [newControllerRef(set)] : []),
  ]
  const { ownerReferences: _, ...metadata } = claim.metadata
  return { ...claim, metadata: ownerReferences.length === 0 ? metadata : { ...metadata, ownerReferences } }
}
