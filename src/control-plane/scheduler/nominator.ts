import type { Pod } from '../../api/types.ts'
import { type PodInfo, podInfoOf, podKey } from './pod-info.ts'

/** Pods that are to come to a node once preemption has made room there. Source: pkg/scheduler/backend/queue/nominator.go */
export class Nominator {
  /** Lists are replaced, never changed. */
  readonly #byNode = new Map<string, readonly PodInfo[]>()
  readonly #nodeOf = new Map<string, string>()

  /** @param node undefined: no node any more */
  set(pod: Pod, node: string | undefined): void {
    const key = podKey(pod)
    const before = this.#nodeOf.get(key)
    if (before !== undefined) {
      const rest = this.on(before).filter((info) => info.key !== key)
      if (rest.length === 0) this.#byNode.delete(before)
      else this.#byNode.set(before, rest)
      this.#nodeOf.delete(key)
    }
    if (!node) return
    this.#nodeOf.set(key, node)
    this.#byNode.set(node, [...this.on(node), podInfoOf(pod)])
  }

  on(node: string): readonly PodInfo[] {
    return (this.#byNode.size === 0 ? undefined : this.#byNode.get(node)) ?? NONE
  }

  get size(): number {
    return this.#nodeOf.size
  }
}

const NONE: readonly PodInfo[] = []
