import type { Verdict } from './verdict.ts'

/** How many differences are shown: of all, and of each group. */
export interface Shown {
  readonly ofAll: number
  readonly ofGroup: number
}

const SHOWN: Shown = { ofAll: 10, ofGroup: 10 }

const percent = (agreed: number, all: number): string => (all === 0 ? '100.0' : ((100 * agreed) / all).toFixed(1))

/**
 * Prints agreement per group, the first differences, and as the last line the total.
 *
 * @param noun what is counted: `calls`
 */
export function report(verdicts: readonly Verdict[], noun: string, { ofAll, ofGroup } = SHOWN): void {
  const groups = new Map<string, Verdict[]>()
  for (const verdict of verdicts) groups.set(verdict.group, [...(groups.get(verdict.group) ?? []), verdict])
  const width = Math.max(0, ...[...groups.keys()].map(({ length }) => length))
  for (const [group, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const agreed = members.filter(({ agrees }) => agrees).length
    console.log(`${group.padEnd(width)}  ${agreed} of ${members.length} agree, ${percent(agreed, members.length)} %`)
  }
  const differences = verdicts.filter(({ agrees }) => !agrees)
  const firsts = [...groups.values()].flatMap((each) => each.filter(({ agrees }) => !agrees).slice(0, ofGroup))
  if (differences.length > 0) console.log('\nFirst differences:')
  for (const { group, name, expected, got } of firsts.slice(0, ofAll)) {
    console.log(`- ${group}${name === '' ? '' : ` (${name})`}`)
    console.log(`    expected ${JSON.stringify(expected)}`)
    console.log(`    got      ${JSON.stringify(got)}`)
  }
  const notes = new Set(verdicts.flatMap(({ note }) => note ?? []))
  for (const note of notes)
    console.log(`\n${verdicts.filter((verdict) => verdict.note === note).length} ${noun}: ${note}`)
  const agreed = verdicts.length - differences.length
  console.log(`\n${agreed} of ${verdicts.length} ${noun} agree, ${percent(agreed, verdicts.length)} %`)
}
