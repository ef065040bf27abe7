import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { quantityValue } from '../../../api/quantity.ts'
import type { CSIStorageCapacity, PersistentVolumeClaim, StorageClass } from '../../../api/types.ts'
import type { StorageSource } from '../storage.ts'

/**
 * Whether there is room for a new volume near the node: `true` where nobody counts, or the storage that has it.
 * Source: plugins/volumebinding/binder.go hasEnoughCapacity
 */
export function enoughCapacity(
  { spec }: PersistentVolumeClaim,
  { metadata: { name }, provisioner }: StorageClass,
  labels: Readonly<Record<string, string>>,
  storage: Pick<StorageSource, 'csiDriver' | 'capacities'>,
): CSIStorageCapacity | boolean {
  const asked = spec.resources?.requests?.storage
  if (asked === undefined || storage.csiDriver(provisioner)?.spec.storageCapacity !== true) return true
  const size = quantityValue(asked)
  for (const capacity of storage.capacities()) {
    if (capacity.storageClassName !== name) continue
    const limit = volumeLimit(capacity)
    if (limit !== undefined && limit >= size && isNear(capacity, labels)) return capacity
  }
  return false
}

/** Bytes of the largest volume that fits. Source: volumeLimit */
export function volumeLimit({ maximumVolumeSize, capacity }: CSIStorageCapacity): number | undefined {
  const limit = maximumVolumeSize ?? capacity
  return limit === undefined ? undefined : quantityValue(limit)
}

/** Source: nodeHasAccess */
function isNear({ nodeTopology }: CSIStorageCapacity, labels: Readonly<Record<string, string>>): boolean {
  if (nodeTopology === undefined) return false
  try {
    return selectorFromLabelSelector(nodeTopology).matches(labels)
  } catch {
    return false
  }
}
