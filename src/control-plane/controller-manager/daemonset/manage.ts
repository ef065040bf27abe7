import { isPodAvailable, isPodReady } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { DaemonSet, Node, Pod } from '../../../api/types.ts'
import { nodeShouldRunDaemonPod } from './eligibility.ts'
import { maxSurge } from './rolling-update.ts'
import { REVISION_LABEL } from './template.ts'

/** Which nodes lack their daemon pod and which pods are too many: pure. Source: pkg/controller/daemon/daemon_controller.go */

/** Assigned ones, then older ones first. Source: podByCreationTimestampAndPhase */
export function byAge(a: Pod, b: Pod): number {
  const assigned = Number(Boolean(b.spec.nodeName)) - Number(Boolean(a.spec.nodeName))
  if (assigned !== 0) return assigned
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}

export interface NodeDemand {
  readonly create: boolean
  readonly remove: readonly Pod[]
  /** Pods that ended, to be removed when their back-off allows. */
  readonly ended: readonly Pod[]
}

const NOTHING: NodeDemand = { create: false, remove: [], ended: [] }

/** Source: podsShouldBeOnNode. @param pods those of the node; none at all: undefined */
export function demandOf(
  node: Node,
  pods: readonly Pod[] | undefined,
  daemonSet: DaemonSet,
  hash: string,
  now: number,
): NodeDemand {
  const { shouldRun, shouldContinueRunning } = nodeShouldRunDaemonPod(node, daemonSet)
  if (pods === undefined) return shouldRun ? { ...NOTHING, create: true } : NOTHING
  const alive = pods.filter((pod) => !isDeleting(pod))
  if (!shouldContinueRunning) return { ...NOTHING, remove: alive }
  const ended = alive.filter(({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded')
  const running = ended.length === 0 ? alive : alive.filter((pod) => !ended.includes(pod))
  if (maxSurge(daemonSet, 1) === 0) {
    if (running.length <= 1) return ended.length === 0 ? NOTHING : { ...NOTHING, ended }
    return { create: false, remove: [...running].sort(byAge).slice(1), ended }
  }
  if (running.length === 0) return { create: shouldRun, remove: [], ended }
  return { create: false, remove: surplusWhileSurging(running, daemonSet, hash, now), ended }
}

/** With maxSurge a node may have one old and one new pod. */
function surplusWhileSurging(running: readonly Pod[], daemonSet: DaemonSet, hash: string, now: number): Pod[] {
  const sorted = [...running].sort(byAge)
  const isNew = (pod: Pod) => pod.metadata.labels?.[REVISION_LABEL] === hash
  const newPod = sorted.find(isNew)
  const oldPod = sorted.find((pod) => !isNew(pod))
  const surplus = sorted.filter((pod) => pod !== newPod && pod !== oldPod)
  if (newPod === undefined || oldPod === undefined) return surplus
  const replaced = !isPodReady(oldPod) || isPodAvailable(newPod, daemonSet.spec.minReadySeconds ?? 0, now)
  return replaced ? [...surplus, oldPod] : surplus
}
