import { isStatus, type PersistentVolume, type PersistentVolumeClaim, type Status } from '../../../api/types.ts'
import { differInMode } from './matching.ts'
import { type BinderDependencies, hasAnnotation, setVolumePhase, unbind } from './writes.ts'

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'

/** Source: pkg/controller/volume/persistentvolume/pv_controller.go syncVolume */
export function syncVolume(name: string, deps: BinderDependencies): Status | undefined {
  const { client, recorder, claimChanged } = deps
  const volume = client.get('PersistentVolume', name)
  if (volume === undefined) return undefined
  const { claimRef } = volume.spec
  if (claimRef === undefined || !claimRef.uid) return setVolumePhase(deps, volume, 'Available')
  const found = client.get('PersistentVolumeClaim', claimRef.name!, claimRef.namespace)
  const claim = found?.metadata.uid === claimRef.uid ? found : undefined
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
  return reclaim(deps.client.get('PersistentVolume', volume.metadata.name) ?? volume, deps)
}

/** Source: reclaimVolume, deleteVolumeOperation */
function reclaim(volume: PersistentVolume, deps: BinderDependencies): Status | undefined {
  const { name } = volume.metadata
  const policy = volume.spec.persistentVolumeReclaimPolicy
  if (policy === 'Recycle') return fail(volume, deps, 'VolumeFailedRecycle', 'Recycling of volumes is not simulated')
  if (policy !== 'Delete') return undefined
  const provisioner = volume.metadata.annotations?.[PROVISIONED_BY]
  // Its own provisioner deletes it.
  if (provisioner !== undefined && !provisioner.startsWith('kubernetes.io/')) return undefined
  const why = undeletable(volume)
  if (why !== undefined) return fail(volume, deps, 'VolumeFailedDelete', why)
  const answer = deps.client.delete('PersistentVolume', name)
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

/** Source: findDeletablePlugin, pkg/volume/hostpath/host_path.go newDeleter */
function undeletable({ metadata: { name }, spec: { hostPath } }: PersistentVolume): string | undefined {
  if (hostPath === undefined)
    return `error getting deleter volume plugin for volume "${name}": no volume plugin matched`
  return /^\/tmp\/.+/.test(hostPath.path)
    ? undefined
    : `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`
}

function fail(volume: PersistentVolume, deps: BinderDependencies, reason: string, message: string): Status | undefined {
  if (volume.status?.phase === 'Failed') return undefined
  const refused = setVolumePhase(deps, volume, 'Failed', message)
  if (refused === undefined) deps.recorder.event(volume, 'Warning', reason, message)
  return refused
}
