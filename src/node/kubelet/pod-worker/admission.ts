import { parseSelector } from '../../../api/labels.ts'
import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import type { Node, Pod } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { PodRecord, WaitingReason } from './pod-record.ts'

/**
 * Why the kubelet will not run a pod that was bound to it.
 * Source: pkg/kubelet/lifecycle/predicate.go, pkg/scheduler/framework/plugins (AdmissionCheck)
 */
export function admit(pod: Pod, context: KubeletContext, records: readonly PodRecord[]): WaitingReason | undefined {
  const active = records.filter((record) => !record.terminated && record.rejected === undefined)
  return (
    tooMany(active.length, context) ??
    insufficient(pod, active, context) ??
    wrongNode(pod, context.client.get('Node', context.nodeName)) ??
    portTaken(pod, active)
  )
}

function tooMany(used: number, { allocatable }: KubeletContext): WaitingReason | undefined {
  const capacity = quantityValue(allocatable.pods)
  if (used < capacity) return undefined
  return {
    reason: 'OutOfpods',
    message: `Node didn't have enough resource: pods, requested: 1, used: ${used}, capacity: ${capacity}`,
  }
}

/** Source: pkg/kubelet/lifecycle/predicate.go InsufficientResourceError */
export function insufficient(
  pod: Pod,
  active: readonly PodRecord[],
  { allocatable }: KubeletContext,
): WaitingReason | undefined {
  for (const resource of ['cpu', 'memory'] as const) {
    const requested = requestOf(pod, resource)
    if (requested === 0) continue
    const capacity = amount(resource, allocatable[resource])
    const used = active.reduce((sum, record) => sum + requestOf(record.allocated, resource), 0)
    if (used + requested <= capacity) continue
    const message = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`
    return { reason: `OutOf${resource}`, message }
  }
  return undefined
}

/** Millicores or bytes: the containers together, or the biggest init container. */
function requestOf({ spec }: Pod, resource: 'cpu' | 'memory'): number {
  const of = ({ resources }: Pod['spec']['containers'][number]) => amount(resource, resources?.requests?.[resource])
  const main = spec.containers.reduce((sum, container) => sum + of(container), 0)
  return Math.max(main, ...(spec.initContainers ?? []).map(of)) + amount(resource, spec.overhead?.[resource])
}

function amount(resource: 'cpu' | 'memory', quantity: string | undefined): number {
  return resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity)
}

function wrongNode({ spec }: Pod, node: Node | undefined): WaitingReason | undefined {
  const labels = node?.metadata.labels ?? {}
  const wrong = {
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  }
  const selector = Object.entries(spec.nodeSelector ?? {})
  if (node !== undefined && selector.some(([key, value]) => labels[key] !== value)) return wrong
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (node === undefined || terms === undefined) return undefined
  const matches = terms.some(({ matchExpressions = [], matchFields = [] }) =>
    [
      ...matchExpressions.map(({ key, operator, values }) => matchesExpression(labels, key, operator, values)),
      ...matchFields.map(({ operator, values }) =>
        matchesExpression({ name: node.metadata.name }, 'name', operator, values),
      ),
    ].every(Boolean),
  )
  return matches ? undefined : wrong
}

function matchesExpression(
  labels: Readonly<Record<string, string>>,
  key: string,
  operator: string,
  values: readonly string[] = [],
): boolean {
  const list = `(${values.join(',')})`
  switch (operator) {
    case 'In':
      return parseSelector(`${key} in ${list}`).matches(labels)
    case 'NotIn':
      return parseSelector(`${key} notin ${list}`).matches(labels)
    case 'Exists':
      return labels[key] !== undefined
    case 'DoesNotExist':
      return labels[key] === undefined
    case 'Gt':
      return Number(labels[key]) > Number(values[0])
    case 'Lt':
      return Number(labels[key]) < Number(values[0])
    default:
      return false
  }
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
