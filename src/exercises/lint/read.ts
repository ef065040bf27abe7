import type { Scenario } from '../feature.ts'
import type { Exercise } from '../pack.ts'
import type { Place } from '../pack-error.ts'

/** What all of an exercise says, for looking at how it hangs together. */
export interface Read {
  readonly exercise: Exercise
  /** Where a field of exercise.yaml stands. */
  readonly at: (path: readonly string[]) => Place
  readonly setup: readonly Scenario[]
  readonly checks: readonly Scenario[]
  readonly solutions: readonly Script[]
  readonly wrong: readonly Script[]
}

export interface Script {
  readonly file: string
  readonly name: string
  readonly text: string
}

/** How many scripts of each kind an exercise has at least. */
export const LEAST = { solutions: 2, wrong: 3 } as const

/** A script's commands, without comments and space that mean nothing. */
export function withoutComments(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .join('\n')
}
