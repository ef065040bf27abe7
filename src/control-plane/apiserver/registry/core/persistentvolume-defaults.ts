import type { PersistentVolume, PersistentVolumeSpec } from '../../../../api/types.ts'
import { canonicalResources } from './resource-list.ts'
import { diskDefaults } from './volume-defaults.ts'

/** Source: pkg/apis/core/v1/zz_generated.defaults.go SetObjectDefaults_PersistentVolume. */
export function persistentVolumeDefaults(volume: PersistentVolume): PersistentVolume {
  const spec = volume.spec && specDefaults(volume.spec)
  const phase = volume.status?.phase || 'Pending'
  if (spec === volume.spec && phase === volume.status?.phase) return volume
  return { ...volume, ...(spec && { spec }), status: { ...volume.status, phase } }
}

function specDefaults(given: PersistentVolumeSpec): PersistentVolumeSpec {
  const spec = diskDefaults(given)
  const capacity = canonicalResources(spec.capacity)
  if (capacity === spec.capacity && spec.persistentVolumeReclaimPolicy && spec.volumeMode !== undefined) return spec
  return {
    ...spec,
    ...(capacity && { capacity }),
    persistentVolumeReclaimPolicy: spec.persistentVolumeReclaimPolicy || 'Retain',
    volumeMode: spec.volumeMode ?? 'Filesystem',
  }
}
