/** One figure of a run, lower is better unless it is a rate. */
export interface Figure {
  readonly value: number
  readonly unit: 'ms' | 'MB' | 'per s' | 'µs' | ''
  /** What the figure should not exceed, at scale 1. */
  readonly limit?: number
}

export type Figures = Readonly<Record<string, Figure>>

interface MeasurementContext {
  /** 2 doubles the sizes. */
  readonly scale: number
}

/** Something to measure; each run gets a process of its own. */
export interface Measurement {
  readonly name: string
  readonly title: string
  /** Peak memory it may take, MB. */
  readonly memoryLimit?: number
  /** Whether the figures are of other processes, so that this one's own memory says nothing. */
  readonly outside?: boolean
  run(context: MeasurementContext): Promise<Figures> | Figures
}

/** What a child process prints as its last line. */
export interface ChildResult {
  readonly figures: Figures
  /** MB. */
  readonly peakMemory: number
  /** ms of processor time, user and system, start-up included: what a busy machine does not blur. */
  readonly cpuTime: number
}

/** Wall time in ms. */
export function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
