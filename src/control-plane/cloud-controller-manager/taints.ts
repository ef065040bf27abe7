import type { Node, Taint } from '../../api/types.ts'

/** The node with these taints; none at all is no list, as Go leaves empty lists out. */
export function withTaints(node: Node, taints: readonly Taint[]): Node {
  const { taints: _, ...spec } = node.spec ?? {}
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } }
}
