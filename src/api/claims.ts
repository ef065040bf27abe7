/** Claims and volumes: which belong together. Source: component-helpers/storage/volume/{helpers,pv_helpers}.go */
import { selectorFromLabelSelector } from './labels.ts'
import { controllerOf, isDeleting } from './meta.ts'
import { type NodeLike, parseNodeSelector } from './node-selector.ts'
import { compareQuantities } from './quantity.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, storageClassOf } from './storage.ts'
import type { ObjectReference, PersistentVolume, PersistentVolumeClaim, Pod, Volume } from './types.ts'

/** Provisioner of classes whose volumes nobody provisions. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'

/** By name and, where the volume says one, by uid. Source: IsVolumeBoundToClaim */
export function isBoundTo({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (claimRef === undefined || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace)
    return false
  return !claimRef.uid || claimRef.uid === metadata.uid
}

/** Source: volumebinding/binder.go isPVCFullyBound */
export const isFullyBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined

/** Source: CheckVolumeModeMismatches */
export function differInMode(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (claim.spec.volumeMode ?? 'Filesystem') !== (volume.spec.volumeMode ?? 'Filesystem')
}

/** Whether the volume has every access mode that the claim asks for. Source: CheckAccessModes */
export function hasModes(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => (volume.spec.accessModes ?? []).includes(mode))
}

export const claimSize = ({ spec }: PersistentVolumeClaim): string => spec.resources?.requests?.storage ?? '0'
export const volumeSize = ({ spec }: PersistentVolume): string => spec.capacity?.storage ?? '0'

export function isTooSmall(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return compareQuantities(volumeSize(volume), claimSize(claim)) < 0
}

export function sameAttributes(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return (claim.spec.volumeAttributesClassName ?? '') === (volume.spec.volumeAttributesClassName ?? '')
}

/** Why a node cannot reach the volume; undefined: it can. Source: helpers.go CheckNodeAffinity */
export function nodeAffinityError(volume: PersistentVolume, labels: NodeLike['labels']): string | undefined {
  const required = volume.spec.nodeAffinity?.required
  if (required === undefined) return undefined
  const { matches, errors } = parseNodeSelector(required)
  if (matches({ name: '', labels })) return undefined
  if (errors.length === 0) return 'no matching NodeSelectorTerms'
  return errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`
}

/**
 * The volume that waits for this claim, if the node reaches it; else the smallest free one that the node reaches.
 * Source: pv_helpers.go FindMatchingVolume, with a node and delayed binding
 *
 * @param excluded names of volumes that are spoken for
 * @throws SelectorError for a claim whose selector cannot be read
 */
export function volumeForNode(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  labels: NodeLike['labels'],
  excluded: ReadonlySet<string>,
): PersistentVolume | undefined {
  const selector = claim.spec.selector && selectorFromLabelSelector(claim.spec.selector)
  let smallest: PersistentVolume | undefined
  for (const volume of volumes) {
    if (excluded.has(volume.metadata.name)) continue
    const bound = isBoundTo(volume, claim)
    if (volume.spec.claimRef !== undefined && !bound) continue
    if (isTooSmall(claim, volume) || differInMode(claim, volume) || !sameAttributes(claim, volume)) continue
    if (isDeleting(volume)) continue
    const reached = nodeAffinityError(volume, labels) === undefined
    if (bound) return reached ? volume : undefined
    if (volume.status?.phase !== 'Available' || selector?.matches(volume.metadata.labels) === false) continue
    if (storageClassOf(volume) !== storageClassOf(claim) || !reached || !hasModes(claim, volume)) continue
    if (smallest === undefined || compareQuantities(volumeSize(smallest), volumeSize(volume)) > 0) smallest = volume
  }
  return smallest
}

/** The volume as given to the claim; the same object where it is already. Source: pv_helpers.go GetBindVolumeToClaim */
export function givenToClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { claimRef } = volume.spec
  const { name, namespace, uid } = claim.metadata
  let given = volume
  if (claimRef?.name !== name || claimRef?.namespace !== namespace || claimRef?.uid !== uid)
    given = { ...given, spec: { ...given.spec, claimRef: claimReference(claim) } }
  const { annotations } = given.metadata
  if (!isBoundTo(volume, claim) && annotations?.[BOUND_BY_CONTROLLER] === undefined)
    given = {
      ...given,
      metadata: { ...given.metadata, annotations: { ...annotations, [BOUND_BY_CONTROLLER]: 'yes' } },
    }
  return given
}

/** Source: client-go/tools/reference/ref.go GetReference */
function claimReference({
  metadata: { name, namespace, uid, resourceVersion },
}: PersistentVolumeClaim): ObjectReference {
  return {
    kind: 'PersistentVolumeClaim',
    name,
    apiVersion: 'v1',
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
}

/** Claims that come and go with a pod: `pod-volume`. Source: component-helpers/storage/ephemeral/ephemeral.go */
export function ephemeralClaimName({ metadata }: Pod, volume: string): string {
  return `${metadata.name}-${volume}`
}

/** Source: ephemeral.go VolumeIsForPod */
export function isClaimOf(pod: Pod, claim: PersistentVolumeClaim): boolean {
  return claim.metadata.namespace === pod.metadata.namespace && controllerOf(claim)?.uid === pod.metadata.uid
}

/** Which claim a volume of a pod means; undefined for volumes of other sorts. */
export function claimNameOf(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName
  return ephemeral === undefined ? undefined : ephemeralClaimName(pod, name)
}
