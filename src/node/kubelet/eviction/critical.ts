import type { Pod } from '../../../api/types.ts'
import { isMirrorPod } from '../static-pods/mirror.ts'

/** Source: pkg/apis/scheduling/types.go SystemCriticalPriority */
export const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000

/** Source: pkg/kubelet/types/pod_update.go IsCriticalPod */
export function isCritical(pod: Pod, isStatic: boolean): boolean {
  return isStatic || isMirrorPod(pod) || (pod.spec.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY
}
