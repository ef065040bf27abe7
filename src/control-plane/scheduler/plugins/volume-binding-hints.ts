import { claimNameOf } from '../../../api/claims.ts'
import { equal } from '../../../api/equal.ts'
import type { CSIDriver, CSIStorageCapacity, Pod, StorageClass } from '../../../api/types.ts'
import type { ClusterEvent } from '../framework.ts'
import { volumeLimit } from './volume-capacity.ts'

const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins'

/** Source: plugins/volumebinding/volume_binding.go isSchedulableAfter... */
export function volumeBindingHint(event: ClusterEvent, pod: Pod): boolean {
  const { old, new: now } = event
  switch (event.resource) {
    case 'CSINode': {
      if (old === undefined) return true
      return old.metadata.annotations?.[MIGRATED_PLUGINS] !== now?.metadata.annotations?.[MIGRATED_PLUGINS]
    }
    case 'PersistentVolumeClaim':
      if (now === undefined || now.metadata.namespace !== pod.metadata.namespace) return false
      return (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === now.metadata.name)
    case 'StorageClass':
      if (old === undefined) return true
      return !equal((old as StorageClass).allowedTopologies ?? [], (now as StorageClass).allowedTopologies ?? [])
    case 'CSIStorageCapacity': {
      if (old === undefined) return true
      const before = volumeLimit(old as CSIStorageCapacity)
      const after = volumeLimit(now as CSIStorageCapacity)
      return after !== undefined && (before === undefined || after > before)
    }
    case 'CSIDriver':
      return stopsCounting(old as CSIDriver, now as CSIDriver, pod)
    default:
      return true
  }
}

/** Source: isSchedulableAfterCSIDriverChange */
function stopsCounting(old: CSIDriver, now: CSIDriver, { spec: { volumes = [] } }: Pod): boolean {
  if (!volumes.some(({ csi }) => csi?.driver === now.metadata.name)) return false
  return old.spec.storageCapacity === true && now.spec.storageCapacity !== true
}
