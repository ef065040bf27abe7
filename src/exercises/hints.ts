import type { Findings } from './pack-error.ts'

/** One step towards the solution; taking it costs points. */
export interface Hint {
  readonly cost: number
  readonly text: string
}

/** hints.md: three tiers, each under a heading that says its cost: `## Where to look (1 point)`. */
export function parseHints(markdown: string, file: string, findings: Findings): readonly Hint[] {
  const hints: { cost: number; text: string }[] = []
  for (const [index, line] of markdown.split('\n').entries()) {
    const place = { file, line: index + 1, column: 1 }
    const heading = /^## (.+)$/.exec(line.trimEnd())
    if (heading) {
      const cost = /\((\d{1,3}) points?\)$/.exec(heading[1]!)
      if (!cost) findings.error(place, 'a hint\'s heading ends with its cost, "(1 point)"')
      hints.push({ cost: Number(cost?.[1] ?? 0), text: '' })
    } else if (hints.length > 0) hints.at(-1)!.text += `${line}\n`
    else if (line.trim() !== '' && !line.startsWith('# '))
      findings.error(place, 'a hint starts with a heading, "## Where to look (1 point)"')
  }
  if (hints.length !== 3) findings.error({ file }, `three hints are expected, there are ${hints.length}`)
  return hints.map(({ cost, text }) => ({ cost, text: text.trim() }))
}
