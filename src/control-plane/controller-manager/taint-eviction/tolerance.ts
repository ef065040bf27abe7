import { toleratesTaint } from '../../../api/taints.ts'
import type { Taint, Toleration } from '../../../api/types.ts'

/**
 * How long a pod may stay on a node with these NoExecute taints, in ms: 0 not at all, Infinity for ever.
 * Source: pkg/controller/tainteviction/taint_eviction.go processPodOnNode, getMinTolerationTime
 */
export function tolerationTime(tolerations: readonly Toleration[] | undefined, taints: readonly Taint[]): number {
  let seconds = Number.POSITIVE_INFINITY
  for (const taint of taints) {
    const used = tolerations?.find((toleration) => toleratesTaint(toleration, taint))
    if (used === undefined) return 0
    if (used.tolerationSeconds !== undefined) seconds = Math.min(seconds, Math.max(0, used.tolerationSeconds))
  }
  return seconds * 1000
}

const NONE: readonly Taint[] = []

export function noExecuteTaints(taints: readonly Taint[] | undefined): readonly Taint[] {
  return taints?.some(({ effect }) => effect === 'NoExecute')
    ? taints.filter(({ effect }) => effect === 'NoExecute')
    : NONE
}
