const UNITS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What `sleep` understands: numbers with a unit, added up, or `infinity`; undefined for anything else. In ms. */
export function sleepDuration(words: readonly string[]): number | undefined {
  let total = 0
  for (const word of words) {
    const match = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(word)
    if (word === 'infinity' || word === 'inf') total = Number.POSITIVE_INFINITY
    else if (!match) return undefined
    else total += Number(match[1]) * UNITS[match[2]!]!
  }
  return words.length === 0 ? undefined : total
}
