import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/**
 * `npm run claims`: which claims of features/claims.yaml a scenario shows, and which none does, and why. Exit code 1 for a tag that names no
 * claim, and where a claim is missing without a reason in features/claims-missing.yaml or has one that it does not need.
 */
const claims = parse(readFileSync('features/claims.yaml', 'utf8')) as Record<string, string>
const reasons = parse(readFileSync('features/claims-missing.yaml', 'utf8')) as Record<string, string>
const shown = new Map<string, string[]>()
const problems: string[] = []

for (const file of readdirSync('features', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.feature'),
))
  for (const { id, line, scenario } of tagged(readFileSync(join('features', file), 'utf8'))) {
    const at = `features/${file}:${line}`
    if (claims[id] === undefined) problems.push(`${at}: there is no claim "${id}"`)
    else shown.set(id, [...(shown.get(id) ?? []), `${at}  ${scenario}`])
  }

const ids = Object.keys(claims)
const missing = ids.filter((id) => !shown.has(id))
for (const id of ids.filter((claim) => shown.has(claim)))
  process.stdout.write(`ok       ${id}  ${shown.get(id)!.join(', ')}\n`)
for (const id of missing) {
  process.stdout.write(`missing  ${id}  ${claims[id]}\n         because  ${reasons[id] ?? 'nobody says why'}\n`)
  if (reasons[id] === undefined) problems.push(`features/claims-missing.yaml: does not say why no scenario shows ${id}`)
}
for (const id of Object.keys(reasons).filter((each) => !missing.includes(each)))
  problems.push(`features/claims-missing.yaml: ${id} ${claims[id] === undefined ? 'is no claim' : 'is shown'}`)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`\n${shown.size} of ${ids.length} claims are shown, ${missing.length} are missing\n`)
process.exitCode = problems.length > 0 ? 1 : 0

function* tagged(text: string): Generator<{ id: string; line: number; scenario: string }> {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries())
    for (const [, id] of line.trim().startsWith('@') ? line.matchAll(/@claim:([\w-]+)/g) : []) {
      const next = lines.slice(index + 1).find((other) => /^\s*(Scenario|Feature|Rule)/.test(other)) ?? ''
      yield { id: id!, line: index + 1, scenario: next.trim().replace(/^\w+( Outline)?: /, '') }
    }
}
