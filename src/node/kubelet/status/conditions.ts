import { findCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../../api/types.ts'
import type { ContainerSlot, PodRecord, ResizeState } from '../pod-worker/pod-record.ts'
import { couldRestartAll } from '../pod-worker/restart-all.ts'

type Draft = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>

/** The condition types the kubelet writes; all others belong to somebody else. Source: pkg/kubelet/types/pod_status.go */
const OWNED = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'PodResizePending',
  'PodResizeInProgress',
  'AllContainersRestarting',
])

export function isKubeletCondition(type: string): boolean {
  return OWNED.has(type)
}

export interface ConditionInput {
  readonly pod: Pod
  readonly resize: Pick<PodRecord, 'resizePending' | 'resizeInProgress'>
  readonly slots: readonly ContainerSlot[]
  readonly statuses: ReadonlyMap<string, ContainerStatus>
  readonly phase: string
  readonly restartingAll: boolean
  readonly hasSandbox: boolean
  /** A main container has run. */
  readonly hasInitialized: boolean
  readonly old: PodStatus | undefined
  /** Why the kubelet has ended it, as the condition DisruptionTarget says. */
  readonly disruption: string | undefined
  /** RFC 3339. */
  readonly now: string
}

/** All conditions the kubelet owns, in upstream's order. Source: pkg/kubelet/status/generate.go, kubelet_pods.go generateAPIPodStatus */
export function podConditions(input: ConditionInput): readonly PodCondition[] {
  const containersReady = containersReadyCondition(input)
  const drafts: readonly Draft[] = [
    { type: 'PodReadyToStartContainers', status: input.hasSandbox ? 'True' : 'False' },
    initializedCondition(input),
    readyCondition(input, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
    ...(couldRestartAll(input) ? [restartingCondition(input)] : []),
  ]
  const { disruption } = input
  const foreign = (input.pod.status?.conditions ?? []).filter(
    ({ type }) => !OWNED.has(type) && (disruption === undefined || type !== 'DisruptionTarget'),
  )
  const resize = resizeConditions(input)
  const plain = drafts.map((draft) => finish(draft, input))
  const own = resize.length === 0 ? plain : resize.concat(plain)
  if (disruption === undefined) return sharedList(foreign.length === 0 ? own : foreign.concat(own))
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message: disruption,
  } as const
  return [...foreign, ...own, finish(target, input)]
}

/** Source: pkg/kubelet/status/generate.go GenerateAllContainersRestartingCondition */
function restartingCondition({ phase, restartingAll }: ConditionInput): Draft {
  const type = 'AllContainersRestarting'
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  if (!restartingAll) return { type, status: 'False' }
  const message = 'container exited with restart policy rule'
  return { type, status: 'True', reason: 'RestartAllContainersStarted', message }
}

/** There only while they hold. Source: pkg/kubelet/status/status_manager.go podResizeConditions.List */
function resizeConditions({ resize: { resizePending, resizeInProgress } }: ConditionInput): readonly PodCondition[] {
  if (resizePending === undefined && resizeInProgress === undefined) return NONE
  return [
    ...(resizePending === undefined ? NONE : [resizeCondition('PodResizePending', resizePending)]),
    ...(resizeInProgress === undefined ? NONE : [resizeCondition('PodResizeInProgress', resizeInProgress)]),
  ]
}

const NONE: readonly PodCondition[] = []

/** Source: status_manager.go updatedPodResizeCondition */
function resizeCondition(type: string, { generation, since, probedAt, reason, message }: ResizeState): PodCondition {
  return {
    type,
    ...(generation > 0 && { observedGeneration: generation }),
    status: 'True',
    lastProbeTime: rfc3339(probedAt),
    lastTransitionTime: rfc3339(since),
    ...(reason && { reason }),
    ...(message && { message }),
  }
}

/** Times and generation. A condition that says the same as before stays the same object. */
function finish(draft: Draft, { pod, old, now }: ConditionInput): PodCondition {
  const before = findCondition(old?.conditions, draft.type) ?? findCondition(pod.status?.conditions, draft.type)
  const observedGeneration = pod.metadata.generation
  const lastTransitionTime = before?.status === draft.status ? (before.lastTransitionTime ?? now) : now
  if (
    before !== undefined &&
    before.status === draft.status &&
    before.reason === draft.reason &&
    before.message === draft.message &&
    before.observedGeneration === observedGeneration
  )
    return before
  if (lastTransitionTime !== now) return condition(draft, observedGeneration, lastTransitionTime)
  return conditionOfNow(draft, observedGeneration, now)
}

function condition(
  { type, status, reason, message }: Draft,
  observedGeneration: number | undefined,
  lastTransitionTime: string,
): PodCondition {
  return {
    type,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    status,
    lastTransitionTime,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  }
}

/** Lists of the last Pods: those that start together have the same conditions. */
const lists: (readonly PodCondition[])[] = []
const LISTS = 16
let nextList = 0

function sharedList(list: readonly PodCondition[]): readonly PodCondition[] {
  const known = lists.find((other) => other.length === list.length && other.every((each, i) => each === list[i]))
  if (known !== undefined) return known
  lists[nextList] = list
  nextList = (nextList + 1) % LISTS
  return list
}

/** The conditions of one second: those of Pods that start together say the same, and are one object. */
let second = ''
const ofSecond = new Map<string, PodCondition>()

function conditionOfNow(draft: Draft, observedGeneration: number | undefined, now: string): PodCondition {
  if (now !== second) {
    second = now
    ofSecond.clear()
  }
  const key = `${draft.type} ${draft.status} ${observedGeneration} ${draft.reason} ${draft.message}`
  let known = ofSecond.get(key)
  if (known === undefined) {
    known = condition(draft, observedGeneration, now)
    ofSecond.set(key, known)
  }
  return known
}

/** Source: status.GenerateContainersReadyCondition */
function containersReadyCondition({ slots, statuses, phase }: ConditionInput): Draft {
  const type = 'ContainersReady'
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  const unready = slots.filter(
    ({ kind, name }) => kind !== 'init' && kind !== 'ephemeral' && statuses.get(name)?.ready !== true,
  )
  if (unready.length === 0) return { type, status: 'True' }
  const message = `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`
  return { type, status: 'False', reason: 'ContainersNotReady', message }
}

/** Source: status.GeneratePodReadyCondition */
function readyCondition({ pod }: ConditionInput, containersReady: Draft): Draft {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' }
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = findCondition(pod.status?.conditions, conditionType)
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (condition.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  if (messages.length === 0) return { type: 'Ready', status: 'True' }
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}

/** Source: status.GeneratePodInitializedCondition */
function initializedCondition({ slots, statuses, phase, hasInitialized }: ConditionInput): Draft {
  const type = 'Initialized'
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' }
  if (hasInitialized) return { type, status: 'True' }
  const incomplete = slots.filter(({ kind, name }) => {
    if (kind === 'main' || kind === 'ephemeral') return false
    const status = statuses.get(name)
    return kind === 'sidecar' ? status?.started !== true : status?.ready !== true
  })
  if (incomplete.length === 0) return { type, status: 'True' }
  const message = `containers with incomplete status: [${incomplete.map(({ name }) => name).join(' ')}]`
  return { type, status: 'False', reason: 'ContainersNotInitialized', message }
}
