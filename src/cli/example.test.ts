import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The worked example of docs/extending.md as its reader has it: a package of its own that has kubedrill installed. */
const home = mkdtempSync(join(tmpdir(), 'kubedrill-example-'))
const bin = (name: string) => join(process.cwd(), 'node_modules', '.bin', name)
const kubedrill = join(process.cwd(), 'bin', 'kubedrill.js')

beforeAll(() => {
  cpSync('examples/model-deployment', home, { recursive: true })
  mkdirSync(join(home, 'node_modules/@cucumber'), { recursive: true })
  symlinkSync(process.cwd(), join(home, 'node_modules/kubedrill'))
  for (const name of ['xstate', '@cucumber/cucumber'])
    symlinkSync(join(process.cwd(), 'node_modules', name), join(home, 'node_modules', name))
  execFileSync(bin('tsc'), { cwd: home, stdio: 'inherit' })
}, 60_000)

afterAll(() => rmSync(home, { recursive: true, force: true }))

test('it is sound TypeScript against the published types, and its features pass', () => {
  const output = execFileSync(process.execPath, [kubedrill, 'test', '--import', 'dist/steps.js', '--transitions'], {
    cwd: home,
    encoding: 'utf8',
  })
  expect(output).toMatch(/(\d+) scenarios \(\1 passed\)/)
  expect(output).toContain('transitions of 1 statechart were fired')
}, 120_000)

test('every excerpt in docs/extending.md is in the example word for word', () => {
  const text = readFileSync('docs/extending.md', 'utf8')
  const excerpts = [...text.matchAll(/```(?:ts|yaml|gherkin) (\S+)\n([\s\S]*?)```/g)]
  expect(excerpts.length).toBeGreaterThan(4)
  for (const [, file, excerpt] of excerpts)
    expect(readFileSync(join('examples/model-deployment', file!), 'utf8'), file).toContain(excerpt!)
})
