import { PROVISIONED_BY } from '../../../api/storage.ts'
import { isStatus, type PersistentVolume, type Status } from '../../../api/types.ts'
import { withoutInTreeFinalizer } from './migration.ts'
import { isRecyclable } from './recycler.ts'
import { type BinderDependencies, setVolumePhase, unbind } from './writes.ts'

/** What becomes of a released volume. Source: pkg/controller/volume/persistentvolume/pv_controller.go reclaimVolume */
export function reclaim(volume: PersistentVolume, deps: BinderDependencies): Status | undefined {
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case 'Recycle':
      return recycle(volume, deps)
    case 'Delete':
      return deleteVolume(volume, deps)
    case 'Retain':
    case undefined:
      return undefined
    default:
      return fail(volume, deps, 'VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy')
  }
}

/** Whether it is to be tried again: nobody else deletes it. */
export function isReclaimedHere({ spec, status, metadata }: PersistentVolume): boolean {
  if (status?.phase !== 'Released' && status?.phase !== 'Failed') return false
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') return true
  return spec.persistentVolumeReclaimPolicy === 'Delete' && spec.csi === undefined && !isExternal(metadata.annotations)
}

function isExternal(annotations: Readonly<Record<string, string>> | undefined): boolean {
  const provisioner = annotations?.[PROVISIONED_BY]
  return provisioner !== undefined && provisioner !== '' && !provisioner.startsWith('kubernetes.io/')
}

/** Source: recycleVolumeOperation */
function recycle(volume: PersistentVolume, deps: BinderDependencies): Status | undefined {
  const { client, recorder, recycler } = deps
  if (!isRecyclable(volume))
    return fail(volume, deps, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!')
  const { name } = volume.metadata
  const users = usersOf(volume, deps)
  if (users.length > 0) {
    recorder.event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${users.join(',')}`)
    return undefined
  }
  recycler.recycle(volume, (error) => {
    const now = client.get('PersistentVolume', name)
    if (now === undefined) return
    if (error !== undefined) fail(now, deps, 'VolumeFailedRecycle', `Recycle failed: ${error}`)
    else {
      recorder.event(now, 'Normal', 'VolumeRecycled', 'Volume recycled')
      unbind(deps, now)
    }
  })
  return undefined
}

/** Pods that still use the claim the volume had; of a new claim of the same name nobody is asked. Source: isVolumeUsed */
function usersOf({ spec: { claimRef } }: PersistentVolume, { client }: BinderDependencies): readonly string[] {
  const { name, namespace } = claimRef!
  if (client.get('PersistentVolumeClaim', name!, namespace) !== undefined) return []
  return client
    .list('Pod', { namespace: namespace! })
    .filter(({ spec, status }) => {
      const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed'
      return !isOver && spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name)
    })
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .sort()
}

/** Source: deleteVolumeOperation */
function deleteVolume(volume: PersistentVolume, deps: BinderDependencies): Status | undefined {
  const { metadata, spec } = volume
  const { name } = metadata
  const provisioner = metadata.annotations?.[PROVISIONED_BY]
  if (isExternal(metadata.annotations)) return undefined
  if (!provisioner && spec.csi !== undefined) return undefined
  const why = undeletable(volume, provisioner)
  if (why !== undefined) return fail(volume, deps, 'VolumeFailedDelete', why)
  if (withoutInTreeFinalizer(volume) !== volume) {
    const freed = deps.client.update('PersistentVolume', name, undefined, withoutInTreeFinalizer)
    if (isStatus(freed)) return freed
  }
  const answer = deps.client.delete('PersistentVolume', name)
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

const HOST_PATH = 'kubernetes.io/host-path'

/** Source: findDeletablePlugin, pkg/volume/hostpath/host_path.go hostPathDeleter */
function undeletable({ metadata: { name }, spec }: PersistentVolume, provisioner = ''): string | undefined {
  const { hostPath, nfs } = spec
  if (provisioner !== '' && provisioner !== HOST_PATH) return `no volume plugin matched name: ${provisioner}`
  if (hostPath === undefined) {
    const plugins = nfs === undefined ? 'no volume plugin matched' : 'no deletable volume plugin matched'
    return `error getting deleter volume plugin for volume "${name}": ${plugins}`
  }
  return /\/tmp\/.+/.test(hostPath.path)
    ? undefined
    : `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`
}

function fail(volume: PersistentVolume, deps: BinderDependencies, reason: string, message: string): Status | undefined {
  if (volume.status?.phase === 'Failed') return undefined
  const refused = setVolumePhase(deps, volume, 'Failed', message)
  if (refused === undefined) deps.recorder.event(volume, 'Warning', reason, message)
  return refused
}
