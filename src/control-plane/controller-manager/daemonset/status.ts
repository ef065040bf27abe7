import type { DaemonSet, DaemonSetStatus } from '../../../api/types.ts'
import type { Counts } from './tally.ts'

/**
 * The status itself when it says that already. Source: pkg/controller/daemon/daemon_controller.go storeDaemonSetStatus
 *
 * @param observed whether the pass has acted on the DaemonSet as it is now
 */
export function daemonSetStatus({ status, metadata }: DaemonSet, count: Counts, observed: boolean): DaemonSetStatus {
  const unavailable = count.desired - count.available
  const observedGeneration = observed ? metadata.generation : status?.observedGeneration
  const next: DaemonSetStatus = {
    ...(status?.collisionCount === undefined ? {} : { collisionCount: status.collisionCount }),
    ...(status?.conditions === undefined ? {} : { conditions: status.conditions }),
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    desiredNumberScheduled: count.desired,
    numberReady: count.ready,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
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
