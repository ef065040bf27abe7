import { quantityValue } from '../../../api/quantity.ts'
import type { Pod, Volume } from '../../../api/types.ts'

/**
 * Bytes of an emptyDir in memory: no more than the node has for pods, the pod may have, or the volume is limited to.
 * Source: pkg/kubelet/kubelet_pods.go, pkg/volume/emptydir/empty_dir.go calculateEmptyDirMemorySize
 */
export function memoryVolumeSize(volume: Volume, { spec }: Pod, allocatable: Readonly<Record<string, string>>): number {
  const limits = [...spec.containers, ...(spec.initContainers ?? [])].map((each) => each.resources?.limits?.memory)
  const ofPod = spec.resources?.limits?.memory
  const sum = limits.reduce((total, limit) => total + quantityValue(limit), 0)
  const bounds = [
    quantityValue(allocatable.memory),
    ofPod !== undefined ? quantityValue(ofPod) : limits.includes(undefined) ? 0 : sum,
    quantityValue(volume.emptyDir?.sizeLimit),
  ]
  return Math.min(...bounds.filter((bytes) => bytes > 0))
}
