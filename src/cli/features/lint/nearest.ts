import { valuesOf } from '../../../gherkin/documentation.ts'
import { parameterTypes } from '../../../gherkin/parameter-types.ts'

/** A pattern that a text nearly is. */
export interface Nearest {
  readonly pattern: string
  /** What its parameters want where the text has something else. */
  readonly wants: readonly string[]
}

interface Alignment {
  readonly cost: number
  readonly wants: readonly string[]
}

const VALUES: ReadonlyMap<string, RegExp> = new Map([
  ...parameterTypes.map(({ name, regexp }) => [name, new RegExp(`^(?:${regexp.source})$`)] as const),
  ['string', /^("[^"]*"|'[^']*')$/],
  ['int', /^-?\d+$/],
  ['word', /^\S+$/],
])
const SAYS: ReadonlyMap<string, string> = new Map(parameterTypes.map((type) => [type.name, valuesOf(type)]))
/** So far from a pattern (in words that differ, for each word) a text means something else. */
const TOO_FAR = 0.45
/** The longest parameters are durations and Pods with all that may be said of them. */
const MOST_WORDS = 14

/** The known pattern that differs least, word by word. */
export function nearestPattern(text: string, patterns: readonly string[]): Nearest | undefined {
  const words = wordsOf(text)
  let best: (Nearest & { readonly distance: number }) | undefined
  for (const pattern of patterns) {
    const parts = pattern.match(/\{[^}]*\}|[^\s{}]+/g) ?? []
    const { cost, wants } = align(words, parts)
    const distance = cost / Math.max(words.length, parts.length, 1)
    if (distance < (best?.distance ?? TOO_FAR)) best = { pattern, wants, distance }
  }
  return best && { pattern: best.pattern, wants: best.wants }
}

/** A quoted text is one word, and so is what is before a quoted text that follows without a space. */
const wordsOf = (text: string): readonly string[] => text.match(/"[^"]*"|'[^']*'|[^\s"]+/g) ?? []

function align(words: readonly string[], parts: readonly string[]): Alignment {
  const memo = new Map<number, Alignment>()
  const from = (word: number, part: number): Alignment => {
    const key = word * 1000 + part
    const known = memo.get(key)
    if (known !== undefined) return known
    const found = candidates(word, part).reduce((best, each) => (each.cost < best.cost ? each : best))
    memo.set(key, found)
    return found
  }
  const plus = (cost: number, rest: Alignment, wants: readonly string[] = []): Alignment => ({
    cost: cost + rest.cost,
    wants: [...wants, ...rest.wants],
  })
  const candidates = (word: number, part: number): readonly Alignment[] => {
    if (part === parts.length) return [{ cost: words.length - word, wants: [] }]
    const expected = parts[part]!
    if (!expected.startsWith('{')) {
      const left = [plus(weight(expected), from(word, part + 1))]
      if (word === words.length) return left
      return [
        ...left,
        plus(weight(words[word]!), from(word + 1, part)),
        plus(difference(words[word]!, expected), from(word + 1, part + 1)),
      ]
    }
    const taken = Array.from({ length: Math.min(words.length - word, MOST_WORDS) }, (_, more) => more + 1)
    return [
      plus(expected === '{within}' ? 0 : 1, from(word, part + 1)),
      ...taken.map((count) => {
        const value = words.slice(word, word + count).join(' ')
        const fits = fitsIn(expected, value)
        return plus(fits ? 0 : 0.6 + 0.7 * (count - 1), from(word + count, part + 1), fits ? [] : [wanted(expected)])
      }),
    ]
  }
  return from(0, 0)
}

function fitsIn(parameter: string, value: string): boolean {
  return VALUES.get(parameter.slice(1, -1))?.test(parameter === '{within}' ? ` ${value}` : value) ?? true
}

const wanted = (parameter: string) => {
  const says = SAYS.get(parameter.slice(1, -1))
  return says === undefined ? parameter : `${parameter} is ${says.replace(/\.$/, '')}`
}

/** What a word that is missing, or one too many, changes: articles little. */
const weight = (word: string) => (/^(an?|the)$/i.test(word) ? 0.2 : 1)

/** From 0, the same, to 1: of `web/api` either, with or without what `replica(s)` has in brackets. */
function difference(word: string, expected: string): number {
  const variants = expected.split('/').flatMap((each) => [each.replace(/[()]/g, ''), each.replace(/\([^)]*\)/g, '')])
  const least = Math.min(...variants.map((each) => editDistance(word, each) / Math.max(word.length, each.length, 1)))
  return least > 0.5 ? 1 : least
}

/** Letters to put in, take out or change. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries())
      next.push(Math.min(row[j]! + (letter === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    row = next
  }
  return row[b.length]!
}
