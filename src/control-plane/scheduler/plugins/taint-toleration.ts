import type { Toleration } from '../../../api/types.ts'
import type { Plugin, Status } from '../framework.ts'
import { defaultNormalizeScore } from './normalize-score.ts'
import { hasUntoleratedTaint, tolerationsTolerate } from './taints.ts'

const UNTOLERATED: Status = { code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had untolerated taint(s)'] }

/** Nodes taint, pods tolerate. Source: plugins/tainttoleration/taint_toleration.go */
export const taintToleration: Plugin<undefined, readonly Toleration[]> = {
  name: 'TaintToleration',
  events: new Set(['Node/Add', 'Node/UpdateNodeTaint', 'UnscheduledPod/UpdatePodToleration']),
  filter: (_state, { pod }, node) =>
    node.taints.length > 0 && hasUntoleratedTaint(node.taints, pod.spec.tolerations) ? UNTOLERATED : undefined,
  preScore: ({ pod }) => ({
    code: 'Success',
    state: (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
  }),
  score(tolerations, _pod, node) {
    let intolerable = 0
    for (const taint of node.taints)
      if (taint.effect === 'PreferNoSchedule' && !tolerationsTolerate(tolerations, taint)) intolerable++
    return intolerable
  },
  normalizeScore: (_state, scores) => defaultNormalizeScore(true, scores),
  isSchedulableAfter(event, pod) {
    if (event.resource !== 'Node') return event.new?.metadata.uid === pod.metadata.uid
    const refused = (taints = event.old?.spec.taints) => hasUntoleratedTaint(taints ?? [], pod.spec.tolerations)
    const was = event.old === undefined || refused()
    return was && !refused(event.new?.spec.taints ?? [])
  },
}
