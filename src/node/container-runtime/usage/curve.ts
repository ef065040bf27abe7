/**
 * An amount over time: straight lines between points, level before the first and after the last. Two points of one
 * time are a jump. Times are ms since the process started, ascending. With `everyMs` the first stretch of that length
 * comes again and again.
 */
export interface Curve {
  readonly points: readonly Point[]
  readonly everyMs?: number
}

export type Point = readonly [atMs: number, value: number]

/** A stretch on which a curve is a straight line. */
export interface Stretch {
  /** Right after its beginning. */
  readonly value: number
  /** Per ms. */
  readonly slope: number
  /** Where it ends; infinite when nothing changes any more. */
  readonly untilMs: number
}

export function level(value: number): Curve {
  return { points: [[0, value]] }
}

/** From one value to another, evenly. */
export function ramp(from: number, to: number, overMs: number, afterMs = 0): Curve {
  return {
    points: [
      [afterMs, from],
      [afterMs + overMs, to],
    ],
  }
}

/** A day of an ordinary service: sine around a mean, as 48 straight lines. */
export function wave(mean: number, amplitude: number, periodMs: number): Curve {
  const points = Array.from({ length: WAVE_LINES + 1 }, (_, i): Point => {
    const value = mean + amplitude * Math.sin((2 * Math.PI * i) / WAVE_LINES)
    return [(i * periodMs) / WAVE_LINES, Math.max(0, value)]
  })
  return { points, everyMs: periodMs }
}

const WAVE_LINES = 48

/** Levels, each from its time on. */
export function steps(levels: readonly Point[], everyMs?: number): Curve {
  const points = levels.flatMap(([at, value], i): Point[] =>
    i === 0
      ? [[at, value]]
      : [
          [at, levels[i - 1]![1]],
          [at, value],
        ],
  )
  return everyMs === undefined ? { points } : { points: [...points, [everyMs, levels.at(-1)![1]]], everyMs }
}

/** The line a curve follows right after a time. */
export function stretchAt({ points, everyMs }: Curve, atMs: number): Stretch {
  const lap = everyMs === undefined ? 0 : Math.floor(Math.max(0, atMs) / everyMs) * everyMs
  const at = atMs - lap
  const next = points.findIndex(([time]) => time > at)
  if (next < 0 || (everyMs !== undefined && points[next]![0] > everyMs)) {
    const value = points.at(-1)?.[1] ?? 0
    return { value, slope: 0, untilMs: everyMs === undefined ? Number.POSITIVE_INFINITY : lap + everyMs }
  }
  const [toMs, to] = points[next]!
  if (next === 0) return { value: to, slope: 0, untilMs: lap + toMs }
  const [fromMs, from] = points[next - 1]!
  const slope = (to - from) / (toMs - fromMs)
  return { value: from + slope * (at - fromMs), slope, untilMs: lap + toMs }
}

export function valueAt(curve: Curve, atMs: number): number {
  const { points } = curve
  return points.length === 1 ? points[0]![1] : stretchAt(curve, atMs).value
}

/** Value times seconds between the start and a time: core-seconds of cores. */
export function areaUntil(curve: Curve, untilMs: number): number {
  const { points, everyMs } = curve
  if (untilMs <= 0) return 0
  if (points.length === 1) return (points[0]![1] * untilMs) / 1000
  if (everyMs === undefined || untilMs <= everyMs) return area(curve, untilMs)
  const laps = Math.floor(untilMs / everyMs)
  return laps * area(curve, everyMs) + area(curve, untilMs - laps * everyMs)
}

function area(curve: Curve, untilMs: number): number {
  let sum = 0
  for (let at = 0; at < untilMs; ) {
    const { value, slope, untilMs: end } = stretchAt(curve, at)
    const until = Math.min(end, untilMs)
    sum += (value + (slope * (until - at)) / 2) * (until - at)
    at = until
  }
  return sum / 1000
}

/** The most it ever is. */
export function peak({ points }: Curve): number {
  let most = 0
  for (const [, value] of points) most = Math.max(most, value)
  return most
}

/** What of it is at most `limit`: throttled. */
export function cappedAt(curve: Curve, limit: number): Curve {
  if (peak(curve) <= limit) return curve
  const points: Point[] = []
  for (const [i, [at, value]] of curve.points.entries()) {
    const before = curve.points[i - 1]
    if (before !== undefined && before[0] < at && before[1] > limit !== value > limit) {
      const part = (limit - before[1]) / (value - before[1])
      points.push([before[0] + part * (at - before[0]), limit])
    }
    points.push([at, Math.min(value, limit)])
  }
  return { ...curve, points }
}

/** A curve of a process that started at `startedAt`. */
export interface Started {
  readonly curve: Curve
  readonly startedAt: number
}

/** After so many bends nobody looks further: the answer is when to look again. */
const MOST_BENDS = 2_000

/**
 * When curves together are first above a limit, from `from` on. `never`: they stay below it for good.
 * `again`: not until then; look again.
 */
export function firstAbove(
  curves: readonly Started[],
  limit: number,
  from: number,
): { readonly at: number } | { readonly again: number } | 'never' {
  let most = 0
  for (const { curve } of curves) most += peak(curve)
  if (most <= limit) return 'never'
  let at = from
  for (let bends = 0; bends < MOST_BENDS; bends++) {
    let sum = 0
    let slope = 0
    let until = Number.POSITIVE_INFINITY
    for (const { curve, startedAt } of curves) {
      const stretch = stretchAt(curve, at - startedAt)
      sum += stretch.value
      slope += stretch.slope
      until = Math.min(until, startedAt + stretch.untilMs)
    }
    if (sum > limit) return { at }
    const crossing = slope > 0 ? Math.floor(at + (limit - sum) / slope) + 1 : Number.POSITIVE_INFINITY
    if (crossing < until) return { at: Math.max(crossing, at) }
    if (until === Number.POSITIVE_INFINITY) return 'never'
    at = until
  }
  return { again: at }
}
