import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory } from './directory.ts'

test('a directory is made with those above it; where none can be made is said', () => {
  const root = mkdtempSync(join(tmpdir(), 'kubedrill-directory-'))
  try {
    makeDirectory(join(root, 'a', 'b'))
    makeDirectory(join(root, 'a', 'b'))
    expect(statSync(join(root, 'a', 'b')).isDirectory()).toBe(true)
    writeFileSync(join(root, 'file'), '')
    expect(() => makeDirectory(join(root, 'file', 'x'))).toThrow(`no directory can be made in ${join(root, 'file')}`)
  } finally {
    rmSync(root, { recursive: true })
  }
})

test.runIf(process.platform === 'linux')('a file system that takes no directories is no endless loop', () => {
  expect(() => makeDirectory('/proc/kubedrill/x')).toThrow('no directory can be made in /proc (ENOENT)')
})
