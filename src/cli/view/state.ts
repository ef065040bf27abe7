import type { ExamStatus } from '../../exercises/exam/index.ts'
import type { Grade } from '../../exercises/grade.ts'
import type { Overview } from '../overview.ts'

/** Everything the view shows. What it looks like is a function of this: frame.ts. */
export interface ViewState {
  readonly task: TaskShown
  readonly exam?: ExamStatus
  /** What live checks say; none in an exam. */
  readonly grade?: Grade
  /** `off`: they have ended; a key grades. */
  readonly checks: 'waiting' | 'live' | 'grading' | 'off'
  readonly overview?: Overview
  /** Ms on the wall clock: since the exercise was begun, or left in an exam. */
  readonly timerMs: number
  readonly focus: Section
  /** First line shown of each section that is longer than its place. */
  readonly scroll: Readonly<Record<Section, number>>
  /** In front of everything: help, a hint, the list of exercises. */
  readonly overlay?: Overlay
  /** Asked in the last line; `typed` is what was answered so far. */
  readonly question?: Question
  /** Said in the last line until the next key. */
  readonly notice?: string
  /** Something is being done: keys that change anything wait. */
  readonly busy?: string
}

export type Section = 'task' | 'list' | 'cluster'

export interface TaskShown {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly domain: string
  readonly minutes: number
  readonly criteria: readonly { readonly id: string; readonly title: string; readonly points: number }[]
  readonly hintsTaken: number
  readonly hints: readonly { readonly cost: number }[]
  readonly best?: { readonly score: number; readonly max: number }
}

export interface Overlay {
  readonly title: string
  readonly text: string
  readonly scroll: number
}

export interface Question {
  readonly text: string
  /** `yes`: y or n. `number`: digits and Enter. */
  readonly kind: 'yes' | 'number'
  readonly typed: string
  readonly deed: Deed
}

/** What the view has others do. */
export type Deed =
  | { readonly do: 'check' | 'hint' | 'shell' | 'reset' | 'flag' | 'skip' | 'submit' | 'next' | 'previous' | 'quit' }
  | { readonly do: 'goto'; readonly number: number }
  | { readonly do: 'list' }
