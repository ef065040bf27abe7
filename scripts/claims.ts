import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** `npm run claims`: which claims of features/claims.yaml a scenario shows, and which none does. Exit code 1 for a tag that names no claim. */
const claims = parse(readFileSync('features/claims.yaml', 'utf8')) as Record<string, string>
const shown = new Map<string, string[]>()
const unknown: string[] = []

for (const file of readdirSync('features', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.feature'),
))
  for (const { id, line, scenario } of tagged(readFileSync(join('features', file), 'utf8'))) {
    const at = `features/${file}:${line}`
    if (claims[id] === undefined) unknown.push(`${at}: there is no claim "${id}"`)
    else shown.set(id, [...(shown.get(id) ?? []), `${at}  ${scenario}`])
  }

const ids = Object.keys(claims)
const missing = ids.filter((id) => !shown.has(id))
for (const id of ids.filter((claim) => shown.has(claim)))
  process.stdout.write(`ok       ${id}  ${shown.get(id)!.join(', ')}\n`)
for (const id of missing) process.stdout.write(`missing  ${id}  ${claims[id]}\n`)
for (const problem of unknown) process.stderr.write(`${problem}\n`)
process.stdout.write(`\n${shown.size} of ${ids.length} claims are shown, ${missing.length} are missing\n`)
process.exitCode = unknown.length > 0 ? 1 : 0

function* tagged(text: string): Generator<{ id: string; line: number; scenario: string }> {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries())
    for (const [, id] of line.trim().startsWith('@') ? line.matchAll(/@claim:([\w-]+)/g) : []) {
      const next = lines.slice(index + 1).find((other) => /^\s*(Scenario|Feature|Rule)/.test(other)) ?? ''
      yield { id: id!, line: index + 1, scenario: next.trim().replace(/^\w+( Outline)?: /, '') }
    }
}
