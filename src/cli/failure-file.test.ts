import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { failuresIn } from './failure-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'kubedrill-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('a failure is found in an HTML report, whose messages are JavaScript', () => {
  const record = {
    kind: 'kubedrill/failure',
    version: 1,
    feature: { uri: 'a.feature', line: 3, directory: '/' },
    step: { index: 1, text: 'a < b </script> \\x3C' },
  }
  const messages = JSON.stringify([{ attachment: { body: JSON.stringify(record) } }]).replaceAll('<', '\\x3C')
  const file = join(directory, 'report.html')
  writeFileSync(file, `<html><script>window.CUCUMBER_MESSAGES = ${messages};</script><script>x</script></html>`)
  expect(failuresIn(file)).toEqual([record])
})
