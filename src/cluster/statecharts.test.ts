import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mermaid } from '../sim/machines.ts'
import { statecharts } from './statecharts.ts'

test('every machine in the sources is listed', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ts$/.test(file) && !/test/.test(file),
  )
  const made = files.filter((file) => /\}\)\.createMachine\(\{/.test(readFileSync(join('src', file), 'utf8')))
  expect(made.length).toBeGreaterThan(10)
  expect(statecharts).toHaveLength(made.length)
})

test('names are unique, and each chart can be drawn', () => {
  expect(new Set(statecharts.map(({ machine }) => machine.id)).size).toBe(statecharts.length)
  for (const { machine } of statecharts) expect(mermaid(machine)).toMatch(/^stateDiagram-v2/)
})

test('docs/statecharts.md draws them as they are (vitest -u draws it anew)', async () => {
  const parts = statecharts.map(
    ({ machine, component, describes }) =>
      `## ${machine.id}\n\n${component}: ${describes}.\n\n\`\`\`mermaid\n${mermaid(machine).trimEnd()}\n\`\`\`\n`,
  )
  const page = `# Statecharts\n\nEvery chart of the cluster, as \`kubedrill machines NAME\` draws it.\n\n${parts.join('\n')}`
  await expect(page).toMatchFileSnapshot('../../docs/statecharts.md')
})
