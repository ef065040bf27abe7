export interface Point {
  readonly utilization: number
  readonly score: number
}

/** The score at a utilization, on straight lines between the points. Source: plugins/helper/shape_score.go BuildBrokenLinearFunction */
export function along(points: readonly Point[], utilization: number): number {
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
