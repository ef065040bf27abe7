import { describe, expect, test } from 'vitest'
import { CronError, parseCron } from './cron.ts'
import { parseTime, rfc3339 } from './time.ts'

function next(text: string, from: string, count = 1): string[] {
  const schedule = parseCron(text)
  const found: string[] = []
  let at: number | undefined = parseTime(from)
  for (let i = 0; i < count && at !== undefined; i++) {
    at = schedule.next(at)
    found.push(at === undefined ? 'never' : rfc3339(at))
  }
  return found
}

test.each([
  ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'],
  ['* * * * *', '2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z'],
  ['0 0 * * *', '2026-12-31T23:58:30Z', '2027-01-01T00:00:00Z'],
  ['*/15 * * * *', '2026-01-01T00:46:00Z', '2026-01-01T01:00:00Z'],
  ['30 6-16/4 * * 1-5', '2026-01-02T15:00:00Z', '2026-01-05T06:30:00Z'],
  ['0 12 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T12:00:00Z'],
  ['0 0 13 * fri', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00Z'],
  ['0 0 1 jan *', '2026-01-03T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['59 23 31 2 *', '2026-01-01T00:00:00Z', 'never'],
  ['5/20 * * * ?', '2026-01-01T00:06:00Z', '2026-01-01T00:25:00Z'],
  ['@hourly', '2026-01-01T00:00:01Z', '2026-01-01T01:00:00Z'],
  ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['@every 1h30m', '2026-01-01T00:00:10Z', '2026-01-01T01:30:10Z'],
  ['TZ=Asia/Kolkata 0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-01T03:30:00Z'],
  ['CRON_TZ=America/New_York 0 0 * * *', '2026-07-01T12:00:00Z', '2026-07-02T04:00:00Z'],
])('%s after %s is %s', (text, from, expected) => {
  expect(next(text, from)).toEqual([expected])
})

describe('summer time', () => {
  test('what the clocks skip is skipped', () => {
    expect(next('TZ=Europe/Berlin 30 2 * * *', '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-30T00:30:00Z',
      '2026-03-31T00:30:00Z',
    ])
  })
  test('what the clocks repeat comes twice', () => {
    expect(next('TZ=Europe/Berlin 30 2 * * *', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
      '2026-10-26T01:30:00Z',
    ])
  })
  test('a day without a midnight has no midnight', () => {
    expect(next('TZ=America/Santiago 0 0 * * *', '2026-09-05T12:00:00Z', 1)).toEqual(['2026-09-07T03:00:00Z'])
  })
})

test.each([
  ['', 'empty spec string'],
  ['* * *', 'expected exactly 5 fields, found 3: [* * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['@never', 'unrecognized descriptor: @never'],
  ['TZ=Mars/Base * * * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base'],
])('%j is refused', (text, message) => {
  expect(() => parseCron(text)).toThrow(new CronError(message))
})
