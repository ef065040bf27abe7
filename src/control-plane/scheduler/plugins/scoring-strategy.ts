import { along, type Point } from './broken-line.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'
import type { AllocationState, ResourceScorer, ResourceSpec } from './resource-allocation.ts'

/** How NodeResourcesFit compares nodes. Source: apis/config ScoringStrategy */
export interface ScoringStrategy {
  /** `LeastAllocated`, `MostAllocated` or `RequestedToCapacityRatio`. */
  readonly type: string
  readonly resources?: readonly ResourceSpec[]
  readonly requestedToCapacityRatio?: { readonly shape: readonly UtilizationShapePoint[] }
}

/** Utilization in percent, score 0 to 10. */
export type UtilizationShapePoint = Point

/** @throws Error. Source: fit.go nodeResourceStrategyTypeMap, getScorer */
export function strategyScorer({ type, requestedToCapacityRatio }: ScoringStrategy): ResourceScorer {
  switch (type) {
    case 'LeastAllocated':
      return (state) => weighted(state, leastRequestedScore)
    case 'MostAllocated':
      return (state) => weighted(state, mostRequestedScore)
    case 'RequestedToCapacityRatio':
      return requestedToCapacityRatioScorer(requestedToCapacityRatio?.shape ?? [])
    default:
      throw new Error(`scoring strategy ${type} is not supported`)
  }
}

function weighted(
  { resources, requested, allocatable }: AllocationState,
  score: (r: number, c: number) => number,
): number {
  let sum = 0
  let weights = 0
  for (let i = 0; i < resources.length; i++) {
    if (allocatable[i] === 0) continue
    const { weight } = resources[i]!
    sum += score(requested[i]!, allocatable[i]!) * weight
    weights += weight
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights)
}

/** The emptier the better. Source: least_allocated.go */
const leastRequestedScore = (requested: number, capacity: number): number =>
  requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_NODE_SCORE) / capacity)

/** The fuller the better. Source: most_allocated.go */
const mostRequestedScore = (requested: number, capacity: number): number =>
  Math.trunc((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity)

/** Along a broken line. Source: requested_to_capacity_ratio.go, helper/shape_score.go */
function requestedToCapacityRatioScorer(shape: readonly UtilizationShapePoint[]): ResourceScorer {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * (MAX_NODE_SCORE / 10) }))
  return ({ resources, requested, allocatable }) => {
    let sum = 0
    let weights = 0
    for (let i = 0; i < resources.length; i++) {
      const capacity = allocatable[i]!
      if (capacity === 0) continue
      const utilization = requested[i]! > capacity ? 100 : Math.trunc((requested[i]! * 100) / capacity)
      const score = along(points, utilization)
      if (score <= 0) continue
      sum += score * resources[i]!.weight
      weights += resources[i]!.weight
    }
    return weights === 0 ? 0 : Math.round(sum / weights)
  }
}
