import { fitErrorMessage, newDiagnosis, statusMessage } from './fit-error.ts'
import type { Plugin, Status } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { QueuedPod } from './queued-pod-info.ts'
import type { PodStates } from './run-plugins.ts'

/** A pod that was given a node and is on its way to it. */
export interface Placed {
  readonly queued: QueuedPod
  readonly node: NodeInfo
  readonly states: PodStates
}

/** Why a pod goes back to the queue. */
export interface Failure {
  readonly reason: 'Unschedulable' | 'SchedulerError'
  readonly message: string
  /** As for {@link PodWrites.failed}. */
  readonly nominate: string | undefined
  /** Who refused it: what they want to hear of may help; undefined: nobody in particular. */
  readonly plugins?: ReadonlySet<string>
}

/** What `permit` said to a pod that has its node. */
export interface Permitted {
  /** How long which plugin holds it back at most, virtual ms. */
  readonly waits: ReadonlyMap<string, number>
  readonly reasons: readonly string[]
}

export const assumedOn = (info: PodInfo, node: NodeInfo): PodInfo => ({
  ...info,
  pod: { ...info.pod, spec: { ...info.pod.spec, nodeName: node.name } },
})

/** A plugin said no to the node that was chosen, or something broke. */
export function refusal({ node }: Placed, status: Status): Failure {
  if (status.code === 'Error') return { reason: 'SchedulerError', message: statusMessage(status), nominate: '' }
  const diagnosis = newDiagnosis()
  diagnosis.nodeToStatus.add(node, status)
  const message = fitErrorMessage(1, diagnosis)
  return { reason: 'Unschedulable', message, nominate: '', plugins: new Set([status.plugin ?? '']) }
}

/** A refusal with the plugin's name; an error says where it was. */
export function failedAt(status: Status, { name }: Plugin, point: string): Status {
  if (status.code !== 'Error') return { ...status, plugin: status.plugin ?? name }
  return { code: 'Error', reasons: [`running ${point} plugin "${name}": ${statusMessage(status)}`], plugin: name }
}
