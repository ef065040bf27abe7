import type { Node } from '../../api/types.ts'
import { NodeInfo } from './node-info.ts'

/** Nodes in the order in which they are tried: zone by zone in turn. Source: pkg/scheduler/backend/cache/node_tree.go */
export class NodeTree {
  readonly #nodes = new Map<string, NodeInfo>()
  readonly #zones = new Map<string, Set<NodeInfo>>()
  readonly #zoneOf = new Map<NodeInfo, string>()
  #list: readonly NodeInfo[] | undefined
  #nextId = 0

  get(name: string): NodeInfo | undefined {
    return this.#nodes.get(name)
  }

  /** The node, or a stand-in for one that is not known yet but has pods. */
  getOrAdd(name: string): NodeInfo {
    let info = this.#nodes.get(name)
    if (info === undefined) {
      info = new NodeInfo(name, undefined, this.#nextId)
      this.#nextId += 2
      this.#nodes.set(name, info)
    }
    return info
  }

  set(node: Node): NodeInfo {
    const info = this.getOrAdd(node.metadata.name)
    info.setNode(node)
    const zone = zoneKey(node)
    if (this.#zoneOf.get(info) !== zone) {
      this.#leaveZone(info)
      let members = this.#zones.get(zone)
      if (members === undefined) {
        members = new Set()
        this.#zones.set(zone, members)
      }
      members.add(info)
      this.#zoneOf.set(info, zone)
      this.#list = undefined
    }
    return info
  }

  remove(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name)
    if (info === undefined) return undefined
    this.#leaveZone(info)
    info.node = undefined
    this.forgetIfEmpty(info)
    return info
  }

  forgetIfEmpty(info: NodeInfo): void {
    if (info.node === undefined && info.pods.size === 0) this.#nodes.delete(info.name)
  }

  list(): readonly NodeInfo[] {
    this.#list ??= interleave([...this.#zones.values()].map((members) => [...members]))
    return this.#list
  }

  #leaveZone(info: NodeInfo): void {
    const zone = this.#zoneOf.get(info)
    if (zone === undefined) return
    this.#zoneOf.delete(info)
    const members = this.#zones.get(zone)!
    members.delete(info)
    if (members.size === 0) this.#zones.delete(zone)
    this.#list = undefined
  }
}

function interleave(zones: readonly (readonly NodeInfo[])[]): NodeInfo[] {
  if (zones.length === 1) return [...zones[0]!]
  const longest = Math.max(0, ...zones.map(({ length }) => length))
  const nodes: NodeInfo[] = []
  for (let i = 0; i < longest; i++) {
    for (const zone of zones) {
      const node = zone[i]
      if (node !== undefined) nodes.push(node)
    }
  }
  return nodes
}

/** Source: component-helpers/node/topology/helpers.go GetZoneKey */
function zoneKey({ metadata: { labels } }: Node): string {
  const region = labels?.['topology.kubernetes.io/region'] ?? labels?.['failure-domain.beta.kubernetes.io/region'] ?? ''
  const zone = labels?.['topology.kubernetes.io/zone'] ?? labels?.['failure-domain.beta.kubernetes.io/zone'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}
