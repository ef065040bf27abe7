import { isStatus, type Node, type Taint } from '../../api/types.ts'
import type { Connection } from './connection.ts'

const RESOURCE = { group: '', version: 'v1', resource: 'nodes' }

/** Taints that tell how a node is: its controllers put them on and take them off. */
const OF_CONTROLLERS = /^node\.(?:cloudprovider\.)?kubernetes\.io\//

interface Kept {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
  readonly unschedulable: boolean
}

/** What people say of nodes, as it was before a scenario: commands may have changed it without our knowing. */
export class NodesBefore {
  readonly #connection: Connection
  readonly #kept: ReadonlyMap<string, Kept>

  private constructor(connection: Connection, nodes: readonly Node[]) {
    this.#connection = connection
    this.#kept = new Map(nodes.map((node) => [node.metadata.name, keptOf(node)]))
  }

  static async look(connection: Connection): Promise<NodesBefore> {
    return new NodesBefore(connection, await nodesOf(connection))
  }

  /** Says the same of them again, where something else is said now. */
  async restore(): Promise<void> {
    for (const node of await nodesOf(this.#connection)) {
      const before = this.#kept.get(node.metadata.name)
      const now = keptOf(node)
      if (before === undefined || JSON.stringify(before) === JSON.stringify(now)) continue
      const own = (node.spec?.taints ?? []).filter(({ key }) => OF_CONTROLLERS.test(key))
      const body = {
        metadata: {
          labels: back(before.labels, now.labels),
          annotations: back(before.annotations, now.annotations),
        },
        spec: { taints: [...before.taints, ...own], unschedulable: before.unschedulable || null },
      }
      const place = { resource: RESOURCE, name: node.metadata.name }
      await this.#connection.send({ verb: 'patch', ...place, body, patchType: 'application/merge-patch+json' })
    }
  }
}

async function nodesOf(connection: Connection): Promise<readonly Node[]> {
  const { body } = await connection.send({ verb: 'list', resource: RESOURCE })
  return isStatus(body) ? [] : ((body as { readonly items?: readonly Node[] }).items ?? [])
}

function keptOf({ metadata, spec }: Node): Kept {
  return {
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    taints: (spec?.taints ?? []).filter(({ key }) => !OF_CONTROLLERS.test(key)),
    unschedulable: spec?.unschedulable ?? false,
  }
}

/** A merge patch from what is there now to what was there before. */
function back(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>) {
  const gone = Object.keys(now).filter((key) => !Object.hasOwn(before, key))
  return { ...before, ...Object.fromEntries(gone.map((key) => [key, null])) }
}
