import { POD_GROUPS } from '../../../api/resources.ts'
import type { KubernetesObject, Pod } from '../../../api/types.ts'
import type { Plugin, PluginHandle, Status } from '../framework.ts'

/** How long a pod that has a node waits for the others, virtual ms. Source: gangscheduling.go permitTimeoutDuration */
const PERMIT_TIMEOUT_MS = 5 * 60_000

interface PodGroup extends KubernetesObject {
  readonly spec?: { readonly schedulingPolicy?: { readonly gang?: { readonly minCount?: number } } }
}

const WAITING = ['waiting for minCount pods from a gang to be scheduled']

const TOO_FEW: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['waiting for minCount pods from a gang to appear in scheduling queue'],
}

/**
 * Pods of a group with a gang policy are tried once there are enough of them, and bound once enough of them have a node.
 * Source: plugins/gangscheduling/gangscheduling.go
 */
export function gangScheduling({ client, scheduler }: PluginHandle): Plugin {
  const groupOf = (pod: Pod): PodGroup | undefined =>
    client.get(POD_GROUPS, pod.spec.schedulingGroup?.podGroupName ?? '', pod.metadata.namespace) as PodGroup | undefined
  return {
    name: 'GangScheduling',
    events: new Set(['UnscheduledPod/Add', 'AssignedPod/Add', 'PodGroup/Add']),
    preEnqueue(pod) {
      const name = pod.spec.schedulingGroup?.podGroupName
      if (name === undefined) return undefined
      const group = groupOf(pod)
      if (group === undefined) {
        const reason = `waiting for pods's pod group "${name}" to appear in scheduling queue`
        return { code: 'UnschedulableAndUnresolvable', reasons: [reason] }
      }
      const minCount = group.spec?.schedulingPolicy?.gang?.minCount
      return minCount !== undefined && scheduler.podsLike(pod).length < minCount ? TOO_FEW : undefined
    },
    permit({ pod }) {
      const name = pod.spec.schedulingGroup?.podGroupName
      if (name === undefined) return undefined
      const group = groupOf(pod)
      if (group === undefined) {
        const reason = `failed to get podGroup ${pod.metadata.namespace}/${name}: podgroup.scheduling.k8s.io "${name}" not found`
        return { code: 'Error', reasons: [reason] }
      }
      const minCount = group.spec?.schedulingPolicy?.gang?.minCount
      if (minCount === undefined) return undefined
      const members = scheduler.podsLike(pod)
      if (members.filter(({ placed }) => placed).length < minCount) {
        for (const member of members) if (!member.placed) scheduler.activate(member.pod)
        return { code: 'Wait', reasons: WAITING, timeout: PERMIT_TIMEOUT_MS }
      }
      for (const member of members) scheduler.waitingPod(member.pod.metadata.uid ?? '')?.allow('GangScheduling')
      return undefined
    },
    isSchedulableAfter(event, pod) {
      const name = pod.spec.schedulingGroup?.podGroupName
      const { new: added } = event
      if (added === undefined || added.metadata.namespace !== pod.metadata.namespace) return false
      if (event.resource === 'PodGroup') return added.metadata.name === name
      return (added as Pod).spec.schedulingGroup?.podGroupName === name
    },
  }
}
