import type { DaemonSet, Node } from '../../../api/types.ts'
import { sameLabels } from '../service-index.ts'
import type { DaemonPods } from './daemon-pods.ts'
import { nodeShouldRunDaemonPod } from './eligibility.ts'

/** Source: shouldIgnoreNodeUpdate */
export function sameForDaemons(a: Node, b: Node): boolean {
  return a.spec?.taints === b.spec?.taints && sameLabels(a.metadata.labels, b.metadata.labels)
}

/**
 * Whether a change of the node concerns the DaemonSet: it lacks a pod there, has one that must go, or may count its
 * misscheduled pods anew. Source: pkg/controller/daemon/daemon_controller.go syncNodeUpdate
 */
export function concerns(node: Node, daemonSet: DaemonSet, pods: DaemonPods): boolean {
  const { shouldRun, shouldContinueRunning } = nodeShouldRunDaemonPod(node, daemonSet)
  const there = pods.of(daemonSet.metadata.uid!).byNode.get(node.metadata.name)
  // By the node they run on: those that are not bound yet do not count.
  const scheduled = [...(there?.values() ?? [])].some(({ spec }) => Boolean(spec.nodeName))
  if (!scheduled) return shouldRun
  return !shouldContinueRunning || (daemonSet.status?.numberMisscheduled ?? 0) > 0
}
