import fc from 'fast-check'
import { expect, test } from 'vitest'
import { civilTime, fromCivil, parseTime, rfc3339, rfc3339Micro } from './time.ts'

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_767_225_600_000, '2026-01-01T00:00:00Z'],
  [1_767_225_600_999, '2026-01-01T00:00:00Z'],
  [951_782_400_000, '2000-02-29T00:00:00Z'],
  [-1000, '1969-12-31T23:59:59Z'],
])('%d is %s', (ms, text) => {
  expect(rfc3339(ms)).toBe(text)
})

test('micro times keep six digits', () => {
  expect(rfc3339Micro(1_767_225_600_123)).toBe('2026-01-01T00:00:00.123000Z')
  expect(parseTime('2026-01-01T00:00:00.123000Z')).toBe(1_767_225_600_123)
  expect(parseTime('2026-01-01T02:00:00+02:00')).toBe(1_767_225_600_000)
})

test.each(['', 'yesterday', '2026-13-01T00:00:00Z', '2026-02-29T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z'])(
  '%j is not a time',
  (text) => {
    expect(parseTime(text)).toBeNaN()
  },
)

test('agrees with the calendar of the machine', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
      expect(rfc3339Micro(ms)).toBe(new Date(ms).toISOString().replace('Z', '000Z'))
      expect(parseTime(rfc3339Micro(ms))).toBe(ms)
      const civil = civilTime(ms)
      expect(civil.weekday).toBe(new Date(ms).getUTCDay())
      expect(fromCivil(civil.year, civil.month, civil.day)).toBe(Math.floor(ms / 86_400_000) * 86_400_000)
    }),
  )
})
