import { findCondition, setCondition } from '../../api/conditions.ts'
import { POD_GROUPS } from '../../api/resources.ts'
import type { Kind, KubernetesObject, ObjectOf, Pod } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'

export interface PodGroupCondition {
  readonly status: 'True' | 'False'
  readonly reason: 'Scheduled' | 'Unschedulable' | 'SchedulerError'
  readonly message: string
}

interface Condition extends PodGroupCondition {
  readonly type: string
  readonly observedGeneration?: number
}

interface PodGroup extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/**
 * Says of a pod's group whether it has been scheduled. Once it has, pods that come later cannot change that.
 * Source: pkg/scheduler/schedule_one_podgroup.go updatePodGroupCondition
 *
 * @param now virtual ms
 */
export function setPodGroupCondition(client: Client, now: number, pod: Pod, said: PodGroupCondition): void {
  const name = pod.spec.schedulingGroup?.podGroupName ?? ''
  client.updateStatus(POD_GROUPS, name, pod.metadata.namespace, (current) => {
    const group = current as PodGroup
    const { generation } = group.metadata
    const before = findCondition(group.status?.conditions, 'PodGroupScheduled')
    if (before?.status === 'True' && said.status !== 'True') return undefined
    const condition = { type: 'PodGroupScheduled', ...said, ...(generation && { observedGeneration: generation }) }
    const conditions = setCondition(group.status?.conditions, condition, now)
    if (conditions === group.status?.conditions) return undefined
    return { ...group, status: { ...group.status, conditions } } as PodGroup as ObjectOf<Kind>
  })
}
