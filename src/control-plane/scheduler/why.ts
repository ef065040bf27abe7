import { statusMessage } from './fit-error.ts'
import type { Snapshot } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { type PodInfo, podInfoOf } from './pod-info.ts'
import type { Framework } from './profile.ts'
import { filterBeside, preFilter, scoreNodes } from './run-plugins.ts'
import { SnapshotWithNode } from './snapshot-with-node.ts'

export interface PluginScore {
  readonly plugin: string
  /** As the plugin gave it. */
  readonly raw: number
  /** Brought into 0..100 over the nodes that were scored. */
  readonly normalized: number
  readonly weight: number
  readonly weighted: number
}

/** What the plugins say about one node. */
export interface NodeVerdict {
  readonly node: string
  /** The first plugin that refuses it, and why; undefined: the pod fits there. */
  readonly refusedBy?: string
  readonly reasons?: readonly string[]
  /** Of nodes that fit: the sum, and what it is made of. */
  readonly total?: number
  readonly scores?: readonly PluginScore[]
}

/** Why a pod is where it is, or nowhere. */
export interface PodExplanation {
  readonly pod: string
  readonly namespace: string
  readonly schedulerName: string
  /** Where it runs; undefined: it has no node. */
  readonly node?: string
  readonly nominatedNode?: string
  /** Where a pod without a node waits: `active`, `backoff`, `waiting`, `gated`, `scheduling`. */
  readonly queue?: string
  readonly attempts?: number
  /** What the scheduler said when it tried the last time. */
  readonly lastAttempt?: { readonly at: string; readonly message: string }
  /** A plugin that refuses the pod before any node is looked at. */
  readonly refusedBefore?: { readonly plugin: string; readonly reasons: readonly string[] }
  /** Every node, as the plugins judge it now: the best first, then those that refuse. */
  readonly nodes: readonly NodeVerdict[]
}

/**
 * Asks every plugin about every node, with no sampling, against the cluster as it is now. A pod that has a node is looked at
 * as if it had none yet. Nothing is kept for this while pods are scheduled.
 */
export function explainPod(
  framework: Framework,
  info: PodInfo,
  cluster: Snapshot,
  nominated: (node: NodeInfo) => readonly PodInfo[],
): Pick<PodExplanation, 'refusedBefore' | 'nodes'> {
  const { pod } = info
  const asked = pod.spec.nodeName ? withoutNode(info) : info
  const snapshot = pod.spec.nodeName ? without(info, cluster) : cluster
  for (const plugin of framework.preEnqueue) {
    const status = plugin.preEnqueue!(asked.pod)
    if (status !== undefined) return { refusedBefore: { plugin: plugin.name, reasons: status.reasons }, nodes: [] }
  }
  const passed = preFilter(framework, asked, snapshot)
  if ('status' in passed) {
    const { plugin = '', reasons } = passed.status
    return { refusedBefore: { plugin, reasons }, nodes: [] }
  }
  const feasible: NodeInfo[] = []
  const refused: NodeVerdict[] = []
  for (const node of snapshot.nodes) {
    const status =
      passed.nodeNames?.has(node.name) === false
        ? { plugin: passed.pluginsWithNodes.join(', '), reasons: ['is not one of the nodes that the Pod asks for'] }
        : filterBeside(asked, node, passed.filters, snapshot, nominated(node))
    if (status === undefined) feasible.push(node)
    else refused.push({ node: node.name, refusedBy: status.plugin ?? '', reasons: status.reasons })
  }
  return { nodes: [...scored(framework, asked, snapshot, feasible, passed.states), ...refused] }
}

function scored(
  framework: Framework,
  info: PodInfo,
  snapshot: Snapshot,
  nodes: readonly NodeInfo[],
  states: Parameters<typeof scoreNodes>[4],
): readonly NodeVerdict[] {
  const tables = nodes.map((): PluginScore[] => [])
  const scores: number[] = []
  let raw: readonly number[] = []
  const keep = () => {
    raw = [...scores]
  }
  const error = scoreNodes(
    ...([framework, info, snapshot, nodes, states, scores] as const),
    ({ plugin, weight }) => {
      tables.forEach((table, i) => {
        const normalized = scores[i]!
        table.push({ plugin: plugin.name, raw: raw[i]!, normalized, weight, weighted: normalized * weight })
      })
    },
    keep,
  )
  if (error !== undefined) return nodes.map(({ name }) => ({ node: name, reasons: [error] }))
  return nodes
    .map(({ name }, i) => ({
      node: name,
      total: tables[i]!.reduce((sum, { weighted }) => sum + weighted, 0),
      scores: tables[i]!,
    }))
    .sort((a, b) => b.total - a.total)
}

function withoutNode({ pod }: PodInfo): PodInfo {
  const { nodeName: _, ...spec } = pod.spec
  return podInfoOf({ ...pod, spec })
}

/** The cluster without the pod. */
function without(info: PodInfo, cluster: Snapshot): Snapshot {
  const node = cluster.get(info.pod.spec.nodeName!)
  const own = node?.pods.get(info.key)
  if (node === undefined || own === undefined) return cluster
  const changed = node.clone()
  changed.removePod(own)
  return new SnapshotWithNode(cluster, changed)
}

/** `TaintToleration: node(s) had untolerated taint(s)` */
export const verdictText = ({ refusedBy, reasons = [] }: NodeVerdict): string =>
  `${refusedBy}: ${statusMessage({ code: 'Unschedulable', reasons })}`
