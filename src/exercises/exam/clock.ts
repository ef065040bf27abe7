/**
 * What the machine's clocks say at one moment. The wall clock is what people read; how long the machine is up cannot be
 * set by anybody, and counts while the machine sleeps.
 */
export interface Reading {
  /** Wall time, ms since the epoch. */
  readonly at: number
  /** Ms since the machine started. */
  readonly up: number
  /** Which start of the machine that is; none where the system does not say. */
  readonly boot?: string
}

/** How long an exam has been going on, and the reading that says so. */
export interface ExamClock {
  readonly elapsedMs: number
  readonly last: Reading
}

/**
 * The exam's clock at a later reading. It never goes back, and a wall clock that is set while the exam goes on neither
 * gives nor takes time: within one start of the machine only `up` counts. After another start it is the wall clock, or what
 * the machine has been up for where that is more.
 */
export function clockAt(clock: ExamClock, reading: Reading): ExamClock {
  const { last, elapsedMs } = clock
  const up = reading.up - last.up
  const wall = reading.at - last.at
  const knows = reading.boot !== undefined && last.boot !== undefined
  const same = knows && reading.boot === last.boot
  // Two processes wrote at once, and the later one was first.
  if (same && up < 0) return clock
  const passed = same ? up : knows ? Math.max(wall, reading.up) : Math.max(0, wall, up)
  return { elapsedMs: elapsedMs + passed, last: reading }
}
