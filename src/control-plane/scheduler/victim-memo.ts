import type { Pod, PodDisruptionBudget } from '../../api/types.ts'
import type { Status } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { sameShape } from './node-verdicts.ts'
import type { PodInfo } from './pod-info.ts'

interface Entry<C> {
  readonly generation: number
  readonly nominated: readonly PodInfo[]
  readonly outcome: C | Status
}

/**
 * Who would have to go from each node for pods of one shape. From one preemptor to the next only few nodes change, so most
 * answers of the last one hold.
 */
export class VictimMemo<C> {
  #shape: Pod['spec'] | undefined
  #budgets: readonly PodDisruptionBudget[] = []
  #entries: (Entry<C> | undefined)[] = []

  /** Keeps what is known only if it is about pods like this one, under the same budgets. */
  begin({ spec }: Pod, budgets: readonly PodDisruptionBudget[]): void {
    const sameBudgets = budgets.length === this.#budgets.length && budgets.every((one, i) => one === this.#budgets[i])
    if (!sameBudgets || this.#shape === undefined || !sameShape(this.#shape, spec)) this.#entries = []
    this.#shape = spec
    this.#budgets = budgets
  }

  get(node: NodeInfo, nominated: readonly PodInfo[]): C | Status | undefined {
    const entry = this.#entries[node.id]
    return entry?.generation === node.generation && entry.nominated === nominated ? entry.outcome : undefined
  }

  set(node: NodeInfo, nominated: readonly PodInfo[], outcome: C | Status): void {
    if (node.id >= 0) this.#entries[node.id] = { generation: node.generation, nominated, outcome }
  }
}
