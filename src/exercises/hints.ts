import { PackError } from './pack-error.ts'

/** One step towards the solution; taking it costs points. */
export interface Hint {
  readonly cost: number
  readonly text: string
}

/**
 * hints.md: three tiers, each under a heading that says its cost: `## Where to look (1 point)`.
 *
 * @throws {PackError}
 */
export function parseHints(markdown: string, file: string): readonly Hint[] {
  const hints: { cost: number; text: string }[] = []
  for (const [index, line] of markdown.split('\n').entries()) {
    const heading = /^## (.+?)\s*$/.exec(line)
    if (heading) {
      const cost = /\((\d+) points?\)$/.exec(heading[1]!)
      if (!cost) throw new PackError(`${file}:${index + 1}: a hint's heading ends with its cost, "(1 point)"`)
      hints.push({ cost: Number(cost[1]), text: '' })
    } else if (hints.length > 0) hints.at(-1)!.text += `${line}\n`
    else if (line.trim() !== '' && !line.startsWith('# '))
      throw new PackError(`${file}:${index + 1}: a hint starts with a heading, "## Where to look (1 point)"`)
  }
  if (hints.length !== 3) throw new PackError(`${file}: three hints are expected, there are ${hints.length}`)
  return hints.map(({ cost, text }) => ({ cost, text: text.trim() }))
}
