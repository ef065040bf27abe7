import { isPodAvailable, isPodReady } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { DaemonSet, Node, Pod } from '../../../api/types.ts'
import { nodeShouldRunDaemonPod } from './eligibility.ts'
import { byAge, demandOf, type NodeDemand } from './manage.ts'
import { type RollClass, type RollVerdict, rollVerdict } from './rolling-update.ts'
import { isPodUpdated } from './template.ts'

/** Sums over the nodes. `served`: nodes where an available pod is, as a rolling update counts them. */
export type Counts = Record<
  'desired' | 'current' | 'misscheduled' | 'ready' | 'available' | 'updated' | 'served',
  number
>

/** What one node is to one DaemonSet. */
export interface NodeVerdict {
  readonly counts: readonly (keyof Counts)[]
  /** Undefined: nothing is to be done there. */
  readonly demand: NodeDemand | undefined
  readonly roll: RollVerdict
  /** Its pod is ready, and will be available as time passes. */
  readonly waits: boolean
}

/** @param node undefined: it is gone, its pods are not */
export function judgeNode(
  node: Node | undefined,
  all: readonly Pod[],
  daemonSet: DaemonSet,
  hash: string,
  now: number,
): NodeVerdict {
  // Source: getNodesToDaemonPods: pods that have ended and are being deleted do not count.
  const pods = all.filter((pod) => !(isDeleting(pod) && hasEnded(pod)))
  const there = pods.length === 0 ? undefined : pods
  const shouldRun = node !== undefined && nodeShouldRunDaemonPod(node, daemonSet).shouldRun
  const demand = node === undefined ? unscheduledWithoutNode(pods) : demandOf(node, there, daemonSet, hash, now)
  const roll = rollVerdict(daemonSet, hash, there, shouldRun, now)
  const counts = node === undefined ? [] : countsOf(there, shouldRun, daemonSet, hash, now)
  if (roll.available) counts.push('served')
  return {
    counts,
    demand: demand.create || demand.remove.length + demand.ended.length > 0 ? demand : undefined,
    roll,
    waits: pods.some((pod) => isPodReady(pod) && !isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now)),
  }
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

/** Pods meant for a node that is not there, and not running anywhere. Source: getUnscheduledPodsWithoutNode */
function unscheduledWithoutNode(pods: readonly Pod[]): NodeDemand {
  return { create: false, remove: pods.filter(({ spec }) => !spec.nodeName), ended: [] }
}

/** Source: daemon_controller.go updateDaemonSetStatus */
function countsOf(
  pods: readonly Pod[] | undefined,
  shouldRun: boolean,
  daemonSet: DaemonSet,
  hash: string,
  now: number,
): (keyof Counts)[] {
  if (!shouldRun) return pods === undefined ? [] : ['misscheduled']
  if (pods === undefined) return ['desired']
  const counts: (keyof Counts)[] = ['desired', 'current']
  const pod = pods.length === 1 ? pods[0]! : [...pods].sort(byAge)[0]!
  if (isPodReady(pod)) counts.push('ready')
  if (isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now)) counts.push('available')
  if (isPodUpdated(pod, daemonSet, hash)) counts.push('updated')
  return counts
}

/** The verdicts on all nodes, added up as they change. */
export class Tally {
  readonly counts: Counts = {
    desired: 0,
    current: 0,
    misscheduled: 0,
    ready: 0,
    available: 0,
    updated: 0,
    served: 0,
  }
  /** Nodes where a pod is to be created or removed. */
  readonly needs = new Map<string, NodeDemand>()
  /** Nodes to be judged again as time passes. */
  readonly waits = new Set<string>()
  readonly #verdicts = new Map<string, NodeVerdict>()
  readonly #classes = new Map<RollClass, Map<string, RollVerdict>>()

  set(node: string, verdict: NodeVerdict | undefined): void {
    const before = this.#verdicts.get(node)
    if (before !== undefined) this.#forget(node, before)
    if (verdict === undefined) {
      this.#verdicts.delete(node)
      return
    }
    this.#verdicts.set(node, verdict)
    for (const count of verdict.counts) this.counts[count]++
    if (verdict.demand !== undefined) this.needs.set(node, verdict.demand)
    if (verdict.waits) this.waits.add(node)
    if (verdict.roll.class === 'settled') return
    const others = this.#classes.get(verdict.roll.class)
    if (others === undefined) this.#classes.set(verdict.roll.class, new Map([[node, verdict.roll]]))
    else others.set(node, verdict.roll)
  }

  size(of: RollClass): number {
    return this.#classes.get(of)?.size ?? 0
  }

  nodes(of: RollClass, limit = Number.POSITIVE_INFINITY): readonly string[] {
    return first(this.#classes.get(of)?.keys(), limit)
  }

  oldPods(of: RollClass, limit = Number.POSITIVE_INFINITY): readonly Pod[] {
    return first(this.#classes.get(of)?.values(), limit).map(({ oldPod }) => oldPod!)
  }

  #forget(node: string, { counts, demand, roll, waits }: NodeVerdict): void {
    for (const count of counts) this.counts[count]--
    if (demand !== undefined) this.needs.delete(node)
    if (waits) this.waits.delete(node)
    this.#classes.get(roll.class)?.delete(node)
  }
}

function first<T>(all: Iterable<T> | undefined, limit: number): T[] {
  const found: T[] = []
  if (all === undefined || limit <= 0) return found
  for (const each of all) {
    found.push(each)
    if (found.length >= limit) break
  }
  return found
}
