import { isLabelKey, isLabelValue, quote } from './names.ts'
import type { LabelSelector } from './types.ts'

/** Source: apimachinery/pkg/selection/operator.go; `exists` and `!` have no values. */
export type SelectorOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface LabelRequirement {
  readonly key: string
  readonly operator: SelectorOperator
  /** Sorted, without repeats. */
  readonly values: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

/** A parsed label selector. Equal texts give the same object. */
export interface Selector {
  readonly requirements: readonly LabelRequirement[]
  /** The canonical text: requirements sorted by key. `''` selects everything, unless `nothing`. */
  readonly text: string
  /** Selects no object at all, whatever its labels: what a missing LabelSelector means. */
  readonly nothing: boolean
  matches(labels: Labels | undefined): boolean
}

/** The text is not a selector; the message is upstream's. */
export class SelectorError extends Error {}

export const everything: Selector = { requirements: [], text: '', nothing: false, matches: () => true }
export const nothing: Selector = { requirements: [], text: '', nothing: true, matches: () => false }

const CACHE_LIMIT = 10_000
const parsed = new Map<string, Selector>()
const converted = new WeakMap<LabelSelector, Selector>()

/**
 * Parses `app=web,tier in (a,b),!legacy`. Results are remembered by text.
 *
 * @throws SelectorError with upstream's message. Source: apimachinery/pkg/labels/selector.go Parse
 */
export function parseSelector(text: string): Selector {
  if (text === '') return everything
  const known = parsed.get(text)
  if (known !== undefined) return known
  const selector = selectorOf(parseRequirements(text))
  if (parsed.size >= CACHE_LIMIT) parsed.clear()
  parsed.set(text, selector)
  return selector
}

/**
 * The matcher of a LabelSelector: a missing one selects nothing, an empty one everything. Remembered by identity.
 *
 * @throws SelectorError. Source: apimachinery/pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector
 */
export function selectorFromLabelSelector(labelSelector: LabelSelector | undefined): Selector {
  if (labelSelector === undefined) return nothing
  const known = converted.get(labelSelector)
  if (known !== undefined) return known
  const requirements: LabelRequirement[] = []
  for (const [key, value] of Object.entries(labelSelector.matchLabels ?? {}))
    requirements.push(newRequirement(key, '=', [value]))
  for (const { key, operator, values = [] } of labelSelector.matchExpressions ?? []) {
    const meant = EXPRESSION_OPERATORS.get(operator)
    if (meant === undefined) throw new SelectorError(`${quote(operator)} is not a valid label selector operator`)
    requirements.push(newRequirement(key, meant, values))
  }
  const selector = requirements.length === 0 ? everything : selectorOf(requirements)
  converted.set(labelSelector, selector)
  return selector
}

/** Selects objects that carry all these labels; none asked for: everything. Source: labels.SelectorFromSet */
export function selectorFromSet(labels: Labels | undefined): Selector {
  const pairs = Object.entries(labels ?? {})
  if (pairs.length === 0) return everything
  return selectorOf(pairs.map(([key, value]) => ({ key, operator: '=' as const, values: [value] })))
}

const EXPRESSION_OPERATORS: ReadonlyMap<string, SelectorOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
])

function selectorOf(unsorted: readonly LabelRequirement[]): Selector {
  const requirements = [...unsorted].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const tests = requirements.map(compile)
  const only = tests[0]!
  const matches =
    tests.length === 1
      ? (labels: Labels | undefined) => only(labels ?? NO_LABELS)
      : (labels: Labels | undefined) => tests.every((test) => test(labels ?? NO_LABELS))
  return { requirements, text: requirements.map(requirementText).join(','), nothing: false, matches }
}

const NO_LABELS: Labels = {}

/** Source: labels.Requirement.Matches */
function compile({ key, operator, values }: LabelRequirement): (labels: Labels) => boolean {
  const only = values[0]!
  switch (operator) {
    case '=':
    case '==':
      return (labels) => labels[key] === only
    case 'in':
      return (labels) => labels[key] !== undefined && values.includes(labels[key])
    case '!=':
    case 'notin':
      return (labels) => labels[key] === undefined || !values.includes(labels[key])
    case 'exists':
      return (labels) => labels[key] !== undefined
    case '!':
      return (labels) => labels[key] === undefined
    case 'gt':
    case 'lt': {
      const bound = Number(only)
      return (labels) => {
        const value = labels[key]
        if (value === undefined || !INTEGER.test(value)) return false
        return operator === 'gt' ? Number(value) > bound : Number(value) < bound
      }
    }
  }
}

const INTEGER = /^[+-]?\d+$/

/**
 * One requirement, checked.
 *
 * @param path stands in front of what errors name: `nodeSelectorTerms[0].matchExpressions[0]`
 * @throws SelectorError. Source: labels.NewRequirement
 */
export function newRequirement(
  key: string,
  operator: SelectorOperator,
  values: readonly string[],
  path = '',
): LabelRequirement {
  const at = path === '' ? '' : `${path}.`
  const wrongKey = isLabelKey(key)
  const errors: string[] = wrongKey.length > 0 ? [`${at}key: Invalid value: ${quote(key)}: ${wrongKey.join('; ')}`] : []
  const count = wrongCount(operator, values.length)
  if (count !== undefined) errors.push(`${at}values: Invalid value: ${JSON.stringify(values)}: ${count}`)
  values.forEach((value, index) => {
    if ((operator === 'gt' || operator === 'lt') && !INTEGER.test(value))
      errors.push(
        `${at}values[${index}]: Invalid value: ${quote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      )
  })
  values.forEach((value, index) => {
    const wrong = isLabelValue(value)
    if (wrong.length > 0)
      errors.push(`${at}values[${index}][${key}]: Invalid value: ${quote(value)}: ${wrong.join('; ')}`)
  })
  if (errors.length > 0) throw new SelectorError(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`)
  return { key, operator, values: [...new Set(values)].sort() }
}

function wrongCount(operator: SelectorOperator, count: number): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin':
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined
    case 'exists':
    case '!':
      return count !== 0 ? 'values set must be empty for exists and does not exist' : undefined
    case 'gt':
    case 'lt':
      return count !== 1 ? "for 'Gt', 'Lt' operators, exactly one value is required" : undefined
    default:
      return count !== 1 ? 'exact-match compatibility requires one single value' : undefined
  }
}

/** Source: labels.Requirement.String */
function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`
    case 'gt':
      return `${key}>${values[0]}`
    case 'lt':
      return `${key}<${values[0]}`
    default:
      return `${key}${operator}${values[0]}`
  }
}

type TokenType = 'end' | 'error' | 'identifier' | ')' | ',' | '!' | '==' | '=' | '>' | 'in' | '<' | '!=' | 'notin' | '('

interface Token {
  readonly type: TokenType
  readonly literal: string
}

const SYMBOLS: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '('])
const SPECIAL = /[=!(),<>]/

/** Source: labels.Lexer */
function scan(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/[ \t\r\n]/.test(text[at]!)) {
      at++
      continue
    }
    if (!SPECIAL.test(text[at]!)) {
      const literal = /^[^=!(),<> \t\r\n]+/.exec(text.slice(at))![0]
      tokens.push({ type: literal === 'in' || literal === 'notin' ? literal : 'identifier', literal })
      at += literal.length
      continue
    }
    const two = text.slice(at, at + 2)
    const literal = SYMBOLS.has(two) ? two : text[at]!
    tokens.push({ type: literal as TokenType, literal })
    at += literal.length
  }
  return [...tokens, { type: 'end', literal: '' }]
}

/** Recursive descent over the tokens, with upstream's errors. Source: labels.Parser */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = scan(text)
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    for (;;) {
      const token = this.#look()
      if (token.type === 'end') return requirements
      if (token.type !== 'identifier' && token.type !== '!') throw expected(token, "!, identifier, or 'end of string'")
      requirements.push(this.#requirement())
      const next = this.#take()
      if (next.type === 'end') return requirements
      if (next.type !== ',') throw expected(next, "',' or 'end of string'")
      const after = this.#look()
      if (after.type !== 'identifier' && after.type !== '!') throw expected(after, "identifier after ','")
    }
  }

  #requirement(): LabelRequirement {
    try {
      return this.#parseRequirement()
    } catch (error) {
      throw new SelectorError(`unable to parse requirement: ${(error as Error).message}`)
    }
  }

  #parseRequirement(): LabelRequirement {
    let token = this.#take()
    const negated = token.type === '!'
    if (negated) token = this.#take()
    if (token.type !== 'identifier') throw expected(token, 'identifier')
    const key = token.literal
    const wrong = isLabelKey(key)
    if (wrong.length > 0) throw new SelectorError(`<nil>: Invalid value: ${quote(key)}: ${wrong.join('; ')}`)
    if (negated) return newRequirement(key, '!', [])
    const { type } = this.#look()
    if (type === 'end' || type === ',') return newRequirement(key, 'exists', [])
    const operator = this.#operator()
    return newRequirement(key, operator, operator === 'in' || operator === 'notin' ? this.#values() : [this.#value()])
  }

  #operator(): SelectorOperator {
    const token = this.#take(true)
    if (token.type === '>') return 'gt'
    if (token.type === '<') return 'lt'
    if (['in', 'notin', '=', '==', '!='].includes(token.type)) return token.type as SelectorOperator
    throw expected(token, 'in, notin, =, ==, !=, gt, lt')
  }

  #values(): string[] {
    const open = this.#take()
    if (open.type !== '(') throw new SelectorError(`found '${open.literal}' expected: '('`)
    const first = this.#look()
    if (first.type === ')') {
      this.#take()
      return ['']
    }
    if (first.type !== 'identifier' && first.type !== ',') throw expected(first, "',', ')' or identifier")
    const values = this.#identifiers()
    if (this.#take().type !== ')') throw expected(first, "')'")
    return values
  }

  #identifiers(): string[] {
    const values = new Set<string>()
    for (;;) {
      const token = this.#take()
      const next = this.#look()
      if (token.type === 'identifier') {
        values.add(token.literal)
        if (next.type === ',') continue
        if (next.type === ')') return [...values]
        throw expected(next, "',' or ')'")
      }
      if (token.type !== ',') throw expected(token, "',', or identifier")
      if (values.size === 0 || next.type === ',') values.add('')
      if (next.type !== ')') continue
      values.add('')
      return [...values]
    }
  }

  #value(): string {
    const { type } = this.#look()
    if (type === 'end' || type === ',') return ''
    const token = this.#take()
    if (token.type !== 'identifier') throw expected(token, 'identifier')
    return token.literal
  }

  #look(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!
    return token.type === 'in' || token.type === 'notin' ? { type: 'identifier', literal: token.literal } : token
  }

  /** `in` and `notin` are words like others, except where an operator must stand. */
  #take(operator = false): Token {
    const token = operator ? this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]! : this.#look()
    this.#at++
    return token
  }
}

function expected(found: Token, what: string): SelectorError {
  return new SelectorError(`found '${found.literal}', expected: ${what}`)
}

function parseRequirements(text: string): LabelRequirement[] {
  return new Parser(text).parse()
}
