import type { Pod } from '../../api/types.ts'
import type { NodeInfo } from './node-info.ts'
import { type PodInfo, podInfoOf, podKey } from './pod-info.ts'

/** Pods that are to come to a node once preemption has made room there. Source: pkg/scheduler/backend/queue/nominator.go */
export class Nominator {
  /** Lists are replaced, never changed. */
  readonly #byNode = new Map<string, readonly PodInfo[]>()
  readonly #nodeOf = new Map<string, string>()
  /** What has been asked for, by the ids of nodes: every pod asks this of every node. */
  readonly #byId: (readonly PodInfo[])[] = []
  readonly #ids = new Map<string, number>()

  /** @param node undefined: no node any more */
  set(pod: Pod, node: string | undefined): void {
    const key = podKey(pod)
    const before = this.#nodeOf.get(key)
    if (before !== undefined) {
      const rest = this.on(before).filter((info) => info.key !== key)
      if (rest.length === 0) this.#byNode.delete(before)
      else this.#byNode.set(before, rest)
      this.#nodeOf.delete(key)
      this.#changed(before)
    }
    if (!node) return
    this.#nodeOf.set(key, node)
    this.#byNode.set(node, [...this.on(node), podInfoOf(pod)])
    this.#changed(node)
  }

  of({ id, name }: NodeInfo): readonly PodInfo[] {
    if (id < 0) return this.on(name)
    let pods = this.#byId[id]
    if (pods === undefined) {
      pods = this.on(name)
      this.#byId[id] = pods
      this.#ids.set(name, id)
    }
    return pods
  }

  #changed(node: string): void {
    const id = this.#ids.get(node)
    if (id !== undefined) this.#byId[id] = this.on(node)
  }

  on(node: string): readonly PodInfo[] {
    return (this.#byNode.size === 0 ? undefined : this.#byNode.get(node)) ?? NONE
  }

  get size(): number {
    return this.#nodeOf.size
  }
}

const NONE: readonly PodInfo[] = []
