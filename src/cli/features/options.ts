/** What `kubedrill test` is told on its command line. */
export interface TestOptions {
  readonly tags?: string
  readonly name?: readonly string[]
  readonly format?: readonly string[]
  /** `html=FILE` and the like. */
  readonly report?: readonly string[]
  readonly import?: readonly string[]
  readonly target?: string
  readonly seed?: number
  readonly shard?: Shard
  readonly parallel?: number
  readonly dryRun?: boolean
  readonly transitions?: boolean
  readonly rerun?: boolean
  readonly lint?: boolean
  readonly watch?: boolean
  readonly json?: boolean
  /** The user's cucumber.json; false: none is read. */
  readonly config?: string | false
}

/** Part `index` (from 1) of `total`. */
export interface Shard {
  readonly index: number
  readonly total: number
}
