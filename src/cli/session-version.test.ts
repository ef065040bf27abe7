import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JournalError } from '../sim/journal.ts'
import { buildVersion, PACKAGE_ROOT, VERSION } from './package-root.ts'
import { journalProblem } from './session-version.ts'

const error = new JournalError('the journal does not fit this run')

test.each([
  [
    'of this version',
    { kubedrill: '2.0.0' },
    /^the journal does not fit this run: `kubedrill reset` begins the exercise/,
  ],
  [
    'of another',
    { kubedrill: '1.9.0' },
    /begun with kubedrill 1.9.0, and kubedrill 2.0.0 cannot bring it back \(the journal/,
  ],
  [
    'of another build of this version',
    { kubedrill: '2.0.0+0a1b2c3d' },
    /begun with kubedrill 2\.0\.0\+0a1b2c3d, and kubedrill 2\.0\.0 cannot bring it back/,
  ],
  ['of one that did not say', { exam: '/exams/0001' }, /begun with an older kubedrill.* begins this task anew/],
])('a session %s that cannot be replayed says what can be done', (_, record, says) => {
  expect(journalProblem(error, record, '2.0.0')).toMatch(says)
})

test('two builds of a version are told apart; the source is the version alone', () => {
  expect(buildVersion()).toBe(VERSION)
  const built = buildVersion(join(PACKAGE_ROOT, 'dist/chunks'))
  expect(built).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{8}$/)
  expect(buildVersion(join(PACKAGE_ROOT, 'dist'))).toBe(built)
})
