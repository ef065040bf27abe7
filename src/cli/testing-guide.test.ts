import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The files that docs/testing.md shows, as their reader has them: a project that has kubedrill installed. */
const home = mkdtempSync(join(tmpdir(), 'kubedrill-guide-'))
const installed = (name: string) => join(process.cwd(), 'node_modules', name)
const node = (file: string, ...args: string[]) =>
  execFileSync(process.execPath, [file, ...args], { cwd: home, encoding: 'utf8' })

beforeAll(() => {
  const shown = [...readFileSync('docs/testing.md', 'utf8').matchAll(/```(?:ts|yaml|gherkin) (\S+)\n([\s\S]*?)```/g)]
  for (const [, file, text] of shown) {
    mkdirSync(dirname(join(home, file!)), { recursive: true })
    writeFileSync(join(home, file!), text!)
  }
  writeFileSync(join(home, 'package.json'), '{"type": "module"}')
  mkdirSync(join(home, 'node_modules/@cucumber'), { recursive: true })
  symlinkSync(process.cwd(), join(home, 'node_modules/kubedrill'))
  for (const name of ['tsx', '@types', '@cucumber/cucumber'])
    symlinkSync(installed(name), join(home, 'node_modules', name))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('its steps are sound, as strict as TypeScript can be', () => {
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false']
  const language = ['--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  const tsc = () =>
    node(installed('typescript/bin/tsc'), ...language, ...strict, 'steps/certificates.ts', 'steps/ages.ts')
  expect(tsc).not.toThrow()
})

test('its feature passes', () => {
  const output = node(join(process.cwd(), 'bin/kubedrill.js'), 'test', '--import', 'steps/*.ts')
  expect(output).toContain('2 scenarios (2 passed)')
})
