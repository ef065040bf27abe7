import { claimNameOf } from '../../api/claims.ts'
import type { Pod } from '../../api/types.ts'

/** The claims a pod's volumes are of. Source: pkg/controller/volume/common/common.go PodPVCIndexFunc */
export function claimNamesOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? [])
}
