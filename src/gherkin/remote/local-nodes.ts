import type { ObjectRef } from '../parameter-types.ts'
import { type Table, tableOf } from '../step.ts'

/** What kubeadm's static Pods are called: by their component and their node. */
const STATIC_POD = '(?:etcd|kube-apiserver|kube-controller-manager|kube-scheduler)-'
/** Objects that are called as their nodes are. */
const OF_NODES: ReadonlySet<string> = new Set(['Node', 'CSINode', 'Lease'])

/** Where a text names one of these nodes. */
export function nodesIn(names: Iterable<string>): RegExp {
  const words = [...names].map((name) => name.replaceAll('.', '\\.')).join('|')
  return new RegExp(`(?<=^|[^A-Za-z0-9.-]|\\b${STATIC_POD})(?:${words})(?![A-Za-z0-9-])`, 'g')
}

/**
 * What a step is told, with the nodes it names as this cluster calls them: in texts wherever they stand as a word, of objects only in
 * those that are called as their node is (a Pod `web-1` is nobody's node).
 */
export function namingNodes(names: ReadonlyMap<string, string>): (told: unknown) => unknown {
  const others = new Map([...names].filter(([part, node]) => part !== node))
  if (others.size === 0) return (told) => told
  const words = nodesIn(others.keys())
  const staticPod = new RegExp(`^(${STATIC_POD})(.*)$`)
  const inText = (text: string) => text.replace(words, (name) => others.get(name)!)
  const nameOf = ({ kind, name }: ObjectRef) =>
    OF_NODES.has(kind)
      ? (others.get(name) ?? name)
      : name.replace(staticPod, (_, component: string, node: string) => component + (others.get(node) ?? node))
  const local = (told: unknown): unknown => {
    if (typeof told === 'string') return inText(told)
    if (Array.isArray(told)) return told.map(local)
    if (typeof told !== 'object' || told === null) return told
    if (typeof (told as Partial<Table>).raw === 'function')
      return tableOf((told as Table).raw().map((row) => row.map(inText)))
    const ref = told as Partial<ObjectRef>
    if (typeof ref.kind === 'string' && typeof ref.name === 'string') return { ...ref, name: nameOf(ref as ObjectRef) }
    return Object.fromEntries(Object.entries(told).map(([key, value]) => [key, local(value)]))
  }
  return local
}
