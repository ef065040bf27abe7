import type { Taint } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import type { Plugin, Status } from '../framework.ts'
import { tolerationsTolerate } from './taints.ts'

const UNSCHEDULABLE: Status = { code: 'UnschedulableAndUnresolvable', reasons: ['node(s) were unschedulable'] }

const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Cordoned nodes take no new pods but those that tolerate it. Source: plugins/nodeunschedulable/node_unschedulable.go */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  events: new Set(['Node/Add', 'Node/UpdateNodeTaint', 'UnscheduledPod/UpdatePodToleration']),
  filter(_state, { pod }, node) {
    if (!node.unschedulable) return undefined
    return tolerationsTolerate(pod.spec.tolerations, UNSCHEDULABLE_TAINT) ? undefined : UNSCHEDULABLE
  },
  isSchedulableAfter(event, pod) {
    if (isPodEvent(event)) {
      return (
        event.new?.metadata.uid === pod.metadata.uid &&
        tolerationsTolerate(event.new?.spec.tolerations, UNSCHEDULABLE_TAINT)
      )
    }
    if (event.resource !== 'Node') return false
    const was = event.old === undefined || event.old.spec.unschedulable === true
    return was && event.new?.spec.unschedulable !== true
  },
}
