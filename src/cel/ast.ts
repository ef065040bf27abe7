/** Expressions as cel-go keeps them after parsing: macros are expanded already. Source: cel-go common/ast/expr.go */
export type Expr =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Literal }
  | { readonly kind: 'ident'; readonly at: number; readonly name: string }
  | {
      readonly kind: 'select'
      readonly at: number
      readonly operand: Expr
      readonly field: string
      /** `has(a.b)` */
      readonly test: boolean
    }
  | {
      readonly kind: 'call'
      readonly at: number
      readonly fn: string
      readonly target: Expr | undefined
      readonly args: readonly Expr[]
    }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Item[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'struct'; readonly at: number; readonly type: string; readonly fields: readonly Initializer[] }
  | Comprehension

/** A loop: `accu` starts at `init` and becomes `step` for each element while `condition` holds. */
export interface Comprehension {
  readonly kind: 'comprehension'
  readonly at: number
  readonly range: Expr
  readonly variable: string
  readonly second: string | undefined
  readonly accu: string
  readonly init: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

export interface Item {
  readonly value: Expr
  /** `[?a]` */
  readonly optional: boolean
}

export interface Entry {
  readonly at: number
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}

export interface Initializer {
  readonly at: number
  readonly field: string
  readonly value: Expr
  readonly optional: boolean
}

export type Literal = null | boolean | string | bigint | number | Uint8Array | UintLiteral

export interface UintLiteral {
  readonly uint: bigint
}

/** What is wrong at one place of an expression. `at` counts UTF-16 units from its start. */
export interface Issue {
  readonly at: number
  readonly message: string
}

/** As the compiler prints what it found. Source: cel-go common/errors.go ToDisplayString, common/error.go */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  return [...issues]
    .sort((a, b) => a.at - b.at)
    .map((issue) => formatIssue(source, issue))
    .join('\n')
}

/** Longer lines are not repeated in the message. Source: common/error.go maxSnippetLength */
const MAX_SNIPPET = 16384

function formatIssue(source: string, { at, message }: Issue): string {
  // There is no column to point at.
  if (source === '') return `ERROR: <input>:1:0: ${message}`
  const before = source.slice(0, at)
  const line = before.split('\n').length
  const characters = [...before.slice(before.lastIndexOf('\n') + 1)]
  const head = `ERROR: <input>:${line}:${characters.length + 1}: ${message}`
  const text = (source.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')
  if (text.length > MAX_SNIPPET) return head
  const wide = (character: string | undefined) => character !== undefined && character > '\x7f'
  const dots = characters.map((character) => (wide(character) ? '．' : '.')).join('')
  return `${head}\n | ${text}\n | ${dots}${wide([...text][characters.length]) ? '＾' : '^'}`
}
