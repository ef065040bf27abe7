import type { Capability } from './target.ts'
import type { World } from './world.ts'

/** What is said of a step beside its pattern; docs/steps.md is made of it. */
export interface StepDocumentation {
  /** What it does, in a sentence or two. */
  readonly says: string
  /** A use of it as it stands in a feature, keyword included, with its table or doc string where it takes one. */
  readonly example: string
}

/**
 * One step of the vocabulary: a Cucumber Expression (or a regular expression) and what it does. Steps are data, free of
 * `this` and of any runner, so that cucumber-js, the exercise grader and a live check can all bind them.
 */
export interface StepDefinition extends Partial<StepDocumentation> {
  readonly pattern: string | RegExp
  // biome-ignore lint/suspicious/noExplicitAny: a step's arguments are what its pattern's parameter types make of the text
  readonly run: (world: World, ...args: any[]) => void | Promise<void>
  /** What the target must be able to do, perhaps by what the step is told; where it is not, the scenario is skipped before it begins. */
  // biome-ignore lint/suspicious/noExplicitAny: as those of `run`
  readonly needs?: Capability | ((...args: any[]) => Capability | undefined)
  /** It reads what is there, or was there, and asks nobody inside the cluster: unless time passes in it, the cluster is as before. */
  readonly looks?: true
}

/** What this use of a step needs. */
export function needsOf({ needs }: StepDefinition, args: readonly unknown[]): Capability | undefined {
  return typeof needs === 'function' ? needs(...args) : needs
}

/** The same steps, which all need one thing of the target. */
export function needing(
  needs: NonNullable<StepDefinition['needs']>,
  steps: readonly StepDefinition[],
): readonly StepDefinition[] {
  return steps.map((definition) => ({ ...definition, needs }))
}

/** The same steps, which all only look at the cluster. */
export function looking(steps: readonly StepDefinition[]): readonly StepDefinition[] {
  return steps.map((definition) => ({ ...definition, looks: true }))
}

/**
 * A step: its pattern, what is said of it (if anything), and what it does with the World and what the pattern captured; a
 * table or doc string comes last.
 */
export function step(pattern: string | RegExp, run: StepDefinition['run']): StepDefinition
export function step(
  pattern: string | RegExp,
  documentation: StepDocumentation,
  run: StepDefinition['run'],
): StepDefinition
export function step(
  pattern: string | RegExp,
  ...[first, second]: [StepDefinition['run']] | [StepDocumentation, StepDefinition['run']]
): StepDefinition {
  return typeof first === 'function' ? { pattern, run: first } : { pattern, ...first, run: second! }
}

/** What a table argument of a step is, whichever runner hands it over. */
export interface Table {
  raw(): string[][]
  hashes(): Record<string, string>[]
  rowsHash(): Record<string, string>
}

/** A table of these rows, the first of them its header. */
export function tableOf(rows: string[][]): Table {
  const [header = [], ...body] = rows
  return {
    raw: () => rows,
    hashes: () => body.map((row) => Object.fromEntries(header.map((column, index) => [column, row[index] ?? '']))),
    rowsHash: () => Object.fromEntries(rows.map(([key = '', value = '']) => [key, value])),
  }
}

/** A step that cannot be understood or is used wrongly: the feature is at fault, not the cluster. */
export class SpecError extends Error {}

/** A step that needs something this target cannot do: the scenario is skipped with this reason. */
export class NotCapable extends Error {}
