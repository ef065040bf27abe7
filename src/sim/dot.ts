import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { arrowsOf, statesOf } from './transitions.ts'

/** A machine in Graphviz' language, which lays out what Mermaid's diagram says: states in states, arrows with their events. */
export function dot(machine: AnyStateMachine): string {
  const lines = [
    `digraph ${quoted(machine.id)} {`,
    '  graph [compound=true, rankdir=TB, fontname="Helvetica", fontsize=12, nodesep=0.4, ranksep=0.5, style=rounded]',
    '  node [shape=box, style="rounded,filled", fillcolor="#eef4ff", color="#326ce5", fontname="Helvetica", fontsize=12]',
    // Every viewer draws these letters equally wide: labels have the room that they were laid out with.
    '  edge [color="#555555", fontname="Courier New", fontsize=9, arrowsize=0.7]',
    ...inside(machine.root, '  '),
    ...arrows(machine),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

/** The states in a state, and where it begins. */
function inside(node: AnyStateNode, indent: string): string[] {
  const lines = Object.values(node.states).flatMap((child) => state(child, indent))
  if (node.type !== 'compound') return lines
  const start = quoted(`${node.path.join('.')}.*`)
  lines.push(`${indent}${start} [shape=point, width=0.12, color=black, fillcolor=black]`)
  for (const target of node.initial.target) lines.push(`${indent}${start} -> ${anchor(target)}${clip(target, 'lhead')}`)
  return lines
}

function state(node: AnyStateNode, indent: string): string[] {
  const id = quoted(node.path.join('.'))
  if (node.type === 'final') return [`${indent}${id} [label=${quoted(node.key)}, peripheries=2]`]
  if (isLeaf(node)) return [`${indent}${id} [label=${quoted(node.key)}]`]
  const border = node.parent?.type === 'parallel' ? 'rounded,dashed' : 'rounded'
  return [
    `${indent}subgraph ${quoted(cluster(node))} {`,
    `${indent}  graph [label=${quoted(node.key)}, style="${border}", color="#326ce5", labeljust=l]`,
    ...inside(node, `${indent}  `),
    `${indent}}`,
  ]
}

function arrows(machine: AnyStateMachine): string[] {
  const nodes = new Map(statesOf(machine).map((node) => [node.path.join('.'), node]))
  const labels = new Map<string, string[]>()
  const outermost = Object.values(machine.root.states).filter(({ type }) => type !== 'final')
  for (const { from, to, on, guard } of arrowsOf(machine)) {
    const label = guard === undefined ? on : `${on} [${guard}]`
    // What a chart does in any state is drawn in each.
    for (const source of from === '' ? outermost : [nodes.get(from)!])
      for (const target of to.length === 0 ? [source] : to.map((path) => nodes.get(path)!)) {
        const ends = `${anchor(source)} -> ${anchor(target)}`
        const clips = `${clip(source, 'ltail', target)}${clip(target, 'lhead', source)}`
        const arrow = `${ends}|${clips}`
        labels.set(arrow, [...(labels.get(arrow) ?? []), label])
      }
  }
  return [...labels].map(([arrow, texts]) => {
    const [ends, clips = ''] = arrow.split('|')
    return `  ${ends} [label=${quoted(texts.map((text) => ` ${text} `).join('\n'))}]${clips}`
  })
}

/** Graphviz has no arrows to a frame: they go to a leaf in it and are clipped at the frame. */
function anchor(node: AnyStateNode): string {
  const leaf = (at: AnyStateNode): AnyStateNode => (isLeaf(at) ? at : leaf(Object.values(at.states)[0]!))
  return quoted(leaf(node).path.join('.'))
}

/** The attribute that clips an arrow at a frame, unless its other end is within. */
function clip(node: AnyStateNode, end: 'lhead' | 'ltail', other?: AnyStateNode): string {
  const isWithin = other !== undefined && node.path.every((key, index) => other.path[index] === key)
  return isLeaf(node) || isWithin ? '' : ` [${end}=${quoted(cluster(node))}]`
}

function cluster(node: AnyStateNode): string {
  return `cluster ${node.path.join('.')}`
}

function isLeaf(node: AnyStateNode): boolean {
  return Object.keys(node.states).length === 0
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`
}
