import type { Comprehension, Expr } from './ast.ts'

export class MacroError extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** Where loops keep their result: no name that can be written. Source: cel-go parser/macro.go AccumulatorName */
const ACCU = '@result'

type Expand = (at: number, target: Expr, args: readonly Expr[]) => Expr

const call = (at: number, fn: string, ...args: Expr[]): Expr => ({ kind: 'call', at, fn, target: undefined, args })
const ident = (at: number, name: string): Expr => ({ kind: 'ident', at, name })
const literal = (at: number, value: boolean | bigint): Expr => ({ kind: 'literal', at, value })
const list = (at: number, ...items: Expr[]): Expr => ({
  kind: 'list',
  at,
  items: items.map((value) => ({ value, optional: false })),
})

function simpleName(expr: Expr, message = 'argument must be a simple name'): string {
  if (expr.kind !== 'ident' || expr.name.startsWith('.')) throw new MacroError(expr.at, message)
  return expr.name
}

/** One or two loop variables. Source: parser/macro.go makeQuantifier, ext/comprehensions.go extractIterVars */
function variables(args: readonly Expr[], two: boolean): { variable: string; second: string | undefined } {
  const variable = simpleName(args[0]!)
  if (!two) return { variable, second: undefined }
  const second = simpleName(args[1]!)
  if (variable === second) throw new MacroError(args[1]!.at, `duplicate variable name: ${variable}`)
  return { variable, second }
}

type Loop = Pick<Comprehension, 'init' | 'condition' | 'step'> & { readonly result?: Expr }

function quantifier(make: (at: number, predicate: Expr) => Loop): Expand {
  return (at, range, args) => {
    const names = variables(args, args.length === 3)
    return loop(at, range, names, make(at, args.at(-1)!))
  }
}

function loop(
  at: number,
  range: Expr,
  names: { readonly variable: string; readonly second: string | undefined },
  { result = ident(at, ACCU), ...parts }: Loop,
): Expr {
  return { kind: 'comprehension', at, range, ...names, accu: ACCU, result, ...parts }
}

const all = quantifier((at, predicate) => ({
  init: literal(at, true),
  condition: call(at, '@not_strictly_false', ident(at, ACCU)),
  step: call(at, '_&&_', ident(at, ACCU), predicate),
}))

const exists = quantifier((at, predicate) => ({
  init: literal(at, false),
  condition: call(at, '@not_strictly_false', call(at, '!_', ident(at, ACCU))),
  step: call(at, '_||_', ident(at, ACCU), predicate),
}))

const existsOne = quantifier((at, predicate) => ({
  init: literal(at, 0n),
  condition: literal(at, true),
  step: call(at, '_?_:_', predicate, call(at, '_+_', ident(at, ACCU), literal(at, 1n)), ident(at, ACCU)),
  result: call(at, '_==_', ident(at, ACCU), literal(at, 1n)),
}))

/** `map`, `filter` and `transformList`: one list grows. */
function collected(at: number, element: Expr, filter: Expr | undefined): Loop {
  const grown = call(at, '_+_', ident(at, ACCU), list(at, element))
  return {
    init: list(at),
    condition: literal(at, true),
    step: filter === undefined ? grown : call(at, '_?_:_', filter, grown, ident(at, ACCU)),
  }
}

const map: Expand = (at, range, args) => {
  const names = variables(args, false)
  return loop(at, range, names, collected(at, args.at(-1)!, args.length === 3 ? args[1] : undefined))
}

const filter: Expand = (at, range, args) => {
  const names = variables(args, false)
  return loop(at, range, names, collected(at, args[0]!, args[1]))
}

const transformList: Expand = (at, range, args) => {
  const names = variables(args, true)
  return loop(at, range, names, collected(at, args.at(-1)!, args.length === 4 ? args[2] : undefined))
}

function transformed(entries: boolean): Expand {
  return (at, range, args) => {
    const names = variables(args, true)
    const value = args.at(-1)!
    const grown = entries
      ? call(at, 'cel.@mapInsert', ident(at, ACCU), value)
      : call(at, 'cel.@mapInsert', ident(at, ACCU), ident(at, names.variable), value)
    const condition = args.length === 4 ? args[2] : undefined
    return loop(at, range, names, {
      init: { kind: 'map', at, entries: [] },
      condition: literal(at, true),
      step: condition === undefined ? grown : call(at, '_?_:_', condition, grown, ident(at, ACCU)),
    })
  }
}

/** A variable bound once: a loop over nothing. Source: cel/library.go optMap, optFlatMap; ext/bindings.go */
function bound(at: number, name: string, value: Expr, body: Expr): Expr {
  return {
    kind: 'comprehension',
    at,
    range: list(at),
    variable: '#unused',
    second: undefined,
    accu: name,
    init: value,
    condition: literal(at, false),
    step: ident(at, name),
    result: body,
  }
}

function optional(wrap: boolean): Expand {
  return (at, target, args) => {
    const name = simpleName(args[0]!, `optional ${wrap ? 'map' : 'flat map'} variable name must be a simple identifier`)
    const value: Expr = { kind: 'call', at, fn: 'value', target, args: [] }
    const body = bound(at, name, value, args[1]!)
    const some = wrap ? call(at, 'optional.of', body) : body
    const has: Expr = { kind: 'call', at, fn: 'hasValue', target, args: [] }
    return call(at, '_?_:_', has, some, call(at, 'optional.none'))
  }
}

/** Source: cel-go ext/lists.go sortByMacro */
const sortBy: Expand = (at, target, args) => {
  const keys = map(at, target, args)
  return { kind: 'call', at, fn: '@sortByAssociatedKeys', target, args: [keys] }
}

const MACROS: Readonly<Record<string, Expand>> = {
  'all/2': all,
  'all/3': all,
  'exists/2': exists,
  'exists/3': exists,
  'exists_one/2': existsOne,
  'existsOne/2': existsOne,
  'exists_one/3': existsOne,
  'existsOne/3': existsOne,
  'map/2': map,
  'map/3': map,
  'filter/2': filter,
  'transformList/3': transformList,
  'transformList/4': transformList,
  'transformMap/3': transformed(false),
  'transformMap/4': transformed(false),
  'transformMapEntry/3': transformed(true),
  'transformMapEntry/4': transformed(true),
  'optMap/2': optional(true),
  'optFlatMap/2': optional(false),
  'sortBy/2': sortBy,
}

/** @returns what the call stands for; undefined: it is a plain call. @throws MacroError */
export function expandMacro(at: number, fn: string, target: Expr | undefined, args: readonly Expr[]): Expr | undefined {
  if (target === undefined) return fn === 'has' && args.length === 1 ? presence(args[0]!) : undefined
  const key = `${fn}/${args.length}`
  return Object.hasOwn(MACROS, key) ? MACROS[key]!(at, target, args) : undefined
}

function presence(arg: Expr): Expr {
  if (arg.kind !== 'select') throw new MacroError(arg.at, 'invalid argument to has() macro')
  return { ...arg, test: true }
}
