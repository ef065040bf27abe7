import { formatIssues, type Issue } from './ast.ts'
import { check, type Scope } from './check.ts'
import { Functions, type Overload, parseType } from './declarations.ts'
import { Evaluation, type Variables } from './evaluate.ts'
import { libraries } from './library/index.ts'
import { literalIssues } from './literals.ts'
import { parse } from './parse.ts'
import { standard } from './standard.ts'
import { type ObjectType, type Type, typeOf } from './types.ts'
import { CelError, CostExceeded, TypeValue, type Value } from './values.ts'

/**
 * The Common Expression Language as Kubernetes has it: pure and synchronous. Load it lazily: nothing at boot needs it.
 * Sources: cel-go; apiserver/pkg/cel/environment/base.go (which libraries), apiserver/pkg/cel/library
 */

/** What an expression may refer to. */
export interface Environment {
  readonly variables: Readonly<Record<string, Type>>
  /** Types that can be written out: `Object.spec{…}`. */
  readonly struct?: (name: string) => ObjectType | undefined
  /** Functions besides those every expression has. */
  readonly functions?: readonly Overload[]
}

export interface Program {
  readonly source: string
  /** What it comes to. */
  readonly type: Type
  /** The variables it names. */
  readonly references: ReadonlySet<string>
  readonly evaluate: (variables: Variables, limit: number) => Outcome
}

export type Outcome = {
  /** What it counted for. */
  readonly cost: number
} & ({ readonly value: Value; readonly error?: undefined } | { readonly error: string; readonly exceeded: boolean })

/** What one evaluation may count for. Source: apiserver/pkg/apis/cel/config.go PerCallLimit */
export const PER_CALL_LIMIT = 1_000_000

/** What the rules of one object may count for together. Source: config.go RuntimeCELCostBudget */
export const RUNTIME_BUDGET = 10_000_000

let base: Functions | undefined
const extended = new WeakMap<readonly Overload[], Functions>()

function functionsOf(extra: readonly Overload[] | undefined): Functions {
  base ??= new Functions([...standard, ...libraries])
  if (extra === undefined) return base
  const known = extended.get(extra) ?? new Functions([...standard, ...libraries, ...extra])
  extended.set(extra, known)
  return known
}

const TYPE_NAMES = new Map(
  ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'dyn', 'timestamp', 'duration', 'list(dyn)', 'map(dyn, dyn)']
    .map((text) => [text.replace(/\(.*/, ''), parseType(text)] as const)
    .concat([
      ['null_type', parseType('null')],
      ['type', typeOf(parseType('dyn'))],
      ['google.protobuf.Timestamp', parseType('timestamp')],
      ['google.protobuf.Duration', parseType('duration')],
      ['optional_type', parseType('optional(dyn)')],
    ])
    .filter(([name]) => !['dyn', 'timestamp', 'duration'].includes(name)),
)

const typeNames = new Map([...TYPE_NAMES].map(([name, type]) => [name, new TypeValue(type)]))

/** @returns the program, or upstream's words for why there is none: `compilation failed: ERROR: <input>:1:1: …` */
export function compile(source: string, environment: Environment): Program | { readonly error: string } {
  const functions = functionsOf(environment.functions)
  const parsed = parse(source)
  if (parsed.issues.length > 0) return failed(source, parsed.issues)
  const scope: Scope = {
    functions,
    variable: (name) => {
      if (Object.hasOwn(environment.variables, name)) return environment.variables[name]
      const type = TYPE_NAMES.get(name)
      return type && typeOf(type)
    },
    struct: (name) => environment.struct?.(name),
  }
  const checked = check(parsed.expr, scope)
  if (checked.issues.length > 0) return failed(source, checked.issues)
  const literals = literalIssues(parsed.expr)
  if (literals.length > 0) return failed(source, literals)
  const program = { expr: parsed.expr, functions, names: checked.names }
  const references = new Set(Object.keys(environment.variables).filter((name) => checked.references.has(name)))
  return {
    source,
    type: checked.type,
    references,
    evaluate: (variables, limit) =>
      evaluated(new Evaluation(program, (name) => variables(name) ?? typeNames.get(name), limit)),
  }
}

function failed(source: string, issues: readonly Issue[]): { readonly error: string } {
  return { error: `compilation failed: ${formatIssues(source, issues)}` }
}

function evaluated(evaluation: Evaluation): Outcome {
  try {
    const value = evaluation.run()
    return { value, cost: evaluation.cost }
  } catch (error) {
    if (error instanceof CelError || error instanceof CostExceeded || error instanceof RangeError)
      return { error: error.message, exceeded: error instanceof CostExceeded, cost: evaluation.cost }
    throw error
  }
}

/** @param limit default PER_CALL_LIMIT */
export function evaluate(
  program: Program,
  variables: Readonly<Record<string, Value>>,
  limit: number = PER_CALL_LIMIT,
): Outcome {
  return program.evaluate((name) => (Object.hasOwn(variables, name) ? variables[name] : undefined), limit)
}
