import type { Pod } from '../../api/types.ts'
import type { Status } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { Framework } from './profile.ts'

/**
 * What the filters said of nodes to pods of one shape, where they go by nothing but the pod and the node. From one pod to the
 * next only few nodes change, so most of it holds.
 */
export class NodeVerdicts {
  #framework: Framework | undefined
  #shape: Pod['spec'] | undefined
  #generations: number[] = []
  #nominated: (readonly PodInfo[])[] = []
  #verdicts: (Status | undefined)[] = []

  /** Keeps what is known only if it is about pods like this one. */
  begin(framework: Framework, { spec }: Pod): void {
    if (this.#framework !== framework || this.#shape === undefined || !sameShape(this.#shape, spec)) {
      this.#generations = []
      this.#nominated = []
      this.#verdicts = []
    }
    this.#framework = framework
    this.#shape = spec
  }

  /** @param nominated the pods that are to come to the node */
  knows({ id, generation }: NodeInfo, nominated: readonly PodInfo[]): boolean {
    return this.#generations[id] === generation && this.#nominated[id] === nominated
  }

  get({ id }: NodeInfo): Status | undefined {
    return this.#verdicts[id]
  }

  set({ id, generation }: NodeInfo, nominated: readonly PodInfo[], verdict: Status | undefined): void {
    this.#generations[id] = generation
    this.#nominated[id] = nominated
    this.#verdicts[id] = verdict
  }
}

/** Whether filters that go by the pod alone cannot tell the two apart: pods of one template share all of this. */
export const sameShape = (a: Pod['spec'], b: Pod['spec']): boolean =>
  a.containers === b.containers &&
  a.initContainers === b.initContainers &&
  a.resources === b.resources &&
  a.overhead === b.overhead &&
  a.affinity === b.affinity &&
  a.nodeSelector === b.nodeSelector &&
  a.tolerations === b.tolerations &&
  a.priority === b.priority
