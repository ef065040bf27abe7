/** One line of what happened: when (virtual ms), who, what. */
export interface TraceEntry {
  readonly at: number
  readonly component: string
  readonly what: string
}

/** What happened in the simulation, in order. Same seed and journal: the same trace, byte for byte. */
export interface Trace {
  add(component: string, what: string): void
}
