import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { editorSteps } from '../gherkin/editor-steps.ts'
import { vocabulary } from '../gherkin/vocabulary.ts'
import { init } from './commands/init.ts'

/** A project that `kubedrill init` has begun, with the packages that `npm install` would put there. */
const home = mkdtempSync(join(tmpdir(), 'kubedrill-init-'))
const project = join(home, 'Our Specs')
const kubedrill = join(process.cwd(), 'bin', 'kubedrill.js')
const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: project })

beforeAll(() => {
  execFileSync(process.execPath, [kubedrill, 'init', project], { stdio: 'ignore' })
  mkdirSync(join(project, 'node_modules/@cucumber'), { recursive: true })
  symlinkSync(process.cwd(), join(project, 'node_modules/kubedrill'))
  symlinkSync(join(process.cwd(), 'node_modules/@cucumber/cucumber'), join(project, 'node_modules/@cucumber/cucumber'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('its suite passes with kubedrill test', async () => {
  const { stdout } = await run(kubedrill, 'test')
  expect(stdout).toContain('2 scenarios (2 passed)')
})

test('its suite passes with cucumber-js', async () => {
  const { stdout } = await run('node_modules/@cucumber/cucumber/bin/cucumber.js')
  expect(stdout).toContain('2 scenarios (2 passed)')
})

test('its steps are sound against the published types, and named by its README and settings', async () => {
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--checkJs',
    '--allowJs',
    '--module',
    'nodenext',
    '--target',
    'es2023',
  ]
  const { stdout } = await run(join(process.cwd(), 'node_modules/typescript/bin/tsc'), ...options, 'steps/shop.js')
  expect(stdout).toBe('')
  const { 'cucumber.glue': glue } = JSON.parse(readFileSync(join(project, '.vscode/settings.json'), 'utf8'))
  expect(readFileSync(join(project, glue[1]), 'utf8')).toBe(editorSteps())
  expect(editorSteps().match(/^Given\(/gm)).toHaveLength(vocabulary.length)
  expect(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).name).toBe('our-specs')
})

test.each([
  ['a file', 'README.md'],
  ['a file of a directory', 'features/shop.feature'],
  ['a file where a directory belongs', 'steps'],
])('with %s in the way nothing is written: %s', (_, file) => {
  const directory = mkdtempSync(join(home, 'blocked-'))
  mkdirSync(join(directory, file, '..'), { recursive: true })
  writeFileSync(join(directory, file), 'mine')
  const before = readdirSync(directory, { recursive: true })
  expect(() => init(directory, {})).toThrow(`${file}: there already, so nothing is written`)
  expect(readdirSync(directory, { recursive: true })).toEqual(before)
  expect(readFileSync(join(directory, file), 'utf8')).toBe('mine')
})

test('a directory that is a file is named', () => {
  const directory = join(mkdtempSync(join(home, 'blocked-')), 'file')
  writeFileSync(directory, 'mine')
  expect(() => init(join(directory, 'below'), {})).toThrow('file: there already, so nothing is written')
})
