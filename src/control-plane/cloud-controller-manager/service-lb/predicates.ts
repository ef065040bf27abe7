import type { Node } from '../../../api/types.ts'

/** Set by the cluster autoscaler on a node that it is about to remove. */
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler'
const EXCLUDE = 'node.kubernetes.io/exclude-from-external-load-balancers'

/**
 * Whether load balancers may send traffic to a node: readiness is no matter, their own health checks see to that.
 * Source: k8s.io/cloud-provider/controllers/service/controller.go stableNodeSetPredicates
 */
export function isBackend(node: Node): boolean {
  const { metadata, spec } = node
  if (metadata.deletionTimestamp !== undefined || !isIncluded(node)) return false
  return !(spec?.taints ?? []).some(({ key }) => key === TO_BE_DELETED)
}

/** Source: controller.go nodeIncludedPredicate, strconv.ParseBool */
function isIncluded({ metadata }: Node): boolean {
  const value = metadata.labels?.[EXCLUDE]
  return value === undefined || /^(0|f|F|false|FALSE|False)$/.test(value)
}

/** Whether a change of a node is a reason to look at all load balancers again. Source: controller.go shouldSyncUpdatedNode */
export function concernsBalancers(old: Node, node: Node): boolean {
  return isIncluded(old) !== isIncluded(node) || (old.spec?.providerID ?? '') !== (node.spec?.providerID ?? '')
}

/** Source: controller.go nodesSufficientlyEqual */
export function sameBackends(old: readonly Node[], nodes: readonly Node[]): boolean {
  if (old.length !== nodes.length) return false
  const providerIDs = new Map(old.map(({ metadata, spec }) => [metadata.name, spec?.providerID ?? '']))
  return nodes.every(({ metadata, spec }) => providerIDs.get(metadata.name) === (spec?.providerID ?? ''))
}

const MAX_NAMES = 20

/** Names as they are put into messages: Go's `%v` of a list. Source: controller.go loggableNodeNames */
export function loggableNames(nodes: readonly Node[]): string {
  const names = (some: readonly Node[]) => some.map(({ metadata }) => metadata.name).sort()
  if (nodes.length <= MAX_NAMES) return `[${names(nodes).join(' ')}]`
  return `[${[...names(nodes.slice(0, MAX_NAMES)), `<${nodes.length - MAX_NAMES} more>`].join(' ')}]`
}
