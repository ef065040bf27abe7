import { toleratesTaint } from '../../../api/taints.ts'
import type { Pod } from '../../../api/types.ts'
import type { WaitingReason } from '../pod-worker/pod-record.ts'
import { qosClass } from '../status/qos.ts'
import { isCritical } from './critical.ts'
import type { Pressure } from './thresholds.ts'

const MEMORY_PRESSURE_TAINT = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' } as const

/** Why a node under pressure takes no more of this pod. Source: pkg/kubelet/eviction/eviction_manager.go Admit */
export function admitUnderPressure(
  pod: Pod,
  isStatic: boolean,
  pressures: readonly Pressure[],
): WaitingReason | undefined {
  if (pressures.length === 0 || isCritical(pod, isStatic)) return undefined
  if (pressures.length === 1 && pressures[0] === 'MemoryPressure') {
    if (qosClass(pod) !== 'BestEffort') return undefined
    if ((pod.spec.tolerations ?? []).some((toleration) => toleratesTaint(toleration, MEMORY_PRESSURE_TAINT)))
      return undefined
  }
  return { reason: 'Evicted', message: `The node had condition: [${pressures.join(' ')}]. ` }
}
