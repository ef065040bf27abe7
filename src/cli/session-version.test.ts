import { expect, test } from 'vitest'
import { JournalError } from '../sim/journal.ts'
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
  ['of one that did not say', { exam: '/exams/0001' }, /begun with an older kubedrill.* begins this task anew/],
])('a session %s that cannot be replayed says what can be done', (_, record, says) => {
  expect(journalProblem(error, record, '2.0.0')).toMatch(says)
})
