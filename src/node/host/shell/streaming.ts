import type { PipelineNode, ScriptNode, SimpleCommandNode, StatementNode, WordNode } from 'just-bash'

type CommandNode = PipelineNode['commands'][number]
type Redirection = SimpleCommandNode['redirections'][number]

/** Files that lead to the shell's output. */
export const STDOUT = '/dev/.kubedrill/stdout'
export const STDERR = '/dev/.kubedrill/stderr'
/** A command put at the head of every loop: it lets time pass where a script loops without sleeping. */
export const TICK = 'kubedrill-tick'

/**
 * Makes a script's output come as it is written. just-bash hands output over when a script is done; here every command
 * whose output is the script's own (not captured, not piped on) is redirected to a file that is the output.
 */
export function stream(ast: ScriptNode): ScriptNode {
  const captured = new Set<string>()
  collectCaptured(ast, captured)
  return { ...ast, statements: statements(ast.statements, captured) }
}

function statements(nodes: readonly StatementNode[], captured: ReadonlySet<string>): StatementNode[] {
  return nodes.map((statement) => ({
    ...statement,
    pipelines: statement.pipelines.map((pipeline) => {
      const last = pipeline.commands.length - 1
      const commands = pipeline.commands.map((node, index) =>
        index === last ? command(node, captured) : withRedirections(node, [to(2, STDERR)]),
      )
      return { ...pipeline, commands }
    }),
  }))
}

function command(node: CommandNode, captured: ReadonlySet<string>): CommandNode {
  const inner = (nodes: readonly StatementNode[]) => statements(nodes, captured)
  const loop = (nodes: readonly StatementNode[]) => [tick(), ...inner(nodes)]
  if (node.type === 'FunctionDef') {
    if (captured.has(node.name) || node.body.redirections.length > 0) return node
    return { ...node, body: command(node.body, captured) as typeof node.body }
  }
  if (node.type === 'SimpleCommand') return isPlain(node) ? withRedirections(node, BOTH) : node
  if (node.redirections.length > 0) return withRedirections(node, BOTH)
  switch (node.type) {
    case 'While':
    case 'Until':
      return { ...node, condition: inner(node.condition), body: loop(node.body) }
    case 'For':
    case 'CStyleFor':
      return { ...node, body: loop(node.body) }
    case 'Group':
    case 'Subshell':
      return { ...node, body: inner(node.body) }
    case 'If':
      return {
        ...node,
        clauses: node.clauses.map(({ condition, body }) => ({ condition: inner(condition), body: inner(body) })),
        elseBody: node.elseBody && inner(node.elseBody),
      }
    case 'Case':
      return { ...node, items: node.items.map((item) => ({ ...item, body: inner(item.body) })) }
    default:
      return node
  }
}

/** Control flow keeps its form: `break`, `return` and assignments write nothing. */
function isPlain({ name }: SimpleCommandNode): boolean {
  const word = name && literal(name)
  return name !== null && name !== undefined && !CONTROL.has(word ?? '')
}

const CONTROL = new Set(['break', 'continue', 'return', 'exit', 'set', 'shift', 'local', 'export', 'unset'])

function withRedirections<T extends CommandNode>(node: T, redirections: readonly Redirection[]): T {
  return 'redirections' in node ? { ...node, redirections: [...redirections, ...node.redirections] } : node
}

function to(fd: number, path: string): Redirection {
  return { type: 'Redirection', fd, operator: '>>', target: word(path) }
}

function word(value: string): WordNode {
  return { type: 'Word', parts: [{ type: 'Literal', value }] }
}

const BOTH = [to(1, STDOUT), to(2, STDERR)]

function tick(): StatementNode {
  const node: SimpleCommandNode = {
    type: 'SimpleCommand',
    assignments: [],
    name: word(TICK),
    args: [],
    redirections: [],
  }
  const pipeline: PipelineNode = { type: 'Pipeline', commands: [node], negated: false }
  return { type: 'Statement', pipelines: [pipeline], operators: [], background: false }
}

function literal(node: WordNode): string | undefined {
  const [part] = node.parts
  return node.parts.length === 1 && part?.type === 'Literal' ? part.value : undefined
}

/** Names of commands whose output goes into a variable, a pipe or a file: functions of that name must not stream. */
function collectCaptured(node: unknown, names: Set<string>, isCaptured = false): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) collectCaptured(item, names, isCaptured)
    return
  }
  const typed = node as { type?: string; name?: WordNode | null; commands?: unknown[]; redirections?: unknown[] }
  const inside = isCaptured || typed.type === 'CommandSubstitution' || typed.type === 'ProcessSubstitution'
  if (typed.type === 'SimpleCommand' && typed.name && (inside || (typed.redirections?.length ?? 0) > 0))
    names.add(literal(typed.name) ?? '')
  if (typed.type === 'Pipeline' && typed.commands !== undefined) {
    const last = typed.commands.length - 1
    for (const [index, item] of typed.commands.entries()) collectCaptured(item, names, inside || index < last)
    return
  }
  for (const value of Object.values(node)) collectCaptured(value, names, inside)
}
