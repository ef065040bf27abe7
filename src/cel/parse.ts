import type { Entry, Expr, Initializer, Issue, Item, Literal } from './ast.ts'
import { expandMacro, MacroError } from './macros.ts'
import { type Token, tokenize } from './tokens.ts'

export interface Parsed {
  readonly expr: Expr
  readonly issues: readonly Issue[]
}

/** Source: cel-go parser/gen/CEL.g4 and parser/parser.go */
export function parse(source: string): Parsed {
  const issues: Issue[] = []
  const parser = new Parser(tokenize(source, issues), issues)
  try {
    const expr = parser.whole()
    return { expr, issues }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { expr: NOTHING, issues }
  }
}

class Stop extends Error {}

const NOTHING: Expr = { kind: 'literal', at: 0, value: null }

const START =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

/** Source: parser/options.go maxRecursionDepth */
const MAX_DEPTH = 250

const LEVELS: readonly (readonly string[])[] = [
  ['<', '<=', '>=', '>', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]

class Parser {
  readonly #tokens: readonly Token[]
  readonly #issues: Issue[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[], issues: Issue[]) {
    this.#tokens = tokens
    this.#issues = issues
  }

  whole(): Expr {
    const expr = this.#expr()
    const token = this.#token
    if (token.kind !== 'end') {
      const alone = this.#tokens[this.#next + 1]?.kind === 'end'
      this.#fail(token, `Syntax error: ${alone ? 'extraneous' : 'mismatched'} input '${token.text}' expecting <EOF>`)
    }
    return expr
  }

  get #token(): Token {
    return this.#tokens[this.#next]!
  }

  #fail({ at }: { readonly at: number }, message: string): never {
    this.#issues.push({ at, message })
    throw new Stop()
  }

  #is(text: string): boolean {
    const token = this.#token
    return token.text === text && (token.kind === 'operator' || (text === 'in' && token.kind === 'ident'))
  }

  #take(text: string): Token | undefined {
    if (!this.#is(text)) return undefined
    return this.#tokens[this.#next++]
  }

  #expect(text: string): Token {
    const taken = this.#take(text)
    if (taken !== undefined) return taken
    const token = this.#token
    if (token.kind === 'end') return this.#fail(token, `Syntax error: missing '${text}' at '<EOF>'`)
    return this.#fail(token, `Syntax error: mismatched input '${token.text}' expecting '${text}'`)
  }

  #expr(): Expr {
    if (++this.#depth > MAX_DEPTH) this.#fail({ at: 0 }, `expression recursion limit exceeded: ${MAX_DEPTH}`)
    const condition = this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#level(0)))
    const question = this.#take('?')
    if (question === undefined) {
      this.#depth--
      return condition
    }
    const yes = this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#level(0)))
    this.#expect(':')
    const no = this.#expr()
    this.#depth--
    return { kind: 'call', at: question.at, fn: '_?_:_', target: undefined, args: [condition, yes, no] }
  }

  #logical(operator: string, fn: string, operand: () => Expr): Expr {
    let left = operand()
    for (let taken = this.#take(operator); taken !== undefined; taken = this.#take(operator))
      left = { kind: 'call', at: taken.at, fn, target: undefined, args: [left, operand()] }
    return left
  }

  #level(level: number): Expr {
    const operators = LEVELS[level]
    if (operators === undefined) return this.#unary()
    let left = this.#level(level + 1)
    for (;;) {
      const operator = operators.find((each) => this.#is(each))
      if (operator === undefined) return left
      const { at } = this.#take(operator)!
      const fn = operator === 'in' ? '@in' : `_${operator}_`
      left = { kind: 'call', at, fn, target: undefined, args: [left, this.#level(level + 1)] }
    }
  }

  #unary(): Expr {
    const token = this.#token
    const operator = this.#is('!') ? '!' : this.#is('-') ? '-' : undefined
    if (operator === undefined) return this.#member()
    let count = 0
    while (this.#is(operator)) {
      // The last minus before a number is its sign.
      if (operator === '-' && this.#tokens[this.#next + 1]!.kind === 'number') break
      this.#next++
      count++
    }
    const operand = this.#member()
    if (count % 2 === 0) return operand
    return { kind: 'call', at: token.at, fn: `${operator}_`, target: undefined, args: [operand] }
  }

  #member(): Expr {
    let expr = this.#primary()
    for (;;) {
      const dot = this.#take('.')
      if (dot !== undefined) {
        expr = this.#selected(expr, dot)
        continue
      }
      const bracket = this.#take('[')
      if (bracket === undefined) return expr
      const fn = this.#take('?') ? '_[?_]' : '_[_]'
      const index = this.#expr()
      this.#expect(']')
      expr = { kind: 'call', at: bracket.at, fn, target: undefined, args: [expr, index] }
    }
  }

  #selected(operand: Expr, dot: Token): Expr {
    const optional = this.#take('?') !== undefined
    const token = this.#token
    if (token.kind !== 'ident' && token.kind !== 'quoted')
      return this.#fail(
        token,
        `Syntax error: no viable alternative at input '.${token.kind === 'end' ? '' : token.text}'`,
      )
    this.#next++
    const field = token.kind === 'quoted' ? token.text.slice(1, -1) : token.text
    if (optional) {
      const name: Expr = { kind: 'literal', at: token.at, value: field }
      return { kind: 'call', at: dot.at, fn: '_?._', target: undefined, args: [operand, name] }
    }
    const open = token.kind === 'ident' ? this.#take('(') : undefined
    if (open === undefined) return { kind: 'select', at: dot.at, operand, field, test: false }
    return this.#call(open, field, operand)
  }

  #call(open: Token, fn: string, target: Expr | undefined): Expr {
    const args: Expr[] = []
    if (!this.#is(')')) {
      do args.push(this.#expr())
      while (this.#take(','))
    }
    this.#expect(')')
    try {
      return expandMacro(open.at, fn, target, args) ?? { kind: 'call', at: open.at, fn, target, args }
    } catch (error) {
      if (!(error instanceof MacroError)) throw error
      this.#issues.push({ at: error.at, message: error.message })
      return { kind: 'call', at: open.at, fn, target, args }
    }
  }

  #primary(): Expr {
    const token = this.#token
    const { at } = token
    if (token.kind === 'literal' || token.kind === 'number' || this.#is('-')) return this.#literal()
    if (this.#take('(')) {
      const inner = this.#expr()
      this.#expect(')')
      return inner
    }
    if (this.#take('[')) return { kind: 'list', at, items: this.#items() }
    if (this.#take('{')) return { kind: 'map', at, entries: this.#entries() }
    const dot = this.#take('.')
    const name = this.#token
    if (name.kind !== 'ident' || name.text === 'in')
      return this.#fail(name, `Syntax error: mismatched input '${name.text}' expecting ${dot ? 'IDENTIFIER' : START}`)
    this.#next++
    return this.#named(`${dot ? '.' : ''}${name.text}`, dot ?? name)
  }

  #named(name: string, { at }: Token): Expr {
    if (name === 'true' || name === 'false') return { kind: 'literal', at, value: name === 'true' }
    if (name === 'null') return { kind: 'literal', at, value: null }
    if (RESERVED.has(name)) this.#issues.push({ at, message: `reserved identifier: ${name}` })
    const open = this.#take('(')
    if (open !== undefined) return this.#call(open, name, undefined)
    return this.#struct(name, at) ?? { kind: 'ident', at, name }
  }

  /** `a.b.C{…}`: looked ahead for, as only the brace says that the name is a type's. */
  #struct(first: string, at: number): Expr | undefined {
    let ahead = this.#next
    let type = first
    while (this.#tokens[ahead]?.text === '.' && this.#tokens[ahead + 1]?.kind === 'ident') {
      type += `.${this.#tokens[ahead + 1]!.text}`
      ahead += 2
    }
    const brace = this.#tokens[ahead]
    if (brace?.kind !== 'operator' || brace.text !== '{') return undefined
    this.#next = ahead + 1
    const fields: Initializer[] = []
    while (!this.#is('}')) {
      const optional = this.#take('?') !== undefined
      const token = this.#token
      if (token.kind !== 'ident' && token.kind !== 'quoted')
        return this.#fail(token, `Syntax error: mismatched input '${token.text}' expecting {'}', ',', '?', IDENTIFIER}`)
      this.#next++
      const field = token.kind === 'quoted' ? token.text.slice(1, -1) : token.text
      const colon = this.#expect(':')
      fields.push({ at: colon.at, field, value: this.#expr(), optional })
      if (!this.#take(',')) break
    }
    this.#expect('}')
    return { kind: 'struct', at: brace.at ?? at, type, fields }
  }

  #items(): Item[] {
    const items: Item[] = []
    while (!this.#is(']')) {
      const optional = this.#take('?') !== undefined
      items.push({ value: this.#expr(), optional })
      if (!this.#take(',')) break
    }
    this.#expect(']')
    return items
  }

  #entries(): Entry[] {
    const entries: Entry[] = []
    while (!this.#is('}')) {
      const optional = this.#take('?') !== undefined
      const key = this.#expr()
      const colon = this.#expect(':')
      entries.push({ at: colon.at, key, value: this.#expr(), optional })
      if (!this.#take(',')) break
    }
    this.#expect('}')
    return entries
  }

  #literal(): Expr {
    const { at } = this.#token
    const sign = this.#take('-') ? '-' : ''
    const token = this.#tokens[this.#next++]!
    if (token.kind === 'literal') return { kind: 'literal', at, value: token.value! }
    if (token.kind !== 'number')
      return this.#fail(token, `Syntax error: mismatched input '${token.text}' expecting ${START}`)
    return { kind: 'literal', at, value: this.#number(sign, token.text, at) }
  }

  #number(sign: string, text: string, at: number): Literal {
    if (/^0x/i.test(text) ? false : /[.eE]/.test(text)) {
      const value = Number(sign + text)
      if (!Number.isFinite(value)) this.#issues.push({ at, message: 'invalid double literal' })
      return value
    }
    if (/u$/i.test(text)) {
      const uint = BigInt(text.slice(0, -1))
      if (uint >= 1n << 64n) this.#issues.push({ at, message: 'invalid uint literal' })
      return { uint }
    }
    const value = BigInt(text) * (sign === '' ? 1n : -1n)
    if (BigInt.asIntN(64, value) !== value) this.#issues.push({ at, message: 'invalid int literal' })
    return value
  }
}
