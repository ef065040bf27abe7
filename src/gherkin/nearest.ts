/** The one of some texts that somebody who wrote this most likely meant: it shares most pairs of letters. Undefined: none. */
export function nearest(text: string, all: readonly string[]): string | undefined {
  const own = pairsOf(text)
  let best: string | undefined
  let most = LEAST_LIKE
  for (const each of all) {
    const other = pairsOf(each)
    let shared = 0
    for (const pair of own) if (other.has(pair)) shared++
    const like = (2 * shared) / (own.size + other.size)
    if (like > most) [best, most] = [each, like]
  }
  return best
}

/** Less than this in common is chance. */
const LEAST_LIKE = 0.45

function pairsOf(text: string): ReadonlySet<string> {
  const plain = text.toLowerCase()
  return new Set(Array.from({ length: Math.max(0, plain.length - 1) }, (_, at) => plain.slice(at, at + 2)))
}
