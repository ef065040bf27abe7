import { disruptionTarget, isNodeReady, setCondition } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { Node, Pod } from '../../../api/types.ts'

/** Which pods nobody else will ever finish: pure. Source: pkg/controller/podgc/gc_controller.go */

/** Neither waiting nor running. Source: gc_controller.go isPodTerminated */
export function isPodTerminated(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase !== undefined && phase !== 'Pending' && phase !== 'Running' && phase !== 'Unknown'
}

/** Whether kubelet is gone for good, as somebody says with the out-of-service taint. Source: gc_controller.go gcTerminating */
export function isOutOfService(node: Node): boolean {
  return (
    !isNodeReady(node) && (node.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/out-of-service') ?? false)
  )
}

/** Deleted before it came to a node: no kubelet will confirm. Source: gc_controller.go gcUnscheduledTerminating */
export function isUnscheduledTerminating(pod: Pod): boolean {
  return isDeleting(pod) && (pod.spec.nodeName ?? '') === ''
}

/** The surplus over the threshold, evicted ones and then the oldest first. Source: gc_controller.go gcTerminated */
export function surplusTerminated(terminated: readonly Pod[], threshold: number): readonly Pod[] {
  if (threshold <= 0 || terminated.length <= threshold) return []
  const order = (pod: Pod) =>
    `${pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted' ? 0 : 1} ${pod.metadata.creationTimestamp} ${pod.metadata.name}`
  return [...terminated].sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, terminated.length - threshold)
}

/** Source: gc_controller.go markFailedAndDeletePodWithCondition. @param orphaned its node exists no more */
export function asFailed(pod: Pod, orphaned: boolean, now: number): Pod {
  const { phase, conditions } = pod.status ?? {}
  if (phase === 'Succeeded' || phase === 'Failed') return pod
  const status = { ...pod.status, phase: 'Failed' }
  if (!orphaned) return { ...pod, status }
  const target = disruptionTarget(pod, 'DeletionByPodGC', 'PodGC: node no longer exists')
  return { ...pod, status: { ...status, conditions: setCondition(conditions, target, now) } }
}
