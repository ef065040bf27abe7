import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeRoomFor } from './report-files.ts'

test('reports: directories are made, files that are there are left alone, the impossible is refused', () => {
  const root = mkdtempSync(join(tmpdir(), 'kubedrill-reports-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const at = (path: string) => join(root, path)
  writeFileSync(at('old.xml'), 'before')
  mkdirSync(at('folder'))
  makeRoomFor([at('deep/er/new.html'), at('old.xml')])
  expect([existsSync(at('deep/er')), existsSync(at('deep/er/new.html'))]).toEqual([true, false])
  expect(readFileSync(at('old.xml'), 'utf8')).toBe('before')
  expect(() => makeRoomFor([at('folder')])).toThrow(`the report ${at('folder')} cannot be written: that is a directory`)
  expect(() => makeRoomFor([at('old.xml/x')])).toThrow('what should be its directory is a file')
})
