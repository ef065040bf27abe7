import { MAX_NODE_SCORE } from './normalize-score.ts'
import type { AllocationState, ResourceScorer, ResourceSpec } from './resource-allocation.ts'

/** How NodeResourcesFit compares nodes. Source: apis/config ScoringStrategy */
export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated'; readonly resources: readonly ResourceSpec[] }
  | {
      readonly type: 'RequestedToCapacityRatio'
      readonly resources: readonly ResourceSpec[]
      readonly shape: readonly UtilizationShapePoint[]
    }

/** Utilization in percent, score 0 to 10. */
export interface UtilizationShapePoint {
  readonly utilization: number
  readonly score: number
}

export function strategyScorer(strategy: ScoringStrategy): ResourceScorer {
  switch (strategy.type) {
    case 'LeastAllocated':
      return (state) => weighted(state, leastRequestedScore)
    case 'MostAllocated':
      return (state) => weighted(state, mostRequestedScore)
    case 'RequestedToCapacityRatio':
      return requestedToCapacityRatioScorer(strategy.shape)
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

function along(points: readonly UtilizationShapePoint[], utilization: number): number {
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!
    if (utilization > point.utilization) continue
    if (i === 0) return point.score
    const before = points[i - 1]!
    const rise = (point.score - before.score) * (utilization - before.utilization)
    return before.score + Math.trunc(rise / (point.utilization - before.utilization))
  }
  return points.at(-1)!.score
}
