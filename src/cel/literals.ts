import type { Expr, Issue } from './ast.ts'
import { regexError } from './regex.ts'
import { parseDuration, parseTimestamp } from './texts.ts'

/** Texts that no duration, time or pattern can be. Source: cel-go cel/validator.go ValidateDurationLiterals and its siblings */
export function literalIssues(expr: Expr): readonly Issue[] {
  const issues: Issue[] = []
  visit(expr, issues)
  return issues
}

const CHECKS: Readonly<Record<string, (text: string) => string | undefined>> = {
  duration: (text) => (parseDuration(text) === undefined ? 'invalid duration argument' : undefined),
  timestamp: (text) => (parseTimestamp(text) === undefined ? 'invalid timestamp argument' : undefined),
  matches: (text) => (regexError(text) === undefined ? undefined : 'invalid matches argument'),
}

function visit(expr: Expr, issues: Issue[]): void {
  if (expr.kind === 'call') {
    const check = Object.hasOwn(CHECKS, expr.fn) ? CHECKS[expr.fn] : undefined
    const argument = expr.args[expr.fn === 'matches' && expr.target === undefined ? 1 : 0]
    if (check !== undefined && argument?.kind === 'literal' && typeof argument.value === 'string') {
      const message = check(argument.value)
      if (message !== undefined) issues.push({ at: argument.at, message })
    }
  }
  for (const each of childrenOf(expr)) visit(each, issues)
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.items.map(({ value }) => value)
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expr.fields.map(({ value }) => value)
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result]
    default:
      return []
  }
}
