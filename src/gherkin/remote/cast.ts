import { quantityMilliValue } from '../../api/quantity.ts'
import { hasTaint } from '../../api/taints.ts'
import type { Node, Taint } from '../../api/types.ts'
import type { Topology, TopologyNode } from '../../cluster/contract.ts'
import { DEFAULT_TOPOLOGY } from '../../cluster/topology.ts'

/** What a node has to be told for its part. */
export interface Change {
  readonly node: string
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
}

/** Which nodes of a cluster play the nodes of a scenario. */
export interface Cast {
  /** The cluster's name by the scenario's. */
  readonly names: ReadonlyMap<string, string>
  readonly changes: readonly Change[]
}

/** Who plays whom has to be as big as the part, give or take what a machine keeps for itself. */
const TOLERANCE = 0.1
/** Labels that say what a machine is: nobody else may say so. */
const FACTS = /^(?:topology\.kubernetes\.io|kubernetes\.io|node\.kubernetes\.io)\//

/**
 * Gives each node that the scenario describes to a Ready one of the cluster: to its namesake, else to one that is so already, else to one
 * that can be made so by labels and taints. Without a description there are `cp-1`, `worker-1` and `worker-2`, as far as there are.
 *
 * @returns what the cluster has not, where that cannot be
 */
export function castNodes(topology: Topology | undefined, there: readonly Node[]): Cast | string {
  const wanted = (topology ?? DEFAULT_TOPOLOGY).nodes
  const free = new Set(there.filter((node) => isControlPlane(node) || takesPods(node, wanted)))
  const names = new Map<string, string>()
  const changes: Change[] = []
  const give = (part: TopologyNode, fits: (node: Node, change: Change) => boolean) => {
    if (names.has(part.name)) return
    for (const node of free) {
      const change = changeFor(part, node)
      if (typeof change === 'string' || !fits(node, change)) continue
      free.delete(node)
      names.set(part.name, node.metadata.name)
      if (!isNothing(change)) changes.push(change)
      return
    }
  }
  for (const part of wanted) give(part, ({ metadata }) => metadata.name === part.name)
  for (const part of wanted) give(part, (_, change) => isNothing(change))
  for (const part of wanted) give(part, () => true)
  if (topology === undefined) return { names, changes }
  const unplayed = wanted.find(({ name, role }) => role === 'worker' && !names.has(name))
  return unplayed === undefined ? { names, changes } : whyNobody(unplayed, there)
}

export const isControlPlane = ({ metadata }: Node) =>
  metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined

const isNothing = ({ labels, taints }: Change) => Object.keys(labels).length === 0 && taints.length === 0

/** A worker that turns away what the scenario brings plays nobody. */
function takesPods({ spec }: Node, wanted: readonly TopologyNode[]): boolean {
  const asked = wanted.flatMap(({ taints = [] }) => taints.map(taintOf))
  const turnsAway = (taint: Taint) => taint.effect !== 'PreferNoSchedule' && !hasTaint(asked, taint)
  return spec?.unschedulable !== true && !(spec?.taints ?? []).some(turnsAway)
}

/** @returns why this node cannot play the part, or what it takes */
function changeFor(part: TopologyNode, node: Node): Change | string {
  const { metadata, spec, status } = node
  if (isControlPlane(node) !== (part.role === 'control-plane')) return 'is no such machine'
  if (part.runtimes !== undefined) return 'does not tell which runtimes it has'
  const { capacity = {} } = status ?? {}
  if (part.gpus !== undefined && Number(capacity['nvidia.com/gpu'] ?? 0) !== part.gpus)
    return `has not ${part.gpus} GPUs, but ${capacity['nvidia.com/gpu'] ?? 'none'}`
  for (const resource of ['cpu', 'memory', 'pods'] as const) {
    const size = part[resource]
    const found = capacity[resource] ?? '0'
    if (size !== undefined && !isAbout(found, size)) return `has not ${size} ${resource}, but ${found}`
  }
  const zone = part.zone === undefined ? {} : { 'topology.kubernetes.io/zone': part.zone }
  const type = part.instanceType === undefined ? {} : { 'node.kubernetes.io/instance-type': part.instanceType }
  const said = Object.entries({ ...part.labels, ...zone, ...type })
  const other = said.find(([key, value]) => FACTS.test(key) && (metadata.labels?.[key] ?? value) !== value)
  if (other !== undefined) return `is not ${other[0]}=${other[1]}, but ${metadata.labels![other[0]]}`
  const labels = Object.fromEntries(said.filter(([key, value]) => metadata.labels?.[key] !== value))
  const taints = (part.taints ?? []).map(taintOf).filter((taint) => !hasTaint(spec?.taints, taint))
  return { node: metadata.name, labels, taints }
}

function whyNobody(part: TopologyNode, there: readonly Node[]): string {
  const workers = there.filter((node) => !isControlPlane(node))
  for (const node of workers) {
    const why = changeFor(part, node)
    if (typeof why === 'string') return `has no node for "${part.name}": node "${node.metadata.name}" ${why}`
  }
  return `has no node for "${part.name}": ${workers.length} Ready worker nodes are not enough, or take no Pods`
}

const isAbout = (found: string, wanted: string | number) =>
  Math.abs(quantityMilliValue(found) / quantityMilliValue(wanted) - 1) <= TOLERANCE

/** `key=value:Effect`, as kubectl taint is told. */
function taintOf(text: string): Taint {
  const [, key = '', value, effect = ''] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? []
  return { key, ...(value ? { value } : {}), effect }
}
