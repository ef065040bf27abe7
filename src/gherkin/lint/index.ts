import { argumentsIn, type StepArgument } from '../bind.ts'
import type { ObjectRef, PodsRef } from '../parameter-types.ts'
import { fieldMistake } from './fields.ts'
import type { Mistake } from './mistake.ts'
import { chartStateMistake, conditionMistake, stateMistake, unitStateMistake } from './states.ts'

export { kindMistake } from './kinds.ts'
export { momentsOf, remembered } from './moments.ts'

/** A step of the vocabulary as a feature has it. */
export interface Read {
  readonly pattern: string
  readonly text: string
  /** Cells of its table. */
  readonly rows: readonly (readonly string[])[]
}

/** In the step's text, or in a cell of its table. */
export interface StepMistake extends Mistake {
  readonly rule: 'field' | 'state'
  readonly row?: number
  readonly cell?: number
}

/** What a step asks for that nothing can ever be: fields that the kind has not, states that nobody is ever in. */
export function mistakesIn({ pattern, text, rows }: Read): readonly StepMistake[] {
  const args = argumentsIn(pattern, text)
  return [...fields(pattern, args, rows), ...states(pattern, args), ...tabled(pattern, args, rows)]
}

function fields(pattern: string, args: readonly StepArgument[], rows: Read['rows']): readonly StepMistake[] {
  const kind = kindOf(args)
  if (kind === undefined) return []
  if (pattern.endsWith(' except:'))
    return rows.flatMap(([path = ''], row) => {
      const found = fieldMistake(kind, path)
      return found === undefined ? [] : [{ ...found, rule: 'field' as const, row, cell: 0 }]
    })
  if (!pattern.startsWith('field {string} of {object}')) return []
  const [{ value, start }] = args as [StepArgument]
  const found = fieldMistake(kind, String(value))
  return found === undefined ? [] : [{ ...found, rule: 'field', start: start + 1 + found.start }]
}

function states(pattern: string, args: readonly StepArgument[]): readonly StepMistake[] {
  const at = ({ start }: StepArgument, message: string | undefined) =>
    message === undefined ? [] : [{ rule: 'state' as const, start, message }]
  const kind = kindOf(args)
  const state = args.find(({ type }) => type === 'state')
  if (state !== undefined && kind !== undefined) return at(state, stateMistake(kind, String(state.value)))
  if (pattern.startsWith('{object} has condition {word}'))
    return at(args[1]!, conditionMistake(kind!, String(args[1]!.value)))
  if (pattern.startsWith('the statechart of '))
    return at(
      { ...args[1]!, start: args[1]!.start + 1 },
      chartStateMistake(String(args[0]!.value), String(args[1]!.value)),
    )
  if (pattern.startsWith('unit {string} on node {string} is {word}'))
    return at(args[2]!, unitStateMistake(String(args[2]!.value)))
  return []
}

/** States in tables. */
function tabled(pattern: string, args: readonly StepArgument[], rows: Read['rows']): readonly StepMistake[] {
  if (pattern === '{object} went through these states in order:')
    return rows.flatMap(([state = ''], row) => cellMistake(row, 0, stateMistake(kindOf(args)!, state)))
  if (!pattern.startsWith('these happened in this order')) return []
  const [header = [], ...body] = rows
  const [object, what] = [header.indexOf('object'), header.indexOf('what')]
  return body.flatMap((cells, index) => {
    const kind = /^[A-Z][A-Za-z.]*(?= ")/.exec(cells[object] ?? '')?.[0]
    const state = cells[what] ?? ''
    if (kind === undefined || /^event /.test(state)) return []
    return cellMistake(index + 1, what, stateMistake(kind, state))
  })
}

const cellMistake = (row: number, cell: number, message: string | undefined): readonly StepMistake[] =>
  message === undefined ? [] : [{ rule: 'state', start: 0, row, cell, message }]

/** Doc strings that are parts of an object: of that which the text names, or of a Pod. */
const PARTS = /^(\{object\} (still matches|never matches|matches|is patched with)|Pod \{string\} is resized with)\b/

/** Of what kind the object is that a step's doc string is a part of. */
export function kindOfPart(pattern: string, text: string): string | undefined {
  if (!PARTS.test(pattern)) return undefined
  return pattern.startsWith('Pod') ? 'Pod' : kindOf(argumentsIn(pattern, text))
}

/** Of what kind the objects are that a step speaks of; of several kinds that of the first. */
function kindOf(args: readonly StepArgument[]): string | undefined {
  const first = args.find(({ type }) => type === 'object' || type === 'pods' || type === 'word')
  if (first === undefined) return undefined
  if (first.type === 'pods') return (first.value as PodsRef) && 'Pod'
  return first.type === 'object' ? (first.value as ObjectRef).kind : String(first.value)
}
