import { isPodAvailable } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { DaemonSet, Pod } from '../../../api/types.ts'
import { scaledValue } from '../int-or-percent.ts'
import { isPodUpdated } from './template.ts'

/** What a rolling update does next: pure. */
export interface RollingStep {
  readonly remove: readonly Pod[]
  readonly createOn: readonly string[]
}

export interface RollingInput {
  readonly daemonSet: DaemonSet
  readonly hash: string
  /** Pods by node, with an empty list for nodes that should have one. */
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>
  /** Nodes that should run the daemon. */
  readonly desired: ReadonlySet<string>
  readonly now: number
}

export function maxSurge({ spec: { updateStrategy } }: DaemonSet, desired: number): number {
  if (updateStrategy?.type === 'OnDelete') return 0
  return scaledValue(updateStrategy?.rollingUpdate?.maxSurge, desired, true)
}

/** Source: pkg/controller/daemon/update.go rollingUpdate */
export function rollingStep(input: RollingInput): RollingStep {
  const { daemonSet, desired } = input
  const surge = maxSurge(daemonSet, desired.size)
  if (surge > 0) return surgeStep(input, surge)
  const { maxUnavailable = 1 } = daemonSet.spec.updateStrategy?.rollingUpdate ?? {}
  // Both zero would never move.
  const unavailable = scaledValue(maxUnavailable, desired.size, true)
  return replaceStep(input, desired.size > 0 && unavailable === 0 ? 1 : unavailable)
}

interface OnNode {
  readonly oldPod: Pod | undefined
  readonly newPod: Pod | undefined
}

/** Undefined where a node has more pods than an update can have left there. Source: findUpdatedPodsOnNode */
function updatedPods({ daemonSet, hash }: RollingInput, pods: readonly Pod[]): OnNode | undefined {
  const alive = pods.filter((pod) => !isDeleting(pod))
  const updated = alive.filter((pod) => isPodUpdated(pod, daemonSet, hash))
  if (updated.length > 1 || alive.length - updated.length > 1) return undefined
  return { newPod: updated[0], oldPod: alive.find((pod) => pod !== updated[0]) }
}

/** Old pods make room for new ones, as many at once as may be unavailable. */
function replaceStep(input: RollingInput, maxUnavailable: number): RollingStep {
  const available = (pod: Pod) => isPodAvailable(pod, input.daemonSet.spec.minReadySeconds ?? 0, input.now)
  const unavailableOld: Pod[] = []
  const candidates: Pod[] = []
  let unavailable = 0
  for (const pods of input.podsByNode.values()) {
    const found = updatedPods(input, pods)
    const { oldPod, newPod } = found ?? {}
    if (oldPod !== undefined && newPod === undefined) {
      if (available(oldPod)) candidates.push(oldPod)
      else {
        unavailableOld.push(oldPod)
        unavailable++
      }
    } else if (newPod === undefined || oldPod !== undefined || !available(newPod)) unavailable++
  }
  const room = Math.max(0, maxUnavailable - unavailable)
  return { remove: [...unavailableOld, ...candidates.slice(0, room)], createOn: [] }
}

/** New pods come beside old ones, which go once the new one is available. */
function surgeStep(input: RollingInput, surge: number): RollingStep {
  const available = (pod: Pod) => isPodAvailable(pod, input.daemonSet.spec.minReadySeconds ?? 0, input.now)
  const remove: Pod[] = []
  const atOnce: string[] = []
  const candidates: string[] = []
  let surging = 0
  for (const [node, pods] of input.podsByNode) {
    const found = updatedPods(input, pods)
    if (found === undefined) {
      surging++
      continue
    }
    const { oldPod, newPod } = found
    if (oldPod === undefined) continue
    if (newPod !== undefined) {
      if (available(newPod)) remove.push(oldPod)
      else surging++
    } else if (!input.desired.has(node)) remove.push(oldPod)
    else if (available(oldPod)) candidates.push(node)
    else atOnce.push(node)
  }
  return { remove, createOn: [...atOnce, ...candidates.slice(0, Math.max(0, surge - surging))] }
}
