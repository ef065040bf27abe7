import type { StepArgument } from '../bind.ts'

/** A moment that a step speaks of. */
interface Named {
  readonly name: string
  /** Where the name is in the step's text. */
  readonly start: number
}

const REMEMBERS = 'this moment is remembered as {string}'
/** Of texts between two moments: networks are between machines. */
const SINCE = /\bsince \{string\}|\b(?:at all times|\{state\}) between \{string\} and \{string\}/

/** The moment that a step of this pattern remembers. */
export function remembered(pattern: string, args: readonly StepArgument[]): string | undefined {
  return pattern === REMEMBERS ? String(args[0]?.value) : undefined
}

/** The moments that a step of this pattern counts from. */
export function momentsOf(pattern: string, args: readonly StepArgument[]): readonly Named[] {
  const found = SINCE.exec(pattern)
  if (found === null) return []
  const before = parametersIn(pattern.slice(0, found.index))
  const own = parametersIn(found[0])
  return args
    .slice(before, before + own)
    .filter(({ type }) => type === 'string')
    .map(({ value, start }) => ({ name: String(value), start: start + 1 }))
}

const parametersIn = (text: string) => text.match(/\{\w+\}/g)?.length ?? 0
