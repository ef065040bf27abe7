import { differInMode, hasModes, isBoundTo, isTooSmall, sameAttributes } from '../../../api/claims.ts'
import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { isDeleting } from '../../../api/meta.ts'
import { compareQuantities } from '../../../api/quantity.ts'
import { storageClassOf } from '../../../api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/types.ts'

/** Which volume fits a claim: pure. Source: component-helpers/storage/volume/pv_helpers.go */

function modesOf({ spec }: PersistentVolume): readonly string[] {
  return spec.accessModes ?? []
}

/**
 * The volume that waits for this claim; else the smallest free one with the fewest access modes beyond those asked for.
 * Source: pkg/controller/volume/persistentvolume/index.go findByClaim, pv_helpers.go FindMatchingVolume
 *
 * @param delayed the claim waits for its first consumer: only a volume that waits for it will do
 */
export function bestMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  delayed: boolean,
): PersistentVolume | undefined {
  const possible = volumes.filter(
    (volume) =>
      hasModes(claim, volume) &&
      (volume.spec.claimRef === undefined || isBoundTo(volume, claim)) &&
      !isTooSmall(claim, volume) &&
      !differInMode(claim, volume) &&
      sameAttributes(claim, volume) &&
      !isDeleting(volume),
  )
  const groups = [...new Set(possible.map((volume) => modesOf(volume).length))].sort((a, b) => a - b)
  for (const count of groups) {
    const group = possible.filter((volume) => modesOf(volume).length === count)
    const waiting = group.find((volume) => isBoundTo(volume, claim))
    const found = waiting ?? (delayed ? undefined : smallest(group.filter((volume) => isFree(claim, volume))))
    if (found !== undefined) return found
  }
  return undefined
}

function isFree(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  const { selector } = claim.spec
  const selected = selector === undefined || selectorFromLabelSelector(selector).matches(volume.metadata.labels)
  return volume.status?.phase === 'Available' && selected && storageClassOf(volume) === storageClassOf(claim)
}

function smallest(volumes: readonly PersistentVolume[]): PersistentVolume | undefined {
  const size = ({ spec }: PersistentVolume) => spec.capacity?.storage ?? '0'
  return volumes.reduce<PersistentVolume | undefined>(
    (best, each) => (best === undefined || compareQuantities(size(each), size(best)) < 0 ? each : best),
    undefined,
  )
}

/** Why a volume that the claim names will not do. Source: pv_controller.go checkVolumeSatisfyClaim */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (isDeleting(volume)) return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`
  if (isTooSmall(claim, volume)) return 'requested PV is too small'
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match'
  if (!sameAttributes(claim, volume)) return 'volumeAttributesClassName does not match'
  if (differInMode(claim, volume)) return 'incompatible volumeMode'
  return hasModes(claim, volume) ? undefined : 'incompatible accessMode'
}
