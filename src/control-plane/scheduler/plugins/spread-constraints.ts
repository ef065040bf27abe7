import { equal } from '../../../api/equal.ts'
import { type Selector, selectorFromLabelSelector } from '../../../api/labels.ts'
import type { LabelSelector, Node, Pod, TopologySpreadConstraint } from '../../../api/types.ts'
import { isPodEvent } from '../cluster-events.ts'
import type { ClusterEvent, Snapshot } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { hasUntoleratedTaint } from './taints.ts'

/** A parsed spread constraint. Source: podtopologyspread/common.go topologySpreadConstraint */
export interface Constraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly selector: Selector
  readonly minDomains: number
  readonly honourNodeAffinity: boolean
  readonly honourNodeTaints: boolean
}

export interface ConstraintOptions {
  /** For pods without constraints of their own. */
  readonly defaults: readonly TopologySpreadConstraint[]
  readonly matchLabelKeys: boolean
  readonly nodeInclusionPolicy: boolean
  /** Of tolerations: whether `Gt` and `Lt` mean something. */
  readonly comparisonOperators: boolean
}

/** @throws SelectorError. Source: podtopologyspread/common.go filterTopologySpreadConstraints, buildDefaultConstraints */
export function constraintsOf(
  pod: Pod,
  action: 'DoNotSchedule' | 'ScheduleAnyway',
  snapshot: Pick<Snapshot, 'defaultSelector'> | undefined,
  options: ConstraintOptions,
): readonly Constraint[] {
  const own = pod.spec.topologySpreadConstraints ?? NONE
  const wanted = own.length > 0 ? own : options.defaults
  const constraints: Constraint[] = []
  let selector: Selector | undefined
  for (const constraint of wanted) {
    if (constraint.whenUnsatisfiable !== action) continue
    if (own.length === 0) {
      selector ??= snapshot?.defaultSelector(pod)
      if (selector === undefined || selector.requirements.length === 0) return []
    }
    constraints.push(parseConstraint(constraint, own.length > 0 ? undefined : selector, pod, options))
  }
  return constraints
}

const NONE: readonly TopologySpreadConstraint[] = []

function parseConstraint(
  constraint: TopologySpreadConstraint,
  selector: Selector | undefined,
  pod: Pod,
  options: ConstraintOptions,
): Constraint {
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = options.nodeInclusionPolicy ? constraint : {}
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    selector: selector ?? selectorFromLabelSelector(withMatchLabelKeys(constraint, pod, options)),
    minDomains: constraint.minDomains ?? 1,
    honourNodeAffinity: nodeAffinityPolicy === 'Honor',
    honourNodeTaints: nodeTaintsPolicy === 'Honor',
  }
}

/** Source: common.go mergeLabelSetWithSelector */
function withMatchLabelKeys(
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
  pod: Pod,
  options: ConstraintOptions,
): LabelSelector | undefined {
  if (labelSelector === undefined || !options.matchLabelKeys || matchLabelKeys.length === 0) return labelSelector
  const added = matchLabelKeys.flatMap((key) => {
    const value = pod.metadata.labels?.[key]
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }]
  })
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added] }
}

export function nodeHasTopologyKeys(node: Pick<NodeInfo, 'labels'>, constraints: readonly Constraint[]): boolean {
  for (const { topologyKey } of constraints) if (node.labels[topologyKey] === undefined) return false
  return true
}

/** Whether the pods of this node count for the constraint. Source: common.go matchNodeInclusionPolicies */
export function honours(
  constraint: Constraint,
  pod: Pod,
  node: NodeInfo,
  matches: (node: NodeInfo) => boolean,
  { comparisonOperators }: ConstraintOptions,
): boolean {
  if (constraint.honourNodeAffinity && !matches(node)) return false
  return !constraint.honourNodeTaints || !hasUntoleratedTaint(node.taints, pod.spec.tolerations, comparisonOperators)
}

/** The queueing hints. Source: podtopologyspread/plugin.go isSchedulableAfterPodChange, isSchedulableAfterNodeChange */
export function podSpreadHint(
  event: ClusterEvent,
  pod: Pod,
  options: ConstraintOptions,
  snapshot: Pick<Snapshot, 'defaultSelector'> | undefined,
): boolean {
  let constraints: readonly Constraint[]
  try {
    constraints = constraintsOf(pod, 'DoNotSchedule', snapshot, options)
  } catch {
    return true
  }
  if (event.resource === 'Node') return nodeMayHelp(event.old, event.new, constraints)
  return isPodEvent(event) && podMayHelp(event.old, event.new, pod, constraints)
}

function podMayHelp(old: Pod | undefined, now: Pod | undefined, pod: Pod, constraints: readonly Constraint[]): boolean {
  if ((now !== undefined && !involved(now, pod)) || (old !== undefined && !involved(old, pod))) return false
  const matched = (other: Pod, { selector }: Constraint) => selector.matches(other.metadata.labels)
  if (now !== undefined && old !== undefined) {
    const tolerates = !equal(now.spec.tolerations ?? [], old.spec.tolerations ?? [])
    if (now.metadata.uid === pod.metadata.uid && tolerates && constraints.some((c) => c.honourNodeTaints)) return true
    return constraints.some((constraint) => matched(old, constraint) !== matched(now, constraint))
  }
  return constraints.some((constraint) => matched((now ?? old)!, constraint))
}

function involved(other: Pod, pod: Pod): boolean {
  if (other.metadata.uid === pod.metadata.uid) return true
  if (!other.spec.nodeName && !other.status?.nominatedNodeName) return false
  return other.metadata.namespace === pod.metadata.namespace
}

function nodeMayHelp(old: Node | undefined, now: Node | undefined, constraints: readonly Constraint[]): boolean {
  const suits = (node: Node | undefined) =>
    node !== undefined && nodeHasTopologyKeys({ labels: node.metadata.labels ?? {} }, constraints)
  if (old === undefined || now === undefined) return suits(now ?? old)
  if (suits(old) !== suits(now)) return true
  const moved = constraints.some(
    ({ topologyKey }) => old.metadata.labels?.[topologyKey] !== now.metadata.labels?.[topologyKey],
  )
  return suits(now) && (moved || !equal(old.spec.taints ?? [], now.spec.taints ?? []))
}
