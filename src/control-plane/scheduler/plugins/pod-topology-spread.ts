import { requiredNodeAffinity } from '../../../api/node-selector.ts'
import type { Pod, TopologySpreadConstraint } from '../../../api/types.ts'
import { DEFAULT_FEATURES, type PluginFeatures } from '../features.ts'
import type { Plugin, Snapshot, Status } from '../framework.ts'
import { HOSTNAME, type NodeInfo, topologyValue, ZONE } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'
import { type DomainCounts, spreadQuery } from '../pod-query.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'
import {
  type Constraint,
  type ConstraintOptions,
  constraintsOf,
  honours,
  nodeHasTopologyKeys,
  podSpreadHint,
} from './spread-constraints.ts'

/** Source: apis/config PodTopologySpreadArgs */
export interface PodTopologySpreadArgs {
  /** For pods without constraints of their own; only with `List`. */
  readonly defaultConstraints?: readonly TopologySpreadConstraint[]
  /** `System`, the default: upstream's own constraints. Nodes then need not have every topology label. */
  readonly defaultingType?: string
}

interface FilterState {
  readonly constraints: readonly Constraint[]
  /** Per constraint: topology value to the number of matching pods. */
  readonly counts: readonly Pick<DomainCounts, 'get'>[]
  readonly minimum: readonly number[]
  readonly self: readonly number[]
}

interface ScoreState {
  readonly constraints: readonly Constraint[]
  readonly ignored: ReadonlySet<string>
  readonly counts: readonly Pick<DomainCounts, 'get'>[]
  readonly weights: readonly number[]
  readonly perNode: readonly ((node: NodeInfo) => number)[]
  /** Per constraint: whether no candidate has its label, so that it says nothing. */
  readonly unlabelled: readonly boolean[]
}

const NOT_MATCHED: Status = {
  code: 'Unschedulable',
  reasons: ["node(s) didn't match pod topology spread constraints"],
}
const NO_LABEL: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
}

/** Source: plugins/podtopologyspread/plugin.go systemDefaultConstraints */
const systemDefaultConstraints: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

/** Pods are spread over zones and nodes. Source: plugins/podtopologyspread */
export function podTopologySpread(
  { defaultConstraints = [], defaultingType = 'System' }: PodTopologySpreadArgs = {},
  features: PluginFeatures = DEFAULT_FEATURES,
  snapshot?: Pick<Snapshot, 'defaultSelector'>,
): Plugin<FilterState, ScoreState> {
  const systemDefaulted = defaultingType === 'System'
  const options: ConstraintOptions = {
    defaults: systemDefaulted ? systemDefaultConstraints : defaultConstraints,
    matchLabelKeys: features.matchLabelKeys,
    nodeInclusionPolicy: features.nodeInclusionPolicy,
    comparisonOperators: features.taintTolerationComparisonOperators,
  }
  return {
    name: 'PodTopologySpread',
    events: new Set([
      'Node/Add',
      'Node/Delete',
      'Node/UpdateNodeLabel',
      'Node/UpdateNodeTaint',
      'AssignedPod/Add',
      'AssignedPod/UpdatePodLabel',
      'AssignedPod/Delete',
      'UnscheduledPod/UpdatePodLabel',
      'UnscheduledPod/UpdatePodToleration',
    ]),
    preFilter: ({ pod }, snapshot) =>
      attempt("get constraints from pod: obtaining pod's hard topology spread constraints", () => {
        const constraints = constraintsOf(pod, 'DoNotSchedule', snapshot, options)
        if (constraints.length === 0) return { code: 'Skip' }
        return { code: 'Success', state: filterState(pod, constraints, snapshot, options) }
      }),
    filter,
    preScore: (info, snapshot, nodes) =>
      attempt("calculating preScoreState: obtaining pod's soft topology spread constraints", () => {
        const constraints = constraintsOf(info.pod, 'ScheduleAnyway', snapshot, options)
        if (constraints.length === 0) return { code: 'Skip' }
        const requireAll = (info.pod.spec.topologySpreadConstraints ?? []).length > 0 || !systemDefaulted
        return { code: 'Success', state: scoreState(info.pod, constraints, snapshot, nodes, requireAll, options) }
      }),
    score,
    normalizeScore,
    isSchedulableAfter: (event, pod) => podSpreadHint(event, pod, options, snapshot),
  }
}

function attempt<T>(what: string, compute: () => T): T | Status {
  try {
    return compute()
  } catch (error) {
    return { code: 'Error', reasons: [`${what}: ${(error as Error).message}`] }
  }
}

/** Source: filtering.go calPreFilterState */
function filterState(
  pod: Pod,
  constraints: readonly Constraint[],
  snapshot: Snapshot,
  options: ConstraintOptions,
): FilterState {
  const self = constraints.map(({ selector }) => (selector.matches(pod.metadata.labels) ? 1 : 0))
  if (countsEveryNode(pod, constraints, snapshot)) {
    const counts = countsByDomain(pod, constraints, snapshot)
    return { constraints, counts, minimum: counts.map((each, i) => fewest(each, constraints[i]!, snapshot)), self }
  }
  const counts = constraints.map(() => new Map<string, number>())
  const perNode = podCounts(pod, constraints, snapshot)
  const { matches } = requiredNodeAffinity(pod.spec)
  for (const node of snapshot.nodes) {
    if (!options.nodeInclusionPolicy && !matches(node)) continue
    if (!nodeHasTopologyKeys(node, constraints)) continue
    constraints.forEach((constraint, i) => {
      if (options.nodeInclusionPolicy && !honours(constraint, pod, node, matches, options)) return
      const value = topologyValue(node, constraint.topologyKey)!
      counts[i]!.set(value, (counts[i]!.get(value) ?? 0) + perNode[i]!(node))
    })
  }
  const minimum = constraints.map(({ minDomains }, i) =>
    counts[i]!.size < minDomains ? 0 : Math.min(...[2 ** 31 - 1, ...counts[i]!.values()]),
  )
  return { constraints, counts, minimum, self }
}

/** Whether no node is left out for lack of a label, a taint, or because the pod cannot go there. */
function countsEveryNode(
  pod: Pod,
  constraints: readonly Constraint[],
  snapshot: Snapshot,
  needsLabels = true,
): boolean {
  const { nodeSelector, affinity } = pod.spec
  if (nodeSelector !== undefined || affinity?.nodeAffinity !== undefined) return false
  if (constraints.some(({ honourNodeTaints }) => honourNodeTaints)) return false
  return !needsLabels || constraints.every(({ topologyKey }) => snapshot.domains(topologyKey).complete)
}

const countsByDomain = (pod: Pod, constraints: readonly Constraint[], snapshot: Snapshot): readonly DomainCounts[] =>
  constraints.map(({ selector, topologyKey }) =>
    snapshot.podsByDomain(spreadQuery(selector, pod.metadata.namespace ?? ''), topologyKey),
  )

/** Source: filtering.go minMatchNum, criticalPaths */
function fewest(counts: DomainCounts, { topologyKey, minDomains }: Constraint, snapshot: Snapshot): number {
  const { size } = snapshot.domains(topologyKey)
  if (size < minDomains || counts.size < size) return 0
  let least = 2 ** 31 - 1
  for (const count of counts.values()) if (count < least) least = count
  return least
}

const podCounts = (pod: Pod, constraints: readonly Constraint[], snapshot: Snapshot) =>
  constraints.map(({ selector }) => snapshot.podCount(selector, pod.metadata.namespace ?? ''))

/** Pods there, and this one, must not exceed the fewest anywhere by more than maxSkew. Source: filtering.go Filter */
function filter(
  { constraints, counts, minimum, self }: FilterState,
  _pod: PodInfo,
  node: NodeInfo,
): Status | undefined {
  for (let i = 0; i < constraints.length; i++) {
    const value = topologyValue(node, constraints[i]!.topologyKey)
    if (value === undefined) return NO_LABEL
    const skew = (counts[i]!.get(value) ?? 0) + self[i]! - minimum[i]!
    if (skew > constraints[i]!.maxSkew) return NOT_MATCHED
  }
  return undefined
}

/** Source: scoring.go initPreScoreState, PreScore */
function scoreState(
  pod: Pod,
  constraints: readonly Constraint[],
  snapshot: Snapshot,
  nodes: readonly NodeInfo[],
  requireAll: boolean,
  options: ConstraintOptions,
): ScoreState {
  const ignored = new Set<string>()
  const candidates = constraints.map(() => new Map<string, number>())
  for (const node of nodes) {
    if (requireAll && !nodeHasTopologyKeys(node, constraints)) {
      ignored.add(node.name)
      continue
    }
    for (let i = 0; i < constraints.length; i++) {
      const { topologyKey } = constraints[i]!
      // Counted node by node when they are scored.
      if (topologyKey !== HOSTNAME) candidates[i]!.set(topologyValue(node, topologyKey) ?? '', 0)
    }
  }
  const weights = constraints.map(({ topologyKey }, i) =>
    Math.log((topologyKey === HOSTNAME ? nodes.length - ignored.size : candidates[i]!.size) + 2),
  )
  const perNode = podCounts(pod, constraints, snapshot)
  const unlabelled = constraints.map(
    ({ topologyKey }, i) =>
      topologyKey !== HOSTNAME && (candidates[i]!.size === 0 || (candidates[i]!.size === 1 && candidates[i]!.has(''))),
  )
  const state = { constraints, ignored, counts: candidates, weights, perNode, unlabelled }
  if (constraints.every(({ topologyKey }, i) => topologyKey === HOSTNAME || unlabelled[i])) return state
  if (countsEveryNode(pod, constraints, snapshot, requireAll))
    return { ...state, counts: countsByDomain(pod, constraints, snapshot) }
  countTopologies(pod, state, candidates, snapshot, requireAll, options)
  return state
}

function countTopologies(
  pod: Pod,
  { constraints, perNode }: ScoreState,
  counts: readonly Map<string, number>[],
  snapshot: Snapshot,
  requireAll: boolean,
  options: ConstraintOptions,
): void {
  const { matches } = requiredNodeAffinity(pod.spec)
  for (const node of snapshot.nodes) {
    if (!options.nodeInclusionPolicy && !matches(node)) continue
    if (requireAll && !nodeHasTopologyKeys(node, constraints)) continue
    for (let i = 0; i < constraints.length; i++) {
      const value = topologyValue(node, constraints[i]!.topologyKey) ?? ''
      const count = counts[i]!.get(value)
      if (count === undefined) continue
      if (options.nodeInclusionPolicy && !honours(constraints[i]!, pod, node, matches, options)) continue
      counts[i]!.set(value, count + perNode[i]!(node))
    }
  }
}

/** The fewer matching pods around, the lower: less is better here. Source: scoring.go Score, scoreForCount */
function score(
  { constraints, ignored, counts, weights, perNode, unlabelled }: ScoreState,
  _pod: PodInfo,
  node: NodeInfo,
): number {
  if (ignored.size > 0 && ignored.has(node.name)) return 0
  let sum = 0
  for (let i = 0; i < constraints.length; i++) {
    const { topologyKey, maxSkew } = constraints[i]!
    // None of the candidates has the label.
    if (unlabelled[i]) continue
    const value = topologyValue(node, topologyKey)
    if (value === undefined) continue
    const count = topologyKey === HOSTNAME ? perNode[i]!(node) : (counts[i]!.get(value) ?? 0)
    sum += count * weights[i]! + (maxSkew - 1)
  }
  return Math.round(sum)
}

/** Source: scoring.go NormalizeScore */
function normalizeScore({ ignored }: ScoreState, scores: number[], nodes: readonly NodeInfo[]): void {
  let min = Number.MAX_SAFE_INTEGER
  let max = 0
  const isIgnored = (i: number) => ignored.size > 0 && ignored.has(nodes[i]!.name)
  for (let i = 0; i < scores.length; i++) {
    if (isIgnored(i)) continue
    min = Math.min(min, scores[i]!)
    max = Math.max(max, scores[i]!)
  }
  for (let i = 0; i < scores.length; i++) {
    if (isIgnored(i)) scores[i] = 0
    else if (max === 0) scores[i] = MAX_NODE_SCORE
    else scores[i] = Math.trunc((MAX_NODE_SCORE * (max + min - scores[i]!)) / max)
  }
}
