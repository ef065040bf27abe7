import type { Comprehension, Expr, Literal } from './ast.ts'
import { CREATE_LIST, CREATE_MAP, CREATE_STRUCT, callCost, SELECT } from './costs.ts'
import type { Functions } from './declarations.ts'
import { member, optionalMember, takes } from './members.ts'
import { CelError, ComputedMap, CostExceeded, MapValue, OptionalValue, Uint, type Value } from './values.ts'

export interface Evaluable {
  readonly expr: Expr
  readonly functions: Functions
  /** Names with dots that are variables or functions. */
  readonly names: ReadonlyMap<Expr, string>
}

/** Looks a variable up; undefined: there is none. */
export type Variables = (name: string) => Value | undefined

/**
 * One evaluation, which counts what it does. Source: cel-go interpreter/interpretable.go, runtimecost.go
 * @throws CelError, CostExceeded
 */
export class Evaluation {
  readonly #program: Evaluable
  readonly #limit: number
  #variables: Variables
  cost = 0

  constructor(program: Evaluable, variables: Variables, limit: number) {
    this.#program = program
    this.#variables = variables
    this.#limit = limit
  }

  run(): Value {
    return this.#value(this.#program.expr)
  }

  #spend(cost: number): void {
    this.cost += cost
    if (this.cost > this.#limit) throw new CostExceeded()
  }

  #value(expr: Expr): Value {
    switch (expr.kind) {
      case 'literal':
        return literalValue(expr.value)
      case 'ident':
        return this.#variable(expr.name)
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return this.#list(expr)
      case 'map':
        return this.#map(expr)
      case 'struct':
        return this.#struct(expr)
      case 'comprehension':
        return this.#comprehension(expr)
    }
  }

  #variable(name: string): Value {
    this.#spend(SELECT)
    const value = this.#variables(name.startsWith('.') ? name.slice(1) : name)
    if (value === undefined) throw new CelError(`no such attribute(s): ${name}`)
    return value
  }

  #select(expr: Expr & { readonly kind: 'select' }): Value {
    const name = this.#program.names.get(expr)
    if (name !== undefined) return this.#variable(name)
    const operand = this.#value(expr.operand)
    if (expr.test) {
      const held = operand instanceof OptionalValue ? operand.value : operand
      return held !== undefined && found(held, expr.field) !== undefined
    }
    this.#spend(SELECT)
    if (operand instanceof OptionalValue) return optionalMember(operand, expr.field)
    return member(operand, expr.field)
  }

  #list({ items }: Expr & { readonly kind: 'list' }): Value {
    const list: Value[] = []
    for (const { value, optional } of items) {
      const item = this.#value(value)
      if (!optional) list.push(item)
      else if (!(item instanceof OptionalValue))
        throw new CelError(`cannot initialize optional list element from non-optional value ${String(item)}`)
      else if (item.value !== undefined) list.push(item.value)
    }
    this.#spend(CREATE_LIST)
    return list
  }

  #map({ entries }: Expr & { readonly kind: 'map' }): Value {
    const found: (readonly [Value, Value])[] = []
    for (const { key, value, optional } of entries) {
      const name = this.#value(key)
      const held = this.#unwrapped(name, this.#value(value), optional)
      if (held !== undefined) found.push([name, held])
    }
    this.#spend(CREATE_MAP)
    return new ComputedMap(found)
  }

  #struct({ type, fields }: Expr & { readonly kind: 'struct' }): Value {
    const found: (readonly [Value, Value])[] = []
    for (const { field, value, optional } of fields) {
      const held = this.#unwrapped(field, this.#value(value), optional)
      if (held !== undefined) found.push([field, held])
    }
    this.#spend(CREATE_STRUCT)
    return new ComputedMap(found, type)
  }

  #unwrapped(key: Value, value: Value, optional: boolean): Value | undefined {
    if (!optional) return value
    if (value instanceof OptionalValue) return value.value
    throw new CelError(`cannot initialize optional entry '${String(key)}' from non-optional value ${String(value)}`)
  }

  #call(expr: Expr & { readonly kind: 'call' }): Value {
    const { fn, target, args } = expr
    switch (fn) {
      case '_&&_':
        return this.#logical(args, false)
      case '_||_':
        return this.#logical(args, true)
      case '_?_:_':
        return this.#conditional(args)
      case '@not_strictly_false':
        return this.#notFalse(args[0]!)
      case '_?._':
        return this.#optionalSelect(args)
      case 'or':
      case 'orValue':
        return this.#otherwise(target, fn, args)
    }
    const name = this.#program.names.get(expr)
    const values = args.map((each) => this.#value(each))
    if (name !== undefined) return this.#dispatch(name, values, false)
    return target === undefined
      ? this.#dispatch(fn, values, false)
      : this.#dispatch(fn, [this.#value(target), ...values], true)
  }

  #dispatch(fn: string, values: readonly Value[], member: boolean): Value {
    const overload = this.#program.functions.find(fn)?.find((each) => takes(each, values, member))
    if (overload === undefined) throw new CelError(/^_|_$/.test(fn) ? 'no such overload' : `no such overload: ${fn}`)
    const result = overload.call(values)
    this.#spend(callCost(overload, values, result))
    return result
  }

  /** An error on one side does not count where the other decides. */
  #logical([left, right]: readonly Expr[], decisive: boolean): Value {
    const first = this.#attempt(left!)
    if (first === decisive) return decisive
    const second = this.#attempt(right!)
    if (second === decisive) return decisive
    for (const each of [first, second]) {
      if (each instanceof Failure) throw each.error
      if (typeof each !== 'boolean') throw new CelError('no such overload')
    }
    return !decisive
  }

  #attempt(expr: Expr): Value | Failure {
    try {
      return this.#value(expr)
    } catch (error) {
      if (error instanceof CelError) return new Failure(error)
      throw error
    }
  }

  #conditional([condition, yes, no]: readonly Expr[]): Value {
    const chosen = this.#value(condition!)
    if (typeof chosen !== 'boolean') throw new CelError('no such overload')
    return this.#value(chosen ? yes! : no!)
  }

  #notFalse(expr: Expr): Value {
    return this.#attempt(expr) !== false
  }

  #optionalSelect([operand, field]: readonly Expr[]): Value {
    const value = this.#value(operand!)
    this.#spend(SELECT)
    const { value: name } = field as { readonly value: string }
    return optionalMember(value instanceof OptionalValue ? value : new OptionalValue(value), name)
  }

  /** `a.or(b)` looks at b only where it must. */
  #otherwise(target: Expr | undefined, fn: string, args: readonly Expr[]): Value {
    const value = this.#value(target!)
    if (!(value instanceof OptionalValue)) throw new CelError('no such overload')
    this.#spend(1)
    if (value.value === undefined) return this.#value(args[0]!)
    return fn === 'or' ? value : value.value
  }

  #comprehension(expr: Comprehension): Value {
    const range = this.#value(expr.range)
    const outer = this.#variables
    const held = { accu: this.#value(expr.init), first: null as Value, second: null as Value }
    const inner: Variables = (name) => (name === expr.accu ? held.accu : outer(name))
    const body: Variables = (name) => {
      if (name === expr.variable) return held.first
      return name === expr.second ? held.second : inner(name)
    }
    const grow = growth(expr)
    const grown: Value[] = []
    try {
      this.#variables = body
      for (const [first, second] of elements(range, expr.second !== undefined)) {
        held.first = first
        held.second = second
        if (grow !== undefined) this.#grow(grow, grown)
        else if (this.#value(expr.condition) !== true) break
        else held.accu = this.#value(expr.step)
      }
      if (grow !== undefined) held.accu = grown
      this.#variables = inner
      return this.#value(expr.result)
    } finally {
      this.#variables = outer
    }
  }

  /** One step of `map` and `filter`, without copying the list each time. */
  #grow({ filter, element }: Growth, list: Value[]): void {
    if (filter !== undefined) {
      const wanted = this.#value(filter)
      if (typeof wanted !== 'boolean') throw new CelError('no such overload')
      if (!wanted) return
    }
    const value = this.#value(element)
    this.#spend(SELECT + CREATE_LIST + 1)
    list.push(value)
  }
}

class Failure {
  readonly error: CelError

  constructor(error: CelError) {
    this.error = error
  }
}

interface Growth {
  readonly filter?: Expr
  readonly element: Expr
}

/** Whether the step is `accu + [element]`, or that under a condition. */
function growth({ step, accu }: Comprehension): Growth | undefined {
  if (step.kind !== 'call') return undefined
  if (step.fn === '_?_:_') {
    const inner = appended(step.args[1]!, accu)
    return inner === undefined ? undefined : { filter: step.args[0]!, element: inner }
  }
  const element = appended(step, accu)
  return element === undefined ? undefined : { element }
}

function appended(step: Expr, accu: string): Expr | undefined {
  if (step.kind !== 'call' || step.fn !== '_+_') return undefined
  const [left, right] = step.args
  if (left?.kind !== 'ident' || left.name !== accu || right?.kind !== 'list') return undefined
  return right.items[0]?.value
}

function* elements(range: Value, two: boolean): Iterable<readonly [Value, Value]> {
  if (Array.isArray(range)) {
    for (const [index, item] of (range as readonly Value[]).entries()) yield two ? [BigInt(index), item] : [item, null]
    return
  }
  if (!(range instanceof MapValue)) throw new CelError('no such overload')
  for (const key of range.keys()) yield [key, two ? range.get(key)! : null]
}

function literalValue(literal: Literal): Value {
  return typeof literal === 'object' && literal !== null && 'uint' in literal ? new Uint(literal.uint) : literal
}

function found(value: Value, field: string): Value | undefined {
  if (value instanceof MapValue) return value.get(field)
  throw new CelError('no such overload')
}
