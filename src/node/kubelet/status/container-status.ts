import { rfc3339 } from '../../../api/time.ts'
import type { Container, ContainerState, ContainerStatus, Pod, VolumeMountStatus } from '../../../api/types.ts'
import { bytesOf, textOf } from '../../bytes.ts'
import { identityOf } from '../../container-runtime/container/identity.ts'
import type { RuntimeContainer } from '../../container-runtime/contract.ts'
import { normalizeImageName, repositoryOf } from '../../container-runtime/image-name.ts'
import { digestOf } from '../hash.ts'
import { type ContainerSlot, shouldRestart } from '../pod-worker/pod-record.ts'
import { RESTARTING_ALL } from '../pod-worker/restart-all.ts'

/**
 * What the API shows of one container.
 * Source: pkg/kubelet/kubelet_pods.go convertToAPIContainerStatuses
 *
 * @param old as it was last reported: a restart count survives the runtime's own bookkeeping
 */
export function containerStatus(
  pod: Pod,
  slot: ContainerSlot,
  old: ContainerStatus | undefined,
  hasInitContainers: boolean,
  isTerminated: boolean,
): ContainerStatus {
  const { current, spec } = slot
  if (current === undefined) return notCreated(slot, old, hasInitContainers, isTerminated)
  const state = stateOf(pod, slot, current)
  const lastState = lastStateOf(pod, slot, current, state, old)
  const isRunning = state.running !== undefined
  const facts = factsOf(spec)
  return {
    ...(facts.requests === undefined ? {} : { allocatedResources: facts.requests }),
    containerID: `containerd://${current.id}`,
    image: current.config.image.name,
    imageID: imageID(current.config.image.name),
    lastState,
    name: slot.name,
    ready: slot.kind === 'init' ? current.exitCode === 0 : slot.kind !== 'ephemeral' && isRunning && slot.ready,
    // What it runs with, which is not yet what it has been given while a resize waits for its restart.
    resources: (isRunning ? current.config.container.resources : facts.resources) ?? NO_RESOURCES,
    restartCount: current.config.attempt,
    ...(slot.kind === 'ephemeral' ? {} : { started: isRunning && slot.kind !== 'init' ? slot.started : isRunning }),
    state,
    ...(spec.lifecycle?.stopSignal === undefined ? {} : { stopSignal: spec.lifecycle.stopSignal }),
    ...(isRunning || current.state === 'exited' ? { user: userOf(pod, current) } : {}),
    ...(facts.volumeMounts === undefined ? {} : { volumeMounts: facts.volumeMounts }),
  }
}

const NO_RESOURCES = {}
const NO_STATE: ContainerState = {}

function notCreated(
  slot: ContainerSlot,
  old: ContainerStatus | undefined,
  hasInitContainers: boolean,
  isTerminated: boolean,
): ContainerStatus {
  const { spec, name, waiting } = slot
  if (waiting === RESTARTING_ALL) return restartingAll(slot)
  // The runtime has forgotten it, the API has not.
  if (old?.state?.terminated !== undefined) return old
  const isFirst = waiting === undefined && old === undefined && !isTerminated && slot.kind === 'main'
  const facts = factsOf(spec)
  const known = isFirst ? facts.first : undefined
  if (known?.state === (hasInitContainers ? INITIALIZING : CREATING)) return known
  const status: ContainerStatus = {
    image: spec.image ?? '',
    imageID: '',
    lastState: old?.lastState ?? NO_STATE,
    name,
    ready: false,
    restartCount: old?.restartCount ?? 0,
    ...(slot.kind === 'ephemeral' ? {} : { started: false }),
    state: isTerminated ? LOST : waiting === undefined ? (hasInitContainers ? INITIALIZING : CREATING) : { waiting },
    ...(facts.volumeMounts === undefined ? {} : { volumeMounts: facts.volumeMounts }),
  }
  if (isFirst) facts.first = status
  return status
}

/** Removed, to start anew with all others of its pod. */
function restartingAll({ spec, name, nextAttempt = 0 }: ContainerSlot): ContainerStatus {
  return {
    image: spec.image ?? '',
    imageID: '',
    lastState: { terminated: { ...RESTARTING_ALL, exitCode: 137 } },
    name,
    ready: false,
    restartCount: nextAttempt,
    started: false,
    state: { waiting: RESTARTING_ALL },
  }
}

/** A pod that ended before this container was made has failed. Source: pkg/kubelet/status/status_manager.go TerminatePod */
const LOST: ContainerState = {
  terminated: {
    exitCode: 137,
    message: 'The container could not be located when the pod was terminated',
    reason: 'ContainerStatusUnknown',
  },
}
const CREATING: ContainerState = { waiting: { reason: 'ContainerCreating' } }
const INITIALIZING: ContainerState = { waiting: { reason: 'PodInitializing' } }

/** What has started together says the same. */
let running: { readonly startedAt: string; readonly state: ContainerState } | undefined

function runningSince(startedAt: string): ContainerState {
  if (running?.startedAt !== startedAt) running = { startedAt, state: { running: { startedAt } } }
  return running.state
}

function stateOf(pod: Pod, slot: ContainerSlot, current: RuntimeContainer): ContainerState {
  if (current.state === 'running') return runningSince(rfc3339(current.startedAt ?? 0))
  if (current.state === 'created') return { waiting: slot.waiting ?? {} }
  if (slot.waiting !== undefined && shouldRestart(pod, slot, current.exitCode ?? 0)) return { waiting: slot.waiting }
  return { terminated: terminated(pod, current) }
}

function lastStateOf(
  pod: Pod,
  { previous }: ContainerSlot,
  current: RuntimeContainer,
  state: ContainerState,
  old: ContainerStatus | undefined,
): ContainerState {
  if (current.state === 'exited' && state.waiting !== undefined) return { terminated: terminated(pod, current) }
  if (previous?.state === 'exited') return { terminated: terminated(pod, previous) }
  return old?.lastState ?? NO_STATE
}

/** What all containers of a pod together may say at their ends. Source: status_manager.go normalizeStatus */
const MAX_MESSAGES = 12 * 1024

function terminated({ spec }: Pod, container: RuntimeContainer): ContainerState['terminated'] {
  const { id, exitCode = 0, reason, message, startedAt = 0, finishedAt = 0 } = container
  const count = spec.containers.length + (spec.initContainers?.length ?? 0) + (spec.ephemeralContainers?.length ?? 0)
  return {
    containerID: `containerd://${id}`,
    exitCode,
    finishedAt: rfc3339(finishedAt),
    ...(message === undefined ? {} : { message: cut(message, Math.floor(MAX_MESSAGES / count)) }),
    ...(reason === undefined ? {} : { reason }),
    startedAt: rfc3339(startedAt),
  }
}

function cut(message: string, bytes: number): string {
  return message.length * 3 <= bytes ? message : textOf(bytesOf(message).slice(0, bytes))
}

/** What is the same for every container made from one spec, made once. */
interface SpecFacts {
  readonly requests: Readonly<Record<string, string>> | undefined
  readonly resources: Container['resources']
  readonly volumeMounts: readonly VolumeMountStatus[] | undefined
  /** Before there is anything of it. */
  first: ContainerStatus | undefined
}

const facts = new WeakMap<Container, SpecFacts>()

function factsOf(spec: Container): SpecFacts {
  let known = facts.get(spec)
  if (known === undefined) {
    const mounts = spec.volumeMounts ?? []
    known = {
      requests: spec.resources?.requests,
      resources: spec.resources,
      volumeMounts: mounts.length === 0 ? undefined : mounts.map(mountStatus),
      first: undefined,
    }
    facts.set(spec, known)
  }
  return known
}

function mountStatus({ name, mountPath, readOnly }: { name: string; mountPath: string; readOnly?: boolean }) {
  return { mountPath, name, ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}) }
}

function userOf(pod: Pod, { config }: RuntimeContainer): ContainerStatus['user'] {
  const { uid, gid, groups } = identityOf(pod, config)
  const key = `${uid}/${groups.join(',')}`
  let user = users.get(key)
  if (user === undefined) {
    user = { linux: { gid, supplementalGroups: groups, uid } }
    users.set(key, user)
  }
  return user
}

const users = new Map<string, ContainerStatus['user']>()

const imageIDs = new Map<string, string>()

/** `docker.io/library/nginx@sha256:…`: the same name always has the same digest. */
export function imageID(name: string): string {
  let id = imageIDs.get(name)
  if (id === undefined) {
    const full = normalizeImageName(name)
    id = `${repositoryOf(full)}@sha256:${digestOf(full)}`
    imageIDs.set(name, id)
  }
  return id
}
