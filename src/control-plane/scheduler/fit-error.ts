import type { Diagnosis, Status } from './framework.ts'
import { NodeStatuses } from './node-statuses.ts'

/** The status of nodes that nobody asked. Source: framework.NewDefaultNodeToStatus */
const UNRESOLVABLE: Status = { code: 'UnschedulableAndUnresolvable', reasons: [] }

export function newDiagnosis(): Diagnosis {
  return {
    nodeToStatus: new NodeStatuses(),
    absentNodesStatus: UNRESOLVABLE,
    unschedulablePlugins: new Set(),
    preFilterMessage: '',
    postFilterMessage: '',
  }
}

/** Source: kube-scheduler/framework Status.Message */
export const statusMessage = (status: Status): string => status.reasons.join(', ')

/**
 * `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. <what preemption says>`
 * Source: pkg/scheduler/framework/types.go FitError.Error
 */
export function fitErrorMessage(allNodes: number, diagnosis: Diagnosis): string {
  let message = `0/${allNodes} nodes are available:`
  if (diagnosis.preFilterMessage !== '') message += ` ${diagnosis.preFilterMessage}.`
  else {
    const reasons = reasonsHistogram(allNodes, diagnosis)
    if (reasons.length > 0) message += ` ${reasons.join(', ')}.`
  }
  if (diagnosis.postFilterMessage !== '') message += ` ${diagnosis.postFilterMessage}`
  return message
}

function reasonsHistogram(allNodes: number, { nodeToStatus, absentNodesStatus }: Diagnosis): string[] {
  const counts = new Map<string, number>()
  const add = (status: Status, times: number) => {
    for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + times)
  }
  // Many nodes in a row say the same.
  let last: Status | undefined
  let times = 0
  for (const status of nodeToStatus.statuses()) {
    if (status !== last) {
      if (last !== undefined) add(last, times)
      last = status
      times = 0
    }
    times++
  }
  if (last !== undefined) add(last, times)
  if (nodeToStatus.size < allNodes) add(absentNodesStatus, allNodes - nodeToStatus.size)
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Source: pkg/apis/core/validation/events.go NoteLengthLimit; schedule_one.go truncateMessage */
export const truncateMessage = (message: string): string =>
  message.length <= 1024 ? message : `${message.slice(0, 1024 - 4)} ...`
