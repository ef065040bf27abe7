import { RE2JS } from 're2js'
import { CelError } from './values.ts'

const compiled = new Map<string, RE2JS>()
const MOST_KEPT = 500

/** Patterns as Go's regexp reads them, kept. @throws CelError */
export function regex(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const problem = regexError(pattern)
  if (problem !== undefined) throw new CelError(problem)
  return compiled.get(pattern)!
}

/** @returns Go's words for what is wrong with a pattern */
export function regexError(pattern: string): string | undefined {
  if (compiled.has(pattern)) return undefined
  try {
    const found = RE2JS.compile(pattern)
    if (compiled.size >= MOST_KEPT) compiled.clear()
    compiled.set(pattern, found)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export const matches = (text: string, pattern: string): boolean => regex(pattern).matcher(text).find()
