import { requiredNodeAffinity } from '../../../api/node-selector.ts'
import { toleratesTaint } from '../../../api/taints.ts'
import type { Node, Pod } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { PodRecord, WaitingReason } from './pod-record.ts'
import { amountOf, requestedResources, requestOf } from './requests.ts'

/** A resource that the node has not enough of. */
export interface Shortage {
  readonly resource: string
  readonly requested: number
  readonly used: number
  readonly capacity: number
}

/** What speaks against a pod on this node. Source: pkg/kubelet/lifecycle/predicate.go generalFilter */
export interface Objections {
  readonly shortages: readonly Shortage[]
  readonly others: readonly WaitingReason[]
}

/** @param active other pods of the node that have not ended */
export function objectionsTo(record: PodRecord, context: KubeletContext, active: readonly PodRecord[]): Objections {
  const { pod, isStatic } = record
  const node = context.client.get('Node', context.nodeName)
  const others = [wrongNode(pod, node), portTaken(pod, active), isStatic ? undefined : untolerated(pod, node)]
  return {
    shortages: shortagesOf(pod, active, context, node),
    others: others.filter((each) => each !== undefined),
  }
}

/** Source: pkg/kubelet/lifecycle/predicate.go InsufficientResourceError */
export function shortageReason({ resource, requested, used, capacity }: Shortage): WaitingReason {
  const message = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`
  return { reason: `OutOf${resource}`, message }
}

/** Source: pkg/scheduler/framework/plugins/noderesources/fit.go fitsRequest */
export function shortagesOf(
  pod: Pod,
  active: readonly PodRecord[],
  { allocatable, devices }: KubeletContext,
  node?: Node,
): readonly Shortage[] {
  const amounts: Readonly<Record<string, string | undefined>> = {
    ...node?.status?.allocatable,
    ...allocatable,
    ...devices.allocatable,
  }
  const shortages: Shortage[] = []
  const consider = (resource: string, requested: number, used: number) => {
    const capacity = amountOf(resource, amounts[resource])
    if (used + requested > capacity) shortages.push({ resource, requested, used, capacity })
  }
  consider('pods', 1, active.length)
  for (const resource of requestedResources(pod)) {
    // What no node has is somebody else's to look after.
    if (amounts[resource] === undefined) continue
    const used = active.reduce((sum, { allocated }) => sum + requestOf(allocated, resource), 0)
    consider(resource, requestOf(pod, resource), used)
  }
  return shortages
}

/** The kubelet cares for what drives pods away. */
function untolerated({ spec }: Pod, node: Node | undefined): WaitingReason | undefined {
  const taint = (node?.spec?.taints ?? []).find(
    (each) =>
      each.effect === 'NoExecute' && !(spec.tolerations ?? []).some((toleration) => toleratesTaint(toleration, each)),
  )
  if (taint === undefined) return undefined
  const message = "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"
  return { reason: 'TaintToleration', message }
}

function wrongNode({ spec }: Pod, node: Node | undefined): WaitingReason | undefined {
  if (node === undefined) return undefined
  const { name, labels = {} } = node.metadata
  if (requiredNodeAffinity(spec).matches({ name, labels })) return undefined
  const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
  return { reason: 'NodeAffinity', message }
}

function portTaken(pod: Pod, active: readonly PodRecord[]): WaitingReason | undefined {
  const wanted = hostPorts(pod)
  if (wanted.length === 0) return undefined
  const taken = new Set(active.flatMap((record) => hostPorts(record.pod)))
  if (!wanted.some((port) => taken.has(port))) return undefined
  return {
    reason: 'NodePorts',
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  }
}

function hostPorts({ spec }: Pod): readonly string[] {
  return spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP = '', protocol = 'TCP' }) =>
      hostPort === undefined || hostPort === 0 ? [] : [`${hostIP}/${protocol}/${hostPort}`],
    ),
  )
}
