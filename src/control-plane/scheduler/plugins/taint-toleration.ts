import type { Node, Toleration } from '../../../api/types.ts'
import { DEFAULT_FEATURES, type PluginFeatures } from '../features.ts'
import type { Plugin, Status } from '../framework.ts'
import { defaultNormalizeScore } from './normalize-score.ts'
import { hasUntoleratedTaint, tolerationsTolerate } from './taints.ts'

const UNTOLERATED: Status = { code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had untolerated taint(s)'] }

/** Nodes taint, pods tolerate. Source: plugins/tainttoleration/taint_toleration.go */
export function taintToleration(
  features: Pick<PluginFeatures, 'taintTolerationComparisonOperators'> = DEFAULT_FEATURES,
): Plugin<undefined, readonly Toleration[]> {
  const comparison = features.taintTolerationComparisonOperators
  return {
    name: 'TaintToleration',
    events: new Set(['Node/Add', 'Node/UpdateNodeTaint', 'UnscheduledPod/UpdatePodToleration']),
    filter: (_state, { pod }, node) =>
      node.taints.length > 0 && hasUntoleratedTaint(node.taints, pod.spec.tolerations, comparison)
        ? UNTOLERATED
        : undefined,
    preScore: ({ pod }) => ({
      code: 'Success',
      state: (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
    }),
    score(tolerations, _pod, node) {
      let intolerable = 0
      for (const taint of node.taints)
        if (taint.effect === 'PreferNoSchedule' && !tolerationsTolerate(tolerations, taint, comparison)) intolerable++
      return intolerable
    },
    normalizeScore: (_state, scores) => defaultNormalizeScore(true, scores),
    isSchedulableAfter(event, pod) {
      if (event.resource !== 'Node') return event.new?.metadata.uid === pod.metadata.uid
      const refused = (node: Node) => hasUntoleratedTaint(node.spec.taints ?? [], pod.spec.tolerations, comparison)
      return (event.old === undefined || refused(event.old)) && event.new !== undefined && !refused(event.new)
    },
  }
}
