import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { arrowsOf } from './transitions.ts'

/** A machine as Mermaid stateDiagram text, for documents and `kubedrill machines`. */
export function mermaid(machine: AnyStateMachine): string {
  const lines = ['stateDiagram-v2', ...outermostStates(machine.root)]
  const arrows = new Map<string, string[]>()
  const draw = (from: string, to: string, label: string) => {
    const arrow = `${identifier(from)} --> ${identifier(to)}`
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), label])
  }
  // What a chart does in any state is drawn in each: Mermaid has no arrow from the frame.
  const outermost = Object.values(machine.root.states).filter(({ type }) => type !== 'final')
  for (const { from, to, on, guard } of arrowsOf(machine)) {
    const label = guard === undefined ? on : `${on} [${guard}]`
    for (const source of from === '' ? outermost.map(({ key }) => key) : [from])
      for (const target of to.length === 0 ? [source] : to) draw(source, target, label)
  }
  for (const [arrow, labels] of arrows) lines.push(`  ${arrow}: ${labels.map(plain).join('<br/>')}`)
  return `${lines.join('\n')}\n`
}

/** Mermaid knows states beside each other only within a state. */
function outermostStates(root: AnyStateNode): string[] {
  if (root.type !== 'parallel') return states(root, '  ')
  return [`  state "${plain(root.machine.id)}" as ${identifier(root.machine.id)} {`, ...states(root, '    '), '  }']
}

function states(node: AnyStateNode, indent: string): string[] {
  const children = Object.values(node.states)
  const lines: string[] = []
  if (node.type === 'compound') for (const target of node.initial.target) lines.push(`${indent}[*] --> ${idOf(target)}`)
  children.forEach((child, index) => {
    if (node.type === 'parallel' && index > 0) lines.push(`${indent}--`)
    lines.push(...state(child, indent))
  })
  return lines
}

function state(node: AnyStateNode, indent: string): string[] {
  const named = `${indent}state "${plain(node.key)}" as ${idOf(node)}`
  if (node.type === 'final') return [named, `${indent}${idOf(node)} --> [*]`]
  if (Object.keys(node.states).length === 0) return [named]
  return [`${named} {`, ...states(node, `${indent}  `), `${indent}}`]
}

function idOf(node: AnyStateNode): string {
  return identifier(node.path.join('.'))
}

function identifier(path: string): string {
  return path.replace(/[^\w]/g, '_')
}

/** Characters that Mermaid takes for syntax. */
function plain(text: string): string {
  return text.replace(/"/g, "'").replace(/[:;#]/g, ' ')
}
