import type { StepSpan } from './story.ts'

/** Under this name a failed step's record is attached to the step, as application/json: in message, HTML and JSON reports. */
export const FAILURE_FILE = 'kubedrill-failure.json'

/** For people, beside it: steps, changes of state and Events in one line of time; what there was in the cluster. */
export const TIMELINE_FILE = 'kubedrill-timeline.txt'
export const CLUSTER_FILE = 'kubedrill-cluster.yaml'

/** The seed of all chance where nobody gave one. */
export const DEFAULT_SEED = 1

/** How an object went from one state to another, as `kubectl get` would have shown it. */
export interface StateChange {
  /** ms since the epoch: virtual, or on a real cluster the wall clock's. */
  readonly at: number
  /** Its place among all that was recorded: what a step did came before it where its deed's `order` is less. */
  readonly order: number
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  /** Undefined: it came to be. */
  readonly from?: string
  /** `gone` once it was deleted. */
  readonly to: string
}

/** Where a scenario failed: what a reader needs to see why, and `kubedrill replay` to be there again. */
export interface FailureRecord {
  readonly kind: 'kubedrill/failure'
  readonly version: 1
  /** The feature's path as the run was given it, relative to `directory`, and the line of the scenario or of the row of its examples. */
  readonly feature: { readonly uri: string; readonly line: number; readonly directory: string }
  readonly pickle: { readonly name: string; readonly tags: readonly string[] }
  /** The step that failed: its place among the pickle's steps (those of a Background count), from 0. */
  readonly step: { readonly index: number; readonly text: string; readonly line?: number }
  /** `the simulator`, or the real cluster's name. */
  readonly target: string
  /** World parameters of the run, as cucumber-js had them. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly seed: number
  /**
   * The instant of the failure: virtual ms since the epoch and how many timers had fired, the cluster's clock at that place;
   * `bootedAt` is where `+0s` is. Undefined where the scenario had no simulated cluster yet.
   */
  readonly instant?: { readonly at: number; readonly fired: number; readonly bootedAt: number }
  /** What was wrong, without the explanation. */
  readonly message: string
  readonly steps: readonly StepSpan[]
  readonly timeline: readonly StateChange[]
}

export function isFailureRecord(value: unknown): value is FailureRecord {
  const { kind, version } = (value ?? {}) as Partial<FailureRecord>
  return kind === 'kubedrill/failure' && version === 1
}
