import { selectorFromLabelSelector } from '../../../api/labels.ts'
import type { DaemonSet, Node, Pod } from '../../../api/types.ts'
import type { DaemonPods } from './daemon-pods.ts'
import { judgeNode, Tally } from './tally.ts'

/** What the verdicts depend on besides node, pods and time. */
interface Basis {
  readonly template: unknown
  readonly strategy: unknown
  readonly minReadySeconds: number | undefined
  readonly hash: string
}

/**
 * What one DaemonSet comes to on all nodes. Only the nodes where something has changed are judged again; all of them
 * when the DaemonSet itself has changed.
 */
export class DaemonSetView {
  /** Nodes that came, went or changed. */
  readonly changedNodes = new Set<string>()
  /** Pods that its selector does not meet (any more). */
  readonly unmatched = new Set<Pod>()
  readonly #uid: string
  readonly #nodes: ReadonlyMap<string, Node>
  readonly #pods: DaemonPods
  #basis: Basis | undefined
  #tally = new Tally()

  constructor(uid: string, nodes: ReadonlyMap<string, Node>, pods: DaemonPods) {
    this.#uid = uid
    this.#nodes = nodes
    this.#pods = pods
  }

  /** Brought up to date. */
  tally(daemonSet: DaemonSet, hash: string, now: number): Tally {
    const { template, updateStrategy: strategy, minReadySeconds } = daemonSet.spec
    const { byNode, changed } = this.#pods.of(this.#uid)
    const basis = this.#basis
    const same =
      basis?.template === template &&
      basis.strategy === strategy &&
      basis.minReadySeconds === minReadySeconds &&
      basis.hash === hash
    if (!same) {
      this.#basis = { template, strategy, minReadySeconds, hash }
      this.#tally = new Tally()
    }
    const nodes = same
      ? new Set([...changed, ...this.changedNodes, ...this.#tally.waits])
      : new Set([...this.#nodes.keys(), ...byNode.keys()])
    changed.clear()
    this.changedNodes.clear()
    this.#judge(nodes, daemonSet, hash, now)
    return this.#tally
  }

  #judge(nodes: Iterable<string>, daemonSet: DaemonSet, hash: string, now: number): void {
    const { byNode } = this.#pods.of(this.#uid)
    const selector = selectorFromLabelSelector(daemonSet.spec.selector)
    for (const name of nodes) {
      const node = this.#nodes.get(name)
      const pods: Pod[] = []
      for (const pod of byNode.get(name)?.values() ?? [])
        if (selector.matches(pod.metadata.labels)) pods.push(pod)
        else this.unmatched.add(pod)
      const nothing = node === undefined && pods.length === 0
      this.#tally.set(name, nothing ? undefined : judgeNode(node, pods, daemonSet, hash, now))
    }
  }
}
