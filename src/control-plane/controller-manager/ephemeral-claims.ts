import { controllerOf } from '../../api/meta.ts'
import type { PersistentVolumeClaim, Pod } from '../../api/types.ts'

/** Claims that come and go with a pod: `pod-volume`. Source: component-helpers/storage/ephemeral/ephemeral.go */
export function ephemeralClaimName({ metadata }: Pod, volume: string): string {
  return `${metadata.name}-${volume}`
}

export function isClaimOf(pod: Pod, claim: PersistentVolumeClaim): boolean {
  return claim.metadata.namespace === pod.metadata.namespace && controllerOf(claim)?.uid === pod.metadata.uid
}

/** The claims a pod's volumes are of. Source: pkg/controller/volume/common/common.go PodPVCIndexFunc */
export function claimNamesOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [persistentVolumeClaim.claimName]
    return ephemeral === undefined ? [] : [ephemeralClaimName(pod, name)]
  })
}
