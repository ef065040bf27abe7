import type { Pod } from '../../api/types.ts'
import { type PodInfo, podInfoOf, podKey } from './pod-info.ts'

/** Pods that are to come to a node once preemption has made room there. Source: pkg/scheduler/backend/queue/nominator.go */
export class Nominator {
  readonly #byNode = new Map<string, Map<string, PodInfo>>()
  readonly #nodeOf = new Map<string, string>()

  /** @param node undefined: no node any more */
  set(pod: Pod, node: string | undefined): void {
    const key = podKey(pod)
    const before = this.#nodeOf.get(key)
    if (before !== undefined) {
      this.#byNode.get(before)?.delete(key)
      if (this.#byNode.get(before)?.size === 0) this.#byNode.delete(before)
      this.#nodeOf.delete(key)
    }
    if (!node) return
    this.#nodeOf.set(key, node)
    let pods = this.#byNode.get(node)
    if (pods === undefined) {
      pods = new Map()
      this.#byNode.set(node, pods)
    }
    pods.set(key, podInfoOf(pod))
  }

  on(node: string): readonly PodInfo[] {
    const pods = this.#byNode.size === 0 ? undefined : this.#byNode.get(node)
    return pods === undefined ? NONE : [...pods.values()]
  }

  get size(): number {
    return this.#nodeOf.size
  }
}

const NONE: readonly PodInfo[] = []
