import { rfc3339 } from '../../../api/time.ts'
import type { NodeCondition } from '../../../api/types.ts'
import type { Pressure } from '../eviction/thresholds.ts'

type Draft = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>

interface PressureWords {
  readonly calm: readonly [reason: string, message: string, event: string]
  readonly pressed: readonly [reason: string, message: string, event: string]
}

/** Source: pkg/kubelet/nodestatus/setters.go MemoryPressureCondition, DiskPressureCondition, PIDPressureCondition */
const PRESSURES: Readonly<Record<Pressure, PressureWords>> = {
  MemoryPressure: {
    calm: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available', 'NodeHasSufficientMemory'],
    pressed: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available', 'NodeHasInsufficientMemory'],
  },
  DiskPressure: {
    calm: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'NodeHasNoDiskPressure'],
    pressed: ['KubeletHasDiskPressure', 'kubelet has disk pressure', 'NodeHasDiskPressure'],
  },
  PIDPressure: {
    calm: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'NodeHasSufficientPID'],
    pressed: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available', 'NodeHasInsufficientPID'],
  },
}

function pressureConditions(pressures: readonly Pressure[]): readonly Draft[] {
  return (Object.keys(PRESSURES) as Pressure[]).map((type) => {
    const isPressed = pressures.includes(type)
    const [reason, message] = PRESSURES[type][isPressed ? 'pressed' : 'calm']
    return { type, status: isPressed ? 'True' : 'False', reason, message }
  })
}

/** What is told when a pressure begins or ends. */
export function pressureEvents(
  before: readonly NodeCondition[] | undefined,
  after: readonly NodeCondition[] | undefined,
): readonly string[] {
  return (Object.keys(PRESSURES) as Pressure[]).flatMap((type) => {
    const old = before?.find((each) => each.type === type)
    const now = after?.find((each) => each.type === type)
    if (old === undefined || now === undefined || old.status === now.status) return []
    return [PRESSURES[type][now.status === 'True' ? 'pressed' : 'calm'][2]]
  })
}

/**
 * The node's conditions as the kubelet would write them now; Ready comes last.
 *
 * @param old what the API has
 * @param errors why the node is not ready
 * @param pressures what it is short of
 * @param now virtual ms
 */
export function nodeConditions(
  old: readonly NodeCondition[] | undefined,
  errors: readonly string[],
  pressures: readonly Pressure[],
  now: number,
): readonly NodeCondition[] {
  const drafts = [...pressureConditions(pressures), readyCondition(errors)]
  const time = rfc3339(now)
  const foreign = (old ?? []).filter(({ type }) => !drafts.some((draft) => draft.type === type))
  return [
    ...foreign,
    ...drafts.map((draft) => {
      const before = old?.find(({ type }) => type === draft.type)
      const lastTransitionTime = before?.status === draft.status ? (before.lastTransitionTime ?? time) : time
      const { message, reason, status, type } = draft
      return { lastHeartbeatTime: time, lastTransitionTime, message, reason, status, type } as NodeCondition
    }),
  ]
}

/** Source: setters.go ReadyCondition; several errors are printed as `[a, b]`. */
function readyCondition(errors: readonly string[]): Draft {
  if (errors.length === 0)
    return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
  const message = errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`
  return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message }
}

/** Whether they say the same, heartbeats aside. Source: kubelet_node_status.go nodeStatusHasChanged */
export function sameConditions(
  a: readonly NodeCondition[] | undefined,
  b: readonly NodeCondition[] | undefined,
): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b
  return a.every((one) => {
    const other = b.find(({ type }) => type === one.type)
    return one.status === other?.status && one.reason === other.reason && one.message === other.message
  })
}
