import { summarizePod } from '../api/pod-status.ts'
import type { Cluster } from '../cluster/index.ts'

/** How a cluster is, at a glance. */
export interface Overview {
  /** Virtual ms. */
  readonly now: number
  /** False while no API server tells anything. */
  readonly answers: boolean
  readonly nodes: readonly { readonly name: string; readonly status: string }[]
  readonly pods: number
  readonly problems: readonly { readonly pod: string; readonly status: string }[]
  /** Newest first. */
  readonly events: readonly {
    readonly at: number
    readonly warning: boolean
    readonly object: string
    readonly reason: string
    readonly message: string
  }[]
}

const PROBLEMS = 12
const EVENTS = 12

export function overviewOf(cluster: Cluster): Overview {
  const client = cluster.client()
  const pods = client.list('Pod')
  const problems = pods.flatMap((pod) => {
    const { status, readyContainers, totalContainers } = summarizePod(pod)
    if (status === 'Completed' || status === 'Succeeded') return []
    if (status === 'Running' && readyContainers === totalContainers) return []
    const shown = status === 'Running' ? `Running ${readyContainers}/${totalContainers}` : status
    return [{ pod: `${pod.metadata.namespace}/${pod.metadata.name}`, status: shown }]
  })
  const nodes = client.list('Node').map(({ metadata, spec, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
    return {
      name: metadata.name!,
      status: `${ready ? 'Ready' : 'NotReady'}${spec?.unschedulable ? ',SchedulingDisabled' : ''}`,
    }
  })
  const events = client
    .list('Event')
    .map(({ lastTimestamp, eventTime, metadata, type, reason, message, involvedObject }) => ({
      at: Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? ''),
      warning: type === 'Warning',
      object: `${involvedObject.kind}/${involvedObject.name}`,
      reason: reason ?? '',
      message: message ?? '',
    }))
    .sort((a, b) => b.at - a.at)
  return {
    now: cluster.clock.now(),
    answers: nodes.length > 0,
    nodes,
    pods: pods.length,
    problems: problems.slice(0, PROBLEMS),
    events: events.slice(0, EVENTS),
  }
}
