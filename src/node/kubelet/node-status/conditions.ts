import { rfc3339 } from '../../../api/time.ts'
import type { NodeCondition } from '../../../api/types.ts'

type Draft = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>

/** A condition that never changes here is written all the same, as every node has it. Source: pkg/kubelet/nodestatus/setters.go */
const PRESSURES: readonly Draft[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
]

/**
 * The node's conditions as the kubelet would write them now; Ready comes last.
 *
 * @param old what the API has
 * @param errors why the node is not ready
 * @param now virtual ms
 */
export function nodeConditions(
  old: readonly NodeCondition[] | undefined,
  errors: readonly string[],
  now: number,
): readonly NodeCondition[] {
  const drafts = [...PRESSURES, readyCondition(errors)]
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
