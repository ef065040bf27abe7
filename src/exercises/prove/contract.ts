import type { Grade } from '../grade.ts'
import type { Place } from '../pack-error.ts'

/** One script of an exercise, and the grade that it earned. */
export interface Trial {
  /** `solutions/patch.sh`, `wrong/scaled-down.sh`, or `untouched`. */
  readonly name: string
  readonly kind: 'untouched' | 'right' | 'wrong'
  readonly script: string
  readonly grade: Grade
  readonly output: string
  readonly exitCode: number
  /** What it changed in the cluster, as a text that is the same for the same changes. */
  readonly requests: string
  /** Whether any of that was granted. */
  readonly changes: boolean
}

/** What is wrong with an exercise, so that it must not be given to anybody; or, as a note, what its author should know. */
export interface Flaw {
  readonly exercise: string
  /** The script, criterion or step it is about. */
  readonly about: string
  readonly message: string
  /** Where to look, as far as that is known. */
  readonly place?: Place
}

export interface Proof {
  readonly exercise: string
  readonly criteria: readonly string[]
  readonly trials: readonly Trial[]
  readonly flaws: readonly Flaw[]
  readonly notes: readonly Flaw[]
}

export interface Ask {
  /** Only the scripts. */
  readonly quick?: boolean
  readonly onProgress?: (what: string) => void
}
