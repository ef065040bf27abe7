import { findCondition } from '../../../api/conditions.ts'
import { hasTaint, withoutTaints, withTaint } from '../../../api/taints.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Node, NodeCondition, Pod, Taint } from '../../../api/types.ts'

/** What the controller writes into nodes and their pods: pure. Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go */

export const UNREACHABLE: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
export const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

/** Condition type -> status -> key of the NoSchedule taint. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY.key, Unknown: UNREACHABLE.key },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}
const CONTROLLED: ReadonlySet<string> = new Set([
  UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap((taints) => Object.values(taints)),
])

/** NetworkUnavailable is the network provider's, not the kubelet's. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const

/** Nobody has heard of the node: what its kubelet said is not known to hold any more. @param now virtual ms */
export function withUnknownConditions(node: Node, now: number): Node {
  let conditions = node.status?.conditions ?? []
  for (const type of KUBELET_CONDITIONS) {
    const current = findCondition(conditions, type)
    if (current === undefined) conditions = [...conditions, neverUpdated(node, type, now)]
    else if (current.status !== 'Unknown')
      conditions = conditions.map((each) => (each === current ? silent(current, now) : each))
  }
  return conditions === node.status?.conditions ? node : { ...node, status: { ...node.status, conditions } }
}

function neverUpdated(node: Node, type: string, now: number): NodeCondition {
  const { creationTimestamp } = node.metadata
  return {
    type,
    status: 'Unknown',
    ...(creationTimestamp === undefined ? {} : { lastHeartbeatTime: creationTimestamp }),
    lastTransitionTime: rfc3339(now),
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  }
}

function silent(condition: NodeCondition, now: number): NodeCondition {
  return {
    ...condition,
    status: 'Unknown',
    lastTransitionTime: rfc3339(now),
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  }
}

/** NoSchedule taints that mirror the conditions and spec.unschedulable. Source: doNoScheduleTaintingPass */
export function withNoScheduleTaints(node: Node, now: number): Node {
  const wanted: Taint[] = (node.status?.conditions ?? []).flatMap(({ type, status }) => {
    const key = CONDITION_TAINTS[type]?.[status]
    return key === undefined ? [] : [{ key, effect: 'NoSchedule' }]
  })
  if (node.spec?.unschedulable === true) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' })
  const present = (node.spec?.taints ?? []).filter(({ key, effect }) => effect === 'NoSchedule' && CONTROLLED.has(key))
  const add = wanted.filter((taint) => !hasTaint(present, taint))
  const remove = present.filter((taint) => !hasTaint(wanted, taint))
  return swapTaints(node, add, remove, now)
}

/** The NoExecute taint of a node that is not ready, in the place of its opposite. Source: doNoExecuteTaintingPass */
export function withNoExecuteTaint(node: Node, now: number): Node {
  const ready = findCondition(node.status?.conditions, 'Ready')?.status
  if (ready === 'False') return swapTaints(node, [NOT_READY], [UNREACHABLE], now)
  if (ready === 'Unknown') return swapTaints(node, [UNREACHABLE], [NOT_READY], now)
  return node
}

/** Source: markNodeAsReachable */
export function withoutNoExecuteTaints(node: Node): Node {
  return swapTaints(node, [], [UNREACHABLE, NOT_READY], 0)
}

function swapTaints(node: Node, add: readonly Taint[], remove: readonly Taint[], now: number): Node {
  let taints = node.spec?.taints ?? NO_TAINTS
  for (const taint of add)
    if (!hasTaint(taints, taint)) taints = withTaint(taints, { ...taint, timeAdded: rfc3339(now) })
  taints = withoutTaints(taints, remove)
  if (taints === (node.spec?.taints ?? NO_TAINTS)) return node
  const { taints: _, ...spec } = node.spec ?? {}
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } }
}

const NO_TAINTS: readonly Taint[] = []

/** Stable label -> the beta label that follows it. */
const LABELS = { 'kubernetes.io/os': 'beta.kubernetes.io/os', 'kubernetes.io/arch': 'beta.kubernetes.io/arch' }

/** Source: reconcileNodeLabels */
export function withReconciledLabels(node: Node): Node {
  let { labels } = node.metadata
  for (const [primary, secondary] of Object.entries(LABELS)) {
    const value = labels?.[primary]
    if (value !== undefined && labels?.[secondary] !== value) labels = { ...labels, [secondary]: value }
  }
  return labels === node.metadata.labels || labels === undefined
    ? node
    : { ...node, metadata: { ...node.metadata, labels } }
}

/** The pod itself when it has no Ready condition, or a False one. Source: pkg/controller/util/node/controller_utils.go MarkPodsNotReady */
export function withPodNotReady(pod: Pod, now: number): Pod {
  const ready = findCondition(pod.status?.conditions, 'Ready')
  if (ready === undefined || ready.status === 'False') return pod
  const conditions = pod.status!.conditions!.map((each) =>
    each === ready ? { ...ready, status: 'False', lastTransitionTime: rfc3339(now) } : each,
  )
  return { ...pod, status: { ...pod.status, conditions } }
}

/** Source: component-helpers/node/topology GetZoneKey */
export function zoneKey({ metadata: { labels = {} } }: Node): string {
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}
