import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadExtensions } from './extension-file.ts'

const home = mkdtempSync(join(tmpdir(), 'kubedrill-extension-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test.each([
  ['export const x = 1', 'exports no extension'],
  ['throw new Error("boom")', 'boom'],
  ['export const e = { name: "x", controllers: 7 }', 'extension "x": controllers must be a list of objects'],
  ['export const e = { name: "x", images: [null] }', 'extension "x": images must be a list of objects'],
  ['export const e = { name: "x", schedulerPlugins: [] }', 'schedulerPlugins must be an object of factories by name'],
])('%s is refused in a line', async (source, why) => {
  const file = join(home, `${Buffer.from(source).toString('hex').slice(-40)}.mjs`)
  writeFileSync(file, source)
  await expect(loadExtensions([file])).rejects.toThrow(why)
})
