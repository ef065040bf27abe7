import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadPack } from '../pack.ts'
import { prove } from './index.ts'

const homes: string[] = []
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true })
})

/** The exercise 01-image-typo with some files changed (undefined: removed), and what proving it finds. */
async function flaws(changes: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const home = mkdtempSync(join(tmpdir(), 'kubedrill-'))
  homes.push(home)
  const pack = join(home, 'pack')
  cpSync('exercises/cka-troubleshooting/pack.yaml', join(pack, 'pack.yaml'))
  cpSync('exercises/cka-troubleshooting/01-image-typo', join(pack, '01'), { recursive: true })
  for (const [name, text] of Object.entries(changes)) {
    if (text === undefined) rmSync(join(pack, '01', name))
    else writeFileSync(join(pack, '01', name), text)
  }
  const proof = await prove(loadPack(pack, 'pack').exercises[0]!, { quick: true })
  return proof.flaws.map(({ about, message }) => `${about}: ${message}`)
}

const CHECKS = readFileSync('exercises/cka-troubleshooting/01-image-typo/checks.feature', 'utf8')

test('a right solution that is none, a wrong one that is right', async () => {
  const found = await flaws({
    'solutions/patch.sh': 'kubectl set image deployment/catalog web=nginx:1.72 -n shop',
    'wrong/latest.sh': 'kubectl set image deployment/catalog web=nginx:1.27 -n shop',
  })
  expect(found[0]).toMatch(/^solutions\/patch\.sh: earns 0 of 10: runs: exactly 3 Pods .* 0 of 3 are Ready/)
  expect(found[1]).toBe('wrong/latest.sh: earns full marks')
}, 300_000)

test('a criterion that holds before anything is done, and that nobody fails', async () => {
  const always = CHECKS.replace(/was not recreated since "the beginning"/, 'exists')
  const found = await flaws({ 'checks.feature': always, 'wrong/recreated.sh': undefined })
  expect(found).toContain('criterion kept: is failed by none of the wrong solutions')
}, 300_000)

test('a script that never ends is stopped', async () => {
  const found = await flaws({ 'solutions/patch.sh': 'while true; do :; done' })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/^solutions\/patch\.sh: earns 0 of 10/)
}, 300_000)
