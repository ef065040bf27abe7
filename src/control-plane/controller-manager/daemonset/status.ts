import { isPodAvailable, isPodReady } from '../../../api/conditions.ts'
import type { DaemonSet, DaemonSetStatus, Node, Pod } from '../../../api/types.ts'
import { nodeShouldRunDaemonPod } from './eligibility.ts'
import { byAge } from './manage.ts'
import { isPodUpdated } from './template.ts'

/** The status itself when it says that already. Source: pkg/controller/daemon/daemon_controller.go updateDaemonSetStatus */
export function daemonSetStatus(
  daemonSet: DaemonSet,
  nodes: readonly Node[],
  byNode: ReadonlyMap<string, readonly Pod[]>,
  hash: string,
  now: number,
): DaemonSetStatus {
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 }
  for (const node of nodes) {
    const pods = byNode.get(node.metadata.name)
    if (!nodeShouldRunDaemonPod(node, daemonSet).shouldRun) {
      if (pods !== undefined) count.misscheduled++
      continue
    }
    count.desired++
    if (pods === undefined) continue
    count.current++
    const pod = pods.length === 1 ? pods[0]! : [...pods].sort(byAge)[0]!
    if (isPodReady(pod)) {
      count.ready++
      if (isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now)) count.available++
    }
    if (isPodUpdated(pod, daemonSet, hash)) count.updated++
  }
  const { status, metadata } = daemonSet
  const unavailable = count.desired - count.available
  const next: DaemonSetStatus = {
    ...(status?.collisionCount === undefined ? {} : { collisionCount: status.collisionCount }),
    ...(status?.conditions === undefined ? {} : { conditions: status.conditions }),
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    desiredNumberScheduled: count.desired,
    numberReady: count.ready,
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...(count.updated === 0 ? {} : { updatedNumberScheduled: count.updated }),
    ...(count.available === 0 ? {} : { numberAvailable: count.available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
  }
  return status !== undefined && saysTheSame(status, next) ? status : next
}

function saysTheSame(a: DaemonSetStatus, b: DaemonSetStatus): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof DaemonSetStatus>
  for (const key of keys) if ((a[key] ?? 0) !== (b[key] ?? 0)) return false
  return true
}
