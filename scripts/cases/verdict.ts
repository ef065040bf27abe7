/** What came of replaying one recorded call. */
export interface Verdict {
  /** What is counted together: a plugin, or a validation function. */
  readonly group: string
  /** Which test of Kubernetes it was recorded in; may be empty. */
  readonly name: string
  readonly agrees: boolean
  readonly expected: unknown
  readonly got: unknown
  /** What the recording leaves open, so that the replay had to choose. */
  readonly note?: string
}
