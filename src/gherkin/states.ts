import { summarizePod } from '../api/pod-status.ts'
import type { DaemonSet, Deployment, KubernetesObject, Node, Pod, StatefulSet } from '../api/types.ts'

interface WithConditions {
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[]
  }
}

/** A definition that is new has null; a custom resource may have what it likes. */
function conditionsOf(object: KubernetesObject) {
  const conditions = (object as KubernetesObject & WithConditions).status?.conditions
  return Array.isArray(conditions) ? (conditions as NonNullable<typeof conditions>) : []
}

function condition(object: KubernetesObject, type: string) {
  return conditionsOf(object).find((c) => c.type === type)
}

/** The word kubectl prints for an object's state. */
export function stateOf(object: KubernetesObject): string {
  if (object.kind === 'Pod') return summarizePod(object as Pod).status
  if (object.kind === 'Node') return nodeStates(object as Node).join(',')
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (object.kind === 'Deployment') return deploymentState(object as Deployment)
  if (object.kind === 'StatefulSet' || object.kind === 'DaemonSet')
    return isRolledOut(object) ? 'Complete' : 'Progressing'
  const { phase } = (object as KubernetesObject & WithConditions).status ?? {}
  if (phase !== undefined) return phase
  const held = conditionsOf(object)
    .filter(({ status }) => status === 'True')
    .map(({ type }) => type)
  if (object.kind === 'Job') return JOB_STATES.find((type) => held.includes(type)) ?? 'Running'
  return held.join(',') || 'present'
}

/** The STATUS column of `kubectl get jobs`. Source: kubernetes/pkg/printers/internalversion printers.go printJob */
const JOB_STATES = ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet']

/** Whether a state word is true of an object: kubectl's own, the phase, a condition that is True, or its opposite. */
export function isIn(object: KubernetesObject, word: string): boolean {
  if (object.kind === 'Pod') return podIsIn(object as Pod, word)
  if (object.kind === 'Node')
    return nodeStates(object as Node).includes(word) || condition(object, word)?.status === 'True'
  if (word === 'Terminating') return object.metadata.deletionTimestamp !== undefined
  if (object.kind === 'Deployment' && word === 'Complete') return deploymentState(object as Deployment) === 'Complete'
  if (word === 'Complete' && isRolledOut(object)) return true
  if (stateOf(object) === word || (object as KubernetesObject & WithConditions).status?.phase === word) return true
  return word.startsWith('Not') ? opposite(object, word.slice(3)) : condition(object, word)?.status === 'True'
}

function opposite(object: KubernetesObject, type: string): boolean {
  const found = condition(object, type)
  return found !== undefined && found.status !== 'True'
}

/**
 * A Pod on a node that fell silent still shows Running, though it is not Ready; one that is being deleted is
 * Terminating and nothing else.
 */
function podIsIn(pod: Pod, word: string): boolean {
  const shown = summarizePod(pod).status
  if (word === shown) return true
  const deleting = pod.metadata.deletionTimestamp !== undefined
  if (word === 'Terminating') return deleting
  const ready = condition(pod, 'Ready')?.status === 'True'
  if (word === 'Ready') return ready && !deleting
  if (word === 'NotReady') return !ready
  if (deleting) return false
  // Evicted, DeadlineExceeded: kubectl shows how the containers ended instead.
  if (word === pod.status?.reason) return true
  if (word === 'Scheduled') return pod.spec.nodeName !== undefined
  if (word === 'Unschedulable') return condition(pod, 'PodScheduled')?.reason === 'Unschedulable'
  if (word === 'Pending' || word === 'Succeeded' || word === 'Failed') return pod.status?.phase === word
  // A container that crashed now and then: the Pod was in that state by the word of any of its containers.
  return (pod.status?.containerStatuses ?? []).some(
    ({ state, lastState }) =>
      state?.waiting?.reason === word ||
      state?.terminated?.reason === word ||
      (word === 'OOMKilled' && lastState?.terminated?.reason === word),
  )
}

/** As the STATUS column of `kubectl get nodes`: `Ready`, `NotReady`, plus `SchedulingDisabled`. */
function nodeStates(node: Node): string[] {
  const ready = condition(node, 'Ready')
  const states = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  return node.spec.unschedulable ? [...states, 'SchedulingDisabled'] : states
}

/** What `kubectl rollout status` says of a DaemonSet or StatefulSet. Source: kubectl/pkg/polymorphichelpers/rollout_status.go */
function isRolledOut(object: KubernetesObject): boolean {
  const { generation = 0 } = object.metadata
  if (object.kind === 'DaemonSet') {
    const { status } = object as DaemonSet
    const wanted = status?.desiredNumberScheduled ?? 0
    const done = Math.min(status?.updatedNumberScheduled ?? 0, status?.numberAvailable ?? 0)
    return (status?.observedGeneration ?? 0) >= generation && done >= wanted
  }
  if (object.kind !== 'StatefulSet') return false
  const { spec, status } = object as StatefulSet
  const replicas = spec.replicas ?? 1
  if ((status?.observedGeneration ?? 0) < generation || (status?.readyReplicas ?? 0) < replicas) return false
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0
  if (partition > 0) return (status?.updatedReplicas ?? 0) >= replicas - partition
  return status?.updateRevision === status?.currentRevision
}

/** `Complete` as `kubectl rollout status` says it: every replica is updated and available, and the old ones are gone. */
function deploymentState({ metadata, spec, status }: Deployment): string {
  const wanted = spec.replicas ?? 1
  const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const updated = (status?.updatedReplicas ?? 0) >= wanted && (status?.replicas ?? 0) <= (status?.updatedReplicas ?? 0)
  if (seen && updated && (status?.availableReplicas ?? 0) >= wanted) return 'Complete'
  return status?.conditions?.some((c) => c.type === 'Available' && c.status === 'True') ? 'Available' : 'Progressing'
}
