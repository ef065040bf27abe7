import { differInMode } from '../../../api/claims.ts'
import { MIGRATED_TO, PROVISIONED_BY } from '../../../api/storage.ts'
import { isStatus, type PersistentVolume, type PersistentVolumeClaim, type Status } from '../../../api/types.ts'
import { withMigrationAndFinalizers } from './migration.ts'
import { reclaim } from './reclaim.ts'
import { type BinderDependencies, hasAnnotation, setVolumePhase, unbind } from './writes.ts'

/** Source: pkg/controller/volume/persistentvolume/pv_controller.go syncVolume */
export function syncVolume(name: string, deps: BinderDependencies): Status | undefined {
  const { client, recorder, claimChanged } = deps
  const found = client.get('PersistentVolume', name)
  if (found === undefined) return undefined
  const volume = annealed(found, deps)
  if (isStatus(volume)) return volume
  const { claimRef } = volume.spec
  if (claimRef === undefined || !claimRef.uid) return setVolumePhase(deps, volume, 'Available')
  const claim = claimOf(volume, deps)
  if (claim === undefined) return release(volume, deps)
  if (claim.spec.volumeName === name) return setVolumePhase(deps, volume, 'Bound')
  if (claim.spec.volumeName) return boundElsewhere(volume, deps)
  if (differInMode(claim, volume)) {
    const [toVolume, toClaim] = modeMessages(volume, claim)
    recorder.event(volume, 'Warning', 'VolumeMismatch', toVolume)
    recorder.event(claim, 'Warning', 'VolumeMismatch', toClaim)
    return undefined
  }
  claimChanged(`${claimRef.namespace}/${claimRef.name}`)
  return undefined
}

/** Its annotation `migrated-to` and finalizers brought up to date. */
function annealed(volume: PersistentVolume, { client }: BinderDependencies): PersistentVolume | Status {
  if (withMigrationAndFinalizers(volume) === volume) return volume
  return client.update('PersistentVolume', volume.metadata.name, undefined, withMigrationAndFinalizers)
}

/** The claim it is bound to, while that is there. */
function claimOf({ spec: { claimRef } }: PersistentVolume, { client }: BinderDependencies) {
  const found = client.get('PersistentVolumeClaim', claimRef!.name!, claimRef!.namespace)
  return found?.metadata.uid === claimRef!.uid ? found : undefined
}

function modeMessages(volume: PersistentVolume, claim: PersistentVolumeClaim): readonly [string, string] {
  return [
    `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" due to incompatible volumeMode.`,
    `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim due to incompatible volumeMode.`,
  ]
}

function boundElsewhere(volume: PersistentVolume, deps: BinderDependencies): Status | undefined {
  const isSurplus = hasAnnotation(volume, PROVISIONED_BY) && volume.spec.persistentVolumeReclaimPolicy === 'Delete'
  return isSurplus ? release(volume, deps) : unbind(deps, volume)
}

/** Its claim is gone: what becomes of it says its policy. A failure stays to be seen. */
function release(volume: PersistentVolume, deps: BinderDependencies): Status | undefined {
  const { phase } = volume.status ?? {}
  if (phase !== 'Released' && phase !== 'Failed') {
    const refused = setVolumePhase(deps, volume, 'Released')
    if (refused !== undefined) return refused
  }
  const current = deps.client.get('PersistentVolume', volume.metadata.name) ?? volume
  return hasAnnotation(volume, MIGRATED_TO) ? undefined : reclaim(current, deps)
}
