import { expect, test } from 'vitest'
import { isMicroTime, timeParseError } from './time-errors.ts'

test.each([
  ['2026-13-01T00:00:00Z', false, 'parsing time "2026-13-01T00:00:00Z": month out of range'],
  ['2026-01-01', false, 'parsing time "2026-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ['nope', false, 'parsing time "nope" as "2006-01-02T15:04:05Z07:00": cannot parse "nope" as "2006"'],
  [
    '2026-01-01T00:00:00Z',
    true,
    'parsing time "2026-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
])('%s cannot be read', (text, micro, message) => expect(timeParseError(text, micro)).toBe(message))

test('a MicroTime has six digits', () => {
  expect(isMicroTime('2026-01-01T00:00:00.123456Z')).toBe(true)
  expect(isMicroTime('2026-01-01T00:00:00.123Z')).toBe(false)
})
