import { findCondition } from '../../api/conditions.ts'
import type { Node, Pod } from '../../api/types.ts'
import type { ClusterEvent, EventName, NodeAction, NodeEvent, Plugin, PodAction, PodEvent } from './framework.ts'
import { podResource, type Resource } from './resources.ts'

export const isPodEvent = (event: ClusterEvent): event is PodEvent =>
  event.resource === 'AssignedPod' || event.resource === 'UnscheduledPod'

/**
 * Whether a plugin is asked about an event. Those that want to hear of new nodes hear of changed taints too: a node is seldom
 * ready when it is new. Source: pkg/scheduler/scheduler.go buildQueueingHintMap
 */
export const hearsOf = ({ events }: Plugin, name: EventName): boolean =>
  events?.has(name) === true || (name === 'Node/UpdateNodeTaint' && events?.has('Node/Add') === true)

/** Whether an event that a plugin hears of may let a pod through that it refused; what it did not ask for always may. */
export const mayHelp = (plugin: Plugin, name: EventName, event: ClusterEvent, pod: Pod): boolean =>
  plugin.events?.has(name) !== true || (plugin.isSchedulableAfter?.(event, pod) ?? true)

/** What of a node's change could matter to waiting pods. Source: pkg/scheduler/framework/events.go NodeSchedulingPropertiesChange */
export function nodeEvents(old: Node, now: Node): readonly NodeEvent[] {
  const events: NodeEvent[] = []
  const add = (action: NodeAction) => events.push({ resource: 'Node', action, old, new: now })
  const uncordoned = old.spec.unschedulable === true && now.spec.unschedulable !== true
  if (uncordoned) add('UpdateNodeTaint')
  if (old.status?.allocatable !== now.status?.allocatable && !sameMap(old.status?.allocatable, now.status?.allocatable))
    add('UpdateNodeAllocatable')
  if (!sameMap(old.metadata.labels, now.metadata.labels)) add('UpdateNodeLabel')
  if (!uncordoned && !sameTaints(old, now)) add('UpdateNodeTaint')
  if (conditionsChanged(old, now)) add('UpdateNodeCondition')
  if (!sameMap(old.metadata.annotations, now.metadata.annotations)) add('UpdateNodeAnnotation')
  return events
}

/** Source: events.go PodSchedulingPropertiesChange */
export function podEvents(old: Pod, now: Pod): readonly PodEvent[] {
  const resource = now.spec.nodeName ? 'AssignedPod' : 'UnscheduledPod'
  const actions: PodAction[] = []
  if (!sameMap(old.metadata.labels, now.metadata.labels)) actions.push('UpdatePodLabel')
  if (mayScale(old, now) && scaledDown(podResource(old).requests, podResource(now).requests))
    actions.push('UpdatePodScaleDown')
  const gates = (pod: Pod) => (pod.spec.schedulingGates ?? []).length
  if (gates(old) > 0 && gates(now) === 0) actions.push('UpdatePodSchedulingGatesEliminated')
  if ((old.spec.tolerations ?? []).length !== (now.spec.tolerations ?? []).length) actions.push('UpdatePodToleration')
  if (claimsChanged(old, now)) actions.push('UpdatePodGeneratedResourceClaim')
  if (actions.length === 0) actions.push('Update')
  return actions.map((action) => ({ resource, action, old, new: now }))
}

/** Source: extractPodGeneratedResourceClaimChange */
const claimsChanged = ({ status: old }: Pod, { status: now }: Pod): boolean =>
  (old?.resourceClaimStatuses !== now?.resourceClaimStatuses &&
    JSON.stringify(old?.resourceClaimStatuses ?? []) !== JSON.stringify(now?.resourceClaimStatuses ?? [])) ||
  (old?.extendedResourceClaimStatus !== now?.extendedResourceClaimStatus &&
    JSON.stringify(old?.extendedResourceClaimStatus) !== JSON.stringify(now?.extendedResourceClaimStatus))

/** Requests are of the spec, while a size is being changed also of the status. */
const mayScale = (old: Pod, now: Pod): boolean =>
  old.spec.containers !== now.spec.containers ||
  old.spec.initContainers !== now.spec.initContainers ||
  old.spec.resources !== now.spec.resources ||
  old.status?.containerStatuses !== now.status?.containerStatuses

/** Source: extractPodScaleDown */
function scaledDown(before: Resource, after: Resource): boolean {
  if (before === after) return false
  if (after.milliCPU < before.milliCPU || after.memory < before.memory) return true
  if (after.ephemeralStorage < before.ephemeralStorage) return true
  return [...(before.scalar ?? [])].some(([name, value]) => (after.scalar?.get(name) ?? 0) < value)
}

type StringMap = Readonly<Record<string, string | number>>

function sameMap(a: StringMap | undefined, b: StringMap | undefined): boolean {
  if (a === b) return true
  const keys = Object.keys(a ?? {})
  return keys.length === Object.keys(b ?? {}).length && keys.every((key) => a![key] === b![key])
}

function sameTaints({ spec: { taints: a = [] } }: Node, { spec: { taints: b = [] } }: Node): boolean {
  if (a === b) return true
  return (
    a.length === b.length &&
    a.every((taint, i) => {
      const other = b[i]!
      return taint.key === other.key && taint.value === other.value && taint.effect === other.effect
    })
  )
}

function conditionsChanged(old: Node, now: Node): boolean {
  const before = old.status?.conditions
  const after = now.status?.conditions ?? []
  if (before === now.status?.conditions) return false
  return (
    before?.length !== after.length || after.some(({ type, status }) => findCondition(before, type)?.status !== status)
  )
}
