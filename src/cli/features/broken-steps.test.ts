import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { cannotRun } from './broken-steps.ts'

test('steps that cannot be loaded: which file, which line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubedrill-steps-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'fine.mjs'), 'export const a = 1\n')
  writeFileSync(join(folder, 'broken.mjs'), 'export const b = 1\nsyntax error(\n')
  const run = (path: string) => ({ support: { importPaths: [path], requirePaths: [] } }) as never
  const wrapped = new Error('Failed to load', { cause: new SyntaxError("Unexpected identifier 'error'") })
  const place = `${relative(process.cwd(), join(folder, 'broken.mjs'))}:2: Unexpected identifier 'error'\nsyntax error(`
  expect(cannotRun(wrapped, run(join(folder, '**/*.mjs'))).message).toContain(place)
  expect(cannotRun(wrapped, run(join(folder, 'fine.mjs'))).message).toBe("Unexpected identifier 'error'")
  const thrown = Object.assign(new Error('boom'), { stack: 'Error: boom\n    at file:///STEPS:2:7\n    at node:x:1:2' })
  thrown.stack = thrown.stack.replace('file:///STEPS', pathToFileURL('steps/shop.js').href)
  expect(cannotRun(thrown, run('steps/*.js')).message).toBe('steps/shop.js:2: boom')
})
