import type { ContainerState, ContainerStatus, Pod } from '../../../api/types.ts'
import { type ContainerSlot, shouldRestart } from '../pod-worker/pod-record.ts'
import { RESTARTING_ALL } from '../pod-worker/restart-all.ts'

/** How the containers stand, counted. */
interface Tally {
  unknown: number
  running: number
  waiting: number
  stopped: number
  /** Ended for good. */
  final: number
  succeeded: number
  initPending: number
  initFailedForGood: boolean
}

/**
 * The pod's phase from its containers' states.
 * Source: pkg/kubelet/kubelet_pods.go getPhase
 *
 * @param isTerminal nothing of the pod will be started again
 * @param hasInitialized a main container has run already
 */
export function phaseOf(
  pod: Pod,
  slots: readonly ContainerSlot[],
  statuses: ReadonlyMap<string, ContainerStatus>,
  isTerminal: boolean,
  hasInitialized: boolean,
): string {
  const tally = count(pod, slots, statuses, hasInitialized)
  if (tally.initFailedForGood) return 'Failed'
  if (tally.initPending > 0 || tally.waiting > 0) return 'Pending'
  if (tally.running > 0 && tally.unknown === 0) return 'Running'
  if (tally.running === 0 && tally.stopped > 0 && tally.unknown === 0) {
    if (!isTerminal && tally.stopped !== tally.final) return 'Running'
    return tally.stopped === tally.succeeded ? 'Succeeded' : 'Failed'
  }
  return 'Pending'
}

function count(
  pod: Pod,
  slots: readonly ContainerSlot[],
  statuses: ReadonlyMap<string, ContainerStatus>,
  hasInitialized: boolean,
): Tally {
  const tally: Tally = {
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    final: 0,
    succeeded: 0,
    initPending: 0,
    initFailedForGood: false,
  }
  for (const slot of slots) {
    const status = statuses.get(slot.name)
    if (slot.kind === 'init') countInit(tally, pod, slot, status)
    else if (slot.kind === 'sidecar') countSidecar(tally, status, hasInitialized)
    else if (slot.kind === 'main') countMain(tally, pod, slot, status)
  }
  return tally
}

function countInit(tally: Tally, pod: Pod, slot: ContainerSlot, status: ContainerStatus | undefined): void {
  const ended = endOf(status)
  if (ended === undefined) tally.initPending++
  else if (ended.exitCode !== 0) {
    if (startsAgain(pod, slot, ended)) tally.initPending++
    else tally.initFailedForGood = true
  }
}

function countSidecar(tally: Tally, status: ContainerStatus | undefined, hasInitialized: boolean): void {
  if (status?.state?.running !== undefined) {
    if (status.started !== true && !hasInitialized) tally.initPending++
    tally.running++
  } else if (status === undefined) tally.unknown++
  else if (endOf(status) === undefined) {
    if (!hasInitialized) tally.initPending++
    tally.waiting++
  }
}

function countMain(tally: Tally, pod: Pod, slot: ContainerSlot, status: ContainerStatus | undefined): void {
  if (status === undefined) tally.unknown++
  else if (status.state?.running !== undefined) tally.running++
  else {
    const ended = endOf(status)
    if (ended === undefined) tally.waiting++
    else {
      tally.stopped++
      if (!startsAgain(pod, slot, ended)) tally.final++
      if (status.state?.terminated?.exitCode === 0) tally.succeeded++
    }
  }
}

type End = NonNullable<ContainerState['terminated']>

function startsAgain(pod: Pod, slot: ContainerSlot, { exitCode, reason }: End): boolean {
  return reason === RESTARTING_ALL.reason || shouldRestart(pod, slot, exitCode)
}

/** The end of a container that is not running: the present one, or the last before it waits. */
function endOf(status: ContainerStatus | undefined): ContainerState['terminated'] {
  return status?.state?.terminated ?? (status?.state?.waiting !== undefined ? status.lastState?.terminated : undefined)
}
