import { type NodeVerdict, type PodExplanation, verdictText } from '../../cluster/index.ts'
import { columns, say, sayJson } from '../terminal.ts'
import { runningCluster } from './running.ts'

/** Nodes that are named one by one; of more, those that say the same are counted. */
const NODES_SHOWN = 12
const WIDTH = 80

/** `kubedrill why pod/NAME`: which plugin says no to which node, or how the nodes compare. */
export async function why(
  name: string,
  { namespace, json }: { readonly namespace: string; readonly json?: boolean },
): Promise<void> {
  const control = await runningCluster('why')
  const explanation = await control.why(name.replace(/^(pods?|po)\//, ''), namespace)
  if (json) sayJson(explanation)
  else say(explanationText(explanation))
}

/** As it is read at 80 columns. */
export function explanationText(explanation: PodExplanation): string {
  const { refusedBefore, nodes, node } = explanation
  const parts = [headline(explanation), lastAttempt(explanation), basis(explanation)]
  if (refusedBefore !== undefined)
    parts.push(wrap(`No node is looked at: ${refusedBefore.plugin}: ${refusedBefore.reasons.join(', ')}`))
  else {
    parts.push(nodeTable(nodes, node))
    parts.push(scoreTable(nodes, node))
  }
  return parts.filter((part) => part !== '').join('\n\n')
}

const QUEUES: Readonly<Record<string, string>> = {
  active: 'is next in line',
  backoff: 'backs off',
  waiting: 'waits for something to change',
  gated: 'is held back before it is tried',
  scheduling: 'is being scheduled',
}

function headline({ namespace, pod, node, schedulerName, queue, attempts, nominatedNode }: PodExplanation): string {
  const name = `Pod ${namespace}/${pod}`
  if (node !== undefined) return `${name} is on node ${node}, placed by ${schedulerName}`
  const tried = attempts === undefined ? '' : `, tried ${attempts} ${attempts === 1 ? 'time' : 'times'}`
  const nominated = nominatedNode === undefined ? '' : `; nominated to ${nominatedNode}`
  return wrap(
    `${name} has no node: ${schedulerName} says it ${QUEUES[queue ?? ''] ?? 'does not know it'}${tried}${nominated}`,
  )
}

const lastAttempt = ({ lastAttempt: last }: PodExplanation): string =>
  last === undefined ? '' : wrap(`Last attempt: ${last.message}`)

const basis = ({ node }: PodExplanation): string =>
  wrap(
    node === undefined
      ? 'Judged now, against the cluster as it is:'
      : 'Judged now, as if the Pod had no node yet; when it was placed the cluster may have been another:',
  )

function nodeTable(nodes: readonly NodeVerdict[], chosen: string | undefined): string {
  const fitting = nodes.filter(({ refusedBy }) => refusedBy === undefined)
  const refusing = nodes.filter(({ refusedBy }) => refusedBy !== undefined)
  const shown = fitting.slice(0, NODES_SHOWN)
  const rows = shown.map(({ node, total }) => [node, `fits, ${total}${node === chosen ? '  <- it is here' : ''}`])
  if (fitting.length > shown.length) rows.push([`${fitting.length - shown.length} more`, 'fit'])
  if (refusing.length <= NODES_SHOWN) rows.push(...refusing.map((verdict) => [verdict.node, verdictText(verdict)]))
  else rows.push(...counted(refusing))
  if (rows.length === 0) return 'There are no nodes.'
  return columns([['NODE', 'VERDICT'], ...rows])
}

/** `497 nodes   NodeResourcesFit: Insufficient cpu` */
function counted(refusing: readonly NodeVerdict[]): string[][] {
  const groups = new Map<string, number>()
  for (const verdict of refusing) groups.set(verdictText(verdict), (groups.get(verdictText(verdict)) ?? 0) + 1)
  return [...groups]
    .sort(([, a], [, b]) => b - a)
    .map(([text, count]) => [`${count} ${count === 1 ? 'node' : 'nodes'}`, text])
}

/** The node it is on, or the best, beside the best of the others. */
function scoreTable(nodes: readonly NodeVerdict[], chosen: string | undefined): string {
  const scored = nodes.filter(({ scores }) => scores !== undefined)
  const first = scored.find(({ node }) => node === chosen) ?? scored[0]
  if (first === undefined) return ''
  const second = scored.find((verdict) => verdict !== first)
  const compared = second === undefined ? [first] : [first, second]
  const rows = first.scores!.map(({ plugin, weight }, i) => [
    plugin,
    String(weight),
    ...compared.map(({ scores }) => `${scores![i]!.raw} -> ${scores![i]!.normalized} = ${scores![i]!.weighted}`),
  ])
  const totals = ['total', '', ...compared.map(({ total }) => String(total))]
  const short = (name: string) => (name.length > 20 ? `${name.slice(0, 19)}…` : name)
  const head = ['SCORE (raw -> 0..100 = weighted)', 'WEIGHT', ...compared.map(({ node }) => short(node))]
  return columns([head, ...rows, totals])
}

function wrap(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
