import { type PodSummary, summarizePod } from '../../../../api/pod-status.ts'
import type { Pod } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn, since } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import type { Column } from '../contract.ts'

const summaries = new WeakMap<Pod, PodSummary>()

/** Three columns of one pod come from one summary. */
function summaryOf(pod: Pod): PodSummary {
  const known = summaries.get(pod)
  if (known) return known
  const summary = summarizePod(pod)
  summaries.set(pod, summary)
  return summary
}

const conditionIsTrue = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.find((condition) => condition.type === type)?.status === 'True'

function readyText(pod: Pod): string {
  const { readyContainers, totalContainers } = summaryOf(pod)
  return `${readyContainers}/${totalContainers}`
}

function restartsText(pod: Pod, now: number): string {
  const { restarts, lastRestart } = summaryOf(pod)
  return restarts !== 0 && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
}

function readinessGatesText(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  return `${gates.filter((gate) => conditionIsTrue(pod, gate.conditionType)).length}/${gates.length}`
}

const texts = columnTexts.Pod

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column('Ready', texts.ready, readyText),
  column('Status', texts.status, (pod) => summaryOf(pod).status),
  column('Restarts', texts.restarts, restartsText),
  ageColumn,
  column('IP', texts.ip, (pod) => pod.status?.podIPs?.[0]?.ip || '<none>', { wide: true }),
  column('Node', texts.node, (pod) => pod.spec.nodeName || '<none>', { wide: true }),
  column('Nominated Node', texts.nominatedNode, (pod) => pod.status?.nominatedNodeName || '<none>', { wide: true }),
  column('Readiness Gates', texts.readinessGates, readinessGatesText, { wide: true }),
]
