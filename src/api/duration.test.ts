import { describe, expect, test } from 'vitest'
import { formatGoDuration, humanDuration, parseGoDuration, roughDuration } from './duration.ts'

const S = 1000
const M = 60 * S
const H = 60 * M
const D = 24 * H

describe('durations', () => {
  test.each([
    [-2 * S, '<invalid>'],
    [-S, '0s'],
    [-1, '0s'],
    [0, '0s'],
    [119 * S, '119s'],
    [2 * M, '2m'],
    [2 * M + S, '2m1s'],
    [10 * M + S, '10m'],
    [179 * M, '179m'],
    [3 * H, '3h'],
    [3 * H + M, '3h1m'],
    [47 * H, '47h'],
    [2 * D, '2d'],
    [2 * D + 3 * H, '2d3h'],
    [8 * D + H, '8d'],
    [2 * 365 * D, '2y'],
    [2 * 365 * D + D, '2y1d'],
    [8 * 365 * D + D, '8y'],
  ])('an age of %d ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text))

  test.each([
    [90 * S, '1m30s'],
    [H, '1h0m0s'],
    [1500, '1.5s'],
    [200, '200ms'],
    [0, '0s'],
    [-90 * S, '-1m30s'],
  ])('%d ms is %s in Go', (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text)
    expect(parseGoDuration(text)).toBe(ms)
  })

  test('what Go cannot read is undefined', () => {
    for (const text of ['', '5', 's', '1x', '1m 30s']) expect(parseGoDuration(text)).toBeUndefined()
  })
})

// Source: docker/go-units duration_test.go
test.each([
  [450, 'Less than a second'],
  [S, '1 second'],
  [47 * S, '47 seconds'],
  [M + S, 'About a minute'],
  [35 * M + 40 * S, '35 minutes'],
  [H + 20 * M, 'About an hour'],
  [3 * H + 29 * M, '3 hours'],
  [3 * H + 31 * M, '4 hours'],
  [3 * D, '3 days'],
  [20 * D, '2 weeks'],
  [75 * D, '2 months'],
  [3 * 365 * D, '3 years'],
])('%d ms are said as containers are: %s', (ms, words) => expect(roughDuration(ms)).toBe(words))
