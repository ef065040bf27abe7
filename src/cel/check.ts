import type { Comprehension, Expr, Issue } from './ast.ts'
import type { Functions, Overload } from './declarations.ts'
import type { Mapping, ObjectType, Type } from './types.ts'
import * as T from './types.ts'

export interface Scope {
  readonly functions: Functions
  /** Variables, and names of types. */
  variable(name: string): Type | undefined
  /** For `Object{…}`. */
  struct(name: string): ObjectType | undefined
}

/** What each expression is: its type, and where it is a name with dots, the variable or function it turned out to be. */
export interface Checked {
  readonly type: Type
  readonly types: ReadonlyMap<Expr, Type>
  readonly names: ReadonlyMap<Expr, string>
  /** Variables of the scope that are named. */
  readonly references: ReadonlySet<string>
  readonly issues: readonly Issue[]
}

/** Source: cel-go checker/checker.go Check */
export function check(expr: Expr, scope: Scope): Checked {
  const checker = new Checker(scope)
  checker.check(expr)
  return checker.finish(expr)
}

const LITERALS: Readonly<Record<string, Type>> = {
  boolean: T.BOOL,
  string: T.STRING,
  bigint: T.INT,
  number: T.DOUBLE,
}

class Checker {
  readonly #scope: Scope
  readonly #types = new Map<Expr, Type>()
  readonly #names = new Map<Expr, string>()
  readonly #references = new Set<string>()
  readonly #issues: Issue[] = []
  #locals: ReadonlyMap<string, Type> = new Map()
  #mapping: Mapping = new Map()
  #fresh = 0

  constructor(scope: Scope) {
    this.#scope = scope
  }

  finish(expr: Expr): Checked {
    const types = new Map([...this.#types].map(([each, type]) => [each, T.substitute(this.#mapping, type, true)]))
    return { type: types.get(expr)!, types, names: this.#names, references: this.#references, issues: this.#issues }
  }

  check(expr: Expr): Type {
    const type = this.#typeOf(expr)
    this.#types.set(expr, type)
    return type
  }

  #report(at: number, message: string): Type {
    this.#issues.push({ at, message })
    return T.ERROR
  }

  #undeclared(at: number, name: string): Type {
    return this.#report(at, `undeclared reference to '${name}' (in container '')`)
  }

  #variable(name: string): Type | undefined {
    const local = this.#locals.get(name)
    if (local !== undefined) return local
    const global = name.startsWith('.') ? name.slice(1) : name
    const type = this.#scope.variable(global)
    if (type !== undefined) this.#references.add(global)
    return type
  }

  #assignable(a: Type, b: Type): boolean {
    const mapping = T.assignable(this.#mapping, [a], [b])
    if (mapping !== undefined) this.#mapping = mapping
    return mapping !== undefined
  }

  #typeVar(): Type {
    return T.param(`_var${this.#fresh++}`)
  }

  #mismatch(at: number, expected: Type, found: Type): void {
    this.#report(at, `expected type '${T.formatType(expected)}' but found '${T.formatType(found)}'`)
  }

  #typeOf(expr: Expr): Type {
    switch (expr.kind) {
      case 'literal':
        if (expr.value === null) return T.NULL
        if (expr.value instanceof Uint8Array) return T.BYTES
        return LITERALS[typeof expr.value] ?? T.UINT
      case 'ident':
        return this.#variable(expr.name) ?? this.#undeclared(expr.at, expr.name)
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

  #select(expr: Expr & { readonly kind: 'select' }): Type {
    const name = expr.test ? undefined : qualifiedName(expr)
    // A variable of the loop hides what has its name and a dot.
    const declared = name === undefined || this.#locals.has(name.split('.')[0]!) ? undefined : this.#variable(name)
    if (declared !== undefined) {
      this.#names.set(expr, name!)
      return declared
    }
    const type = this.#field(expr.at, expr.operand, expr.field, false)
    return expr.test ? T.BOOL : T.substitute(this.#mapping, type, false)
  }

  /** Source: checker.go checkSelectField */
  #field(at: number, operand: Expr, field: string, optional: boolean): Type {
    const given = T.substitute(this.#mapping, this.check(operand), false)
    const unwrapped = optionalValue(given)
    const target = unwrapped ?? given
    const type = this.#fieldType(at, target, field)
    return unwrapped !== undefined || optional ? T.optionalOf(type) : type
  }

  #fieldType(at: number, target: Type, field: string): Type {
    switch (target.kind) {
      case 'map':
        return target.params[1]
      case 'object':
        return target.field(field) ?? this.#report(at, `undefined field '${field}'`)
      case 'param':
        this.#assignable(T.DYN, target)
        return T.DYN
      case 'dyn':
      case 'error':
        return T.DYN
      default:
        this.#report(at, `type '${T.formatType(target)}' does not support field selection`)
        return T.DYN
    }
  }

  #call(expr: Expr & { readonly kind: 'call' }): Type {
    const { at, fn, target, args } = expr
    if (fn === '_?._') {
      const { value } = args[1] as { readonly value: string }
      this.check(args[1]!)
      return T.substitute(this.#mapping, this.#field(at, args[0]!, value, true), false)
    }
    const types = args.map((each) => this.check(each))
    if (target === undefined) return this.#resolve(expr, fn, fn, types, false)
    const prefix = qualifiedName(target)
    if (prefix !== undefined && this.#scope.functions.find(`${prefix}.${fn}`) !== undefined) {
      this.#names.set(expr, `${prefix}.${fn}`)
      return this.#resolve(expr, `${prefix}.${fn}`, fn, types, false)
    }
    return this.#resolve(expr, fn, fn, [this.check(target), ...types], true)
  }

  #resolve(
    expr: Expr & { readonly kind: 'call' },
    name: string,
    shown: string,
    types: readonly Type[],
    member: boolean,
  ): Type {
    const overloads = this.#scope.functions.find(name)
    if (overloads === undefined) return this.#undeclared(expr.at, shown)
    if (name === '_&&_' || name === '_||_') return this.#logical(expr, types)
    let result: Type | undefined
    for (const each of overloads) {
      if (each.member !== member) continue
      const found = this.#tried(each, types)
      if (found === undefined) continue
      if (result === undefined) result = found
      else if (result.kind !== 'dyn' && !T.sameType(found, result)) result = T.DYN
    }
    if (result !== undefined) return result
    const known = types.map((each) => T.formatType(T.substitute(this.#mapping, each, true)))
    const signature = member ? `${known[0]}.(${known.slice(1).join(', ')})` : `(${known.join(', ')})`
    return this.#report(expr.at, `found no matching overload for '${name}' applied to '${signature}'`)
  }

  #logical({ args }: Expr & { readonly kind: 'call' }, types: readonly Type[]): Type {
    let result: Type = T.BOOL
    types.forEach((type, i) => {
      if (this.#assignable(type, T.BOOL)) return
      this.#mismatch(args[i]!.at, T.BOOL, type)
      result = T.ERROR
    })
    return result
  }

  /** @returns the result's type where the overload takes these arguments */
  #tried({ args, result }: Overload, types: readonly Type[]): Type | undefined {
    const fresh: Mapping = new Map()
    const instance = (type: Type): Type => {
      for (const name of parameters(type)) if (!fresh.has(name)) fresh.set(name, this.#typeVar())
      return T.substitute(fresh, type, false)
    }
    const mapping = T.assignable(this.#mapping, types, args.map(instance))
    if (mapping === undefined) return undefined
    this.#mapping = mapping
    return T.substitute(mapping, instance(result), false)
  }

  #list({ items }: Expr & { readonly kind: 'list' }): Type {
    let element: Type | undefined
    for (const { value, optional } of items) {
      const type = this.check(value)
      element = this.#joined(value.at, element, optional ? this.#unwrapped(value.at, type) : type)
    }
    return T.listOf(element ?? this.#typeVar())
  }

  #unwrapped(at: number, type: Type): Type {
    const value = optionalValue(type)
    if (value === undefined && type.kind !== 'dyn') this.#mismatch(at, T.optionalOf(type), type)
    return value ?? type
  }

  /** Lists and maps written out hold one type. Source: checker.go joinTypes */
  #joined(at: number, previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current
    if (this.#assignable(previous, current)) return T.mostGeneral(previous, current)
    const [expected, found] = [previous, current].map((each) => T.substitute(this.#mapping, each, false))
    this.#mismatch(at, expected!, found!)
    return T.ERROR
  }

  #map({ entries }: Expr & { readonly kind: 'map' }): Type {
    let [keys, values]: (Type | undefined)[] = []
    for (const { key, value, optional } of entries) {
      keys = this.#joined(key.at, keys, this.check(key))
      const type = this.check(value)
      values = this.#joined(value.at, values, optional ? this.#unwrapped(value.at, type) : type)
    }
    return T.mapOf(keys ?? this.#typeVar(), values ?? this.#typeVar())
  }

  #struct({ at, type, fields }: Expr & { readonly kind: 'struct' }): Type {
    const name = type.startsWith('.') ? type.slice(1) : type
    const declared = this.#scope.struct(name)
    if (declared === undefined) this.#undeclared(at, type)
    for (const each of fields) {
      const given = this.check(each.value)
      if (declared === undefined) continue
      const expected = declared.field(each.field)
      if (expected === undefined) {
        this.#report(each.at, `undefined field '${each.field}'`)
        continue
      }
      const found = each.optional ? this.#unwrapped(each.value.at, given) : given
      if (!this.#assignable(expected, found)) {
        const texts = `expected type of field '${each.field}' is '${T.formatType(expected)}' but provided type is '${T.formatType(found)}'`
        this.#report(each.at, texts)
      }
    }
    return declared ?? T.ERROR
  }

  #comprehension(expr: Comprehension): Type {
    const range = T.substitute(this.#mapping, this.check(expr.range), false)
    const accu = this.check(expr.init)
    const outer = this.#locals
    const inner = new Map(outer).set(expr.accu, accu)
    const [first, second] = this.#loopTypes(expr, range)
    this.#locals = inner
    const body = new Map(inner).set(expr.variable, first)
    if (expr.second !== undefined) body.set(expr.second, second)
    this.#locals = body
    this.#assert(expr.condition, T.BOOL)
    this.#assert(expr.step, accu)
    this.#locals = inner
    const result = this.check(expr.result)
    this.#locals = outer
    return T.substitute(this.#mapping, result, false)
  }

  #assert(expr: Expr, expected: Type): void {
    const found = this.check(expr)
    if (!this.#assignable(expected, found)) this.#mismatch(expr.at, expected, found)
  }

  /** Types of the loop's variables. */
  #loopTypes({ range, second }: Comprehension, type: Type): readonly [Type, Type] {
    switch (type.kind) {
      case 'list':
        return second === undefined ? [type.params[0], T.ERROR] : [T.INT, type.params[0]]
      case 'map':
        return [type.params[0], type.params[1]]
      case 'dyn':
      case 'error':
      case 'param':
        this.#assignable(T.DYN, type)
        return [T.DYN, T.DYN]
      default: {
        const why = 'cannot be range of a comprehension (must be list, map, or dynamic)'
        this.#report(range.at, `expression of type '${T.formatType(type)}' ${why}`)
        return [T.ERROR, T.ERROR]
      }
    }
  }
}

function optionalValue(type: Type): Type | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.params[0] : undefined
}

function parameters(type: Type): readonly string[] {
  return type.kind === 'param' ? [type.name] : T.paramsOf(type).flatMap(parameters)
}

/** `a.b.c`, where the expression is nothing but names. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.test) return undefined
  const prefix = qualifiedName(expr.operand)
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`
}
