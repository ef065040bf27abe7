import type { Status } from './framework.ts'
import type { NodeInfo } from './node-info.ts'

/**
 * What plugins said about nodes, in the order in which they were asked. Thousands of nodes may refuse each pod, so this is
 * two lists; names are looked up only when somebody asks. Source: pkg/scheduler/framework/types.go NodeToStatus
 */
export class NodeStatuses {
  readonly #nodes: NodeInfo[] = []
  readonly #statuses: Status[] = []
  #byName: Map<string, Status> | undefined

  get size(): number {
    return this.#nodes.length
  }

  add(node: NodeInfo, status: Status): void {
    this.#nodes.push(node)
    this.#statuses.push(status)
    this.#byName = undefined
  }

  get(name: string): Status | undefined {
    this.#byName ??= new Map(this.#nodes.map((node, i) => [node.name, this.#statuses[i]!]))
    return this.#byName.get(name)
  }

  statuses(): readonly Status[] {
    return this.#statuses
  }

  /** Source: NodesForStatusCode */
  nodesWith(code: Status['code']): readonly NodeInfo[] {
    if (this.#statuses.every((status) => status.code === code)) return this.#nodes
    const found: NodeInfo[] = []
    for (let i = 0; i < this.#nodes.length; i++) if (this.#statuses[i]!.code === code) found.push(this.#nodes[i]!)
    return found
  }
}
