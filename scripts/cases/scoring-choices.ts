import { DEFAULT_RESOURCES } from '../../src/control-plane/scheduler/plugins/node-resources-fit.ts'
import type { ResourceSpec } from '../../src/control-plane/scheduler/plugins/resource-allocation.ts'
import type {
  ScoringStrategy,
  UtilizationShapePoint,
} from '../../src/control-plane/scheduler/plugins/scoring-strategy.ts'
import type { SchedulerCall } from './scheduler-call.ts'

const SHAPES: readonly (readonly UtilizationShapePoint[])[] = [
  [
    { utilization: 0, score: 10 },
    { utilization: 100, score: 0 },
  ],
  [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 10 },
  ],
  [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 1 },
  ],
]

/** Arguments of the plugin. */
type ScoringChoice = Readonly<Record<string, unknown>>

/**
 * Scoring strategy, resources and weights are not recorded. One cycle (a PreScore and its Scores) is judged by the first
 * of these few configurations that gives all of its scores, the default one first.
 */
export function scoringChoices(cycle: readonly SchedulerCall[]): readonly ScoringChoice[] {
  const [first] = cycle
  if (first?.plugin !== 'Fit' && first?.plugin !== 'BalancedAllocation') return [{}]
  const lists = resourceLists(extendedResources(cycle))
  if (first.plugin === 'BalancedAllocation') return lists.map((resources) => ({ resources }))
  return strategiesNamed(first.case).flatMap((type) => lists.flatMap((resources) => strategies(type, resources)))
}

type StrategyType = ScoringStrategy['type']

/** Tests are often named after the strategy. */
function strategiesNamed(name: string): readonly StrategyType[] {
  if (name.startsWith('TestLeastAllocated')) return ['LeastAllocated']
  if (name.startsWith('TestMostAllocated')) return ['MostAllocated']
  if (/^Test(RequestedToCapacityRatio|ResourceBinPacking)/.test(name)) return ['RequestedToCapacityRatio']
  return ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']
}

function strategies(type: StrategyType, resources: readonly ResourceSpec[]): readonly ScoringChoice[] {
  if (type === 'RequestedToCapacityRatio')
    return SHAPES.map((shape) => choice({ type, resources, requestedToCapacityRatio: { shape } }))
  return [choice({ type, resources })]
}

const choice = (scoringStrategy: ScoringStrategy): ScoringChoice => ({ scoringStrategy })

function extendedResources(cycle: readonly SchedulerCall[]): string[] {
  const names = new Set<string>()
  for (const { node, nodes = [] } of cycle) {
    for (const recorded of node === undefined ? nodes : [node])
      for (const name in recorded.node?.status?.allocatable) if (name.includes('/')) names.add(name)
  }
  return [...names].sort()
}

function resourceLists(extended: readonly string[]): readonly (readonly ResourceSpec[])[] {
  const spec = (name: string, weight: number): ResourceSpec => ({ name, weight })
  const lists: (readonly ResourceSpec[])[] = [
    DEFAULT_RESOURCES,
    [spec('cpu', 1), spec('memory', 2)],
    [spec('cpu', 2), spec('memory', 1)],
    [spec('cpu', 4), spec('memory', 2)],
  ]
  for (const name of extended) {
    lists.push([spec(name, 1)])
    for (const weight of [1, 2, 3, 4]) lists.push([...DEFAULT_RESOURCES, spec(name, weight)])
  }
  for (const a of extended) {
    for (const b of extended) {
      if (a === b) continue
      lists.push([spec(a, 3), spec(b, 5)])
      for (const weight of [1, 2]) lists.push([...DEFAULT_RESOURCES, spec(a, 1), spec(b, weight)])
    }
  }
  return lists
}
