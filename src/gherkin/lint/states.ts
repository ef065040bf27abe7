import type { AnyStateMachine } from 'xstate'
import { statecharts } from '../../cluster/statecharts.ts'
import { statesOf } from '../../sim/transitions.ts'
import { nearestName } from '../explain/slips.ts'

interface Words {
  /** What `isIn` knows of the kind besides its conditions. */
  readonly states: readonly string[]
  /** Types of its conditions: those of upstream v1.36. */
  readonly conditions: readonly string[]
  /** Whether others may come of somebody else: reasons of containers, conditions of a node problem detector. */
  readonly isOpen?: true
}

/** What objects may be in, see `isIn` of states.ts. Of kinds that are not here nothing is said. */
const OF_KIND: Readonly<Record<string, Words>> = {
  Pod: {
    isOpen: true,
    states: [
      ...['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', 'Completed', 'Error', 'Terminating', 'Terminated'],
      ...['Ready', 'NotReady', 'Scheduled', 'Unschedulable', 'SchedulingGated', 'ContainerCreating', 'PodInitializing'],
      ...['CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName', 'OOMKilled'],
      ...['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'PreCreateHookError'],
      ...['PreStartHookError', 'PostStartHookError', 'StartError', 'ContainerCannotRun', 'ContainerStatusUnknown'],
      ...[
        'ImageInspectError',
        'KillContainerError',
        'KillPodSandboxError',
        'ConfigPodSandboxError',
        'CreatePodSandboxError',
      ],
      ...['Evicted', 'DeadlineExceeded', 'NodeLost', 'NodeAffinity', 'NodeShutdown', 'Preempting', 'Shutdown'],
      ...['OutOfcpu', 'OutOfmemory', 'OutOfpods', 'UnexpectedAdmissionError', 'RegistryUnavailable', 'Init'],
    ],
    conditions: [
      ...['PodScheduled', 'Initialized', 'ContainersReady', 'Ready', 'DisruptionTarget', 'PodReadyToStartContainers'],
      ...['PodResizePending', 'PodResizeInProgress', 'AllContainersRestarting'],
    ],
  },
  Node: {
    isOpen: true,
    states: ['Ready', 'NotReady', 'Unknown', 'SchedulingDisabled'],
    conditions: ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'],
  },
  Deployment: { states: ['Complete'], conditions: ['Available', 'Progressing', 'ReplicaFailure'] },
  StatefulSet: { states: ['Complete', 'Progressing'], conditions: [] },
  DaemonSet: { states: ['Complete', 'Progressing'], conditions: [] },
  ReplicaSet: { states: [], conditions: ['ReplicaFailure'] },
  Job: {
    states: ['Running'],
    conditions: ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'],
  },
  Namespace: {
    states: ['Active'],
    conditions: [
      ...['NamespaceDeletionDiscoveryFailure', 'NamespaceDeletionContentFailure', 'NamespaceContentRemaining'],
      ...['NamespaceDeletionGroupVersionParsingFailure', 'NamespaceFinalizersRemaining'],
    ],
  },
  PersistentVolumeClaim: {
    states: ['Pending', 'Bound', 'Lost'],
    conditions: [
      ...['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'],
      ...['ModifyVolumeError', 'ModifyingVolume', 'Unused'],
    ],
  },
  PersistentVolume: { states: ['Pending', 'Available', 'Bound', 'Released', 'Failed'], conditions: [] },
  HorizontalPodAutoscaler: { states: [], conditions: ['AbleToScale', 'ScalingActive', 'ScalingLimited'] },
}

/** A state that no object of the kind is ever in. */
export function stateMistake(kind: string, word: string): string | undefined {
  const known = wordsOf(kind)
  if (known === undefined) return undefined
  const { states, conditions, isOpen } = known
  const opposites = isOpen ? [] : conditions.map((type) => `Not${type}`)
  const plain = [...new Set([...states, 'Terminating', ...(kind === 'Pod' ? [] : conditions)])]
  const all = [...plain, ...opposites]
  const says = `no ${kind} is ever ${word}`
  // Init:CrashLoopBackOff, Ready,SchedulingDisabled
  for (const part of word.split(/[:,]/).filter((each) => /^[A-Z]/.test(each))) {
    if (all.includes(part)) continue
    if (conditions.includes(part)) return `${says}; did you mean: has condition ${part} True?`
    const meant = nearestName(part, all)
    if (meant !== undefined) return `${says}; did you mean ${word.replace(part, meant)}?`
    if (!isOpen) return `${says}: it is ${plain.join(', ')}`
  }
  return undefined
}

/** A condition that is nearly one that objects of the kind have; they may have others. */
export function conditionMistake(kind: string, type: string): string | undefined {
  const conditions = wordsOf(kind)?.conditions ?? []
  const meant = conditions.includes(type) ? undefined : nearestName(type, conditions)
  return meant === undefined ? undefined : `no ${kind} has a condition ${type}; did you mean ${meant}?`
}

const wordsOf = (kind: string) => (Object.hasOwn(OF_KIND, kind) ? OF_KIND[kind] : undefined)

/**
 * A state that no statechart has which the words may mean. Its machine is looked for by its name among them: components
 * and objects may have any.
 */
export function chartStateMistake(words: string, state: string): string | undefined {
  const named = statecharts.filter(({ machine }) => words.split(' ').includes(machine.id))
  const all = (named.length > 0 ? named : statecharts).map(({ machine }) => machine)
  if (all.some((machine) => pathsOf(machine).includes(state))) return undefined
  const paths = [...new Set(all.flatMap(pathsOf))]
  const meant = nearestName(state, paths)
  const says = `no statechart ${named.length > 0 ? `"${named[0]!.machine.id}"` : ''} has a state "${state}"`.replace(
    '  ',
    ' ',
  )
  if (meant !== undefined) return `${says}; did you mean ${meant}?`
  // An extension may have brought others.
  return named.length === 0 ? undefined : `${says}: it has ${paths.join(', ')}`
}

/** `up`, `up.ready`; of regions also `ready`. */
function pathsOf(machine: AnyStateMachine): readonly string[] {
  const paths = statesOf(machine).filter(({ path }) => path.length > 0)
  return paths.flatMap(({ path }) => {
    const region = path.findIndex((_, index) =>
      paths.some((other) => other.type === 'parallel' && other.path.join() === path.slice(0, index).join()),
    )
    return region < 0 ? [path.join('.')] : [path.join('.'), path.slice(region).join('.')]
  })
}

const UNIT_STATES = ['active', 'inactive', 'failed', 'activating', 'deactivating', 'reloading', 'enabled', 'disabled']

/** A state that no systemd unit is ever in. Source: systemd unit_active_state_table */
export function unitStateMistake(word: string): string | undefined {
  if (UNIT_STATES.includes(word)) return undefined
  const meant = nearestName(word, UNIT_STATES)
  return `no unit is ever ${word}${meant === undefined ? `: it is ${UNIT_STATES.join(', ')}` : `; did you mean ${meant}?`}`
}
