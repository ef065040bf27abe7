import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { areaUntil, type Curve, cappedAt, firstAbove, level, peak, ramp, steps, valueAt, wave } from './curve.ts'

describe('a curve', () => {
  test.each([
    [
      'level',
      level(3),
      [
        [0, 3],
        [99, 3],
      ],
    ],
    [
      'ramp',
      ramp(0, 10, 100, 50),
      [
        [0, 0],
        [50, 0],
        [100, 5],
        [150, 10],
        [999, 10],
      ],
    ],
    [
      'steps',
      steps([
        [0, 1],
        [10, 5],
      ]),
      [
        [0, 1],
        [9, 1],
        [10, 5],
        [1000, 5],
      ],
    ],
    [
      'steps that repeat',
      steps(
        [
          [0, 1],
          [10, 5],
        ],
        20,
      ),
      [
        [9, 1],
        [19, 5],
        [20, 1],
        [30, 5],
        [41, 1],
      ],
    ],
    [
      'wave',
      wave(10, 5, 480),
      [
        [0, 10],
        [120, 15],
        [240, 10],
        [360, 5],
        [480, 10],
        [600, 15],
      ],
    ],
  ] as [string, Curve, [number, number][]][])('%s has its value at any time', (_, curve, samples) => {
    for (const [at, value] of samples) expect([at, valueAt(curve, at)]).toEqual([at, expect.closeTo(value, 9)])
  })

  test('the area is value times seconds', () => {
    expect(areaUntil(level(2), 5_000)).toBe(10)
    expect(areaUntil(ramp(0, 4, 2_000), 4_000)).toBe(4 + 8)
    expect(
      areaUntil(
        steps(
          [
            [0, 1],
            [1_000, 3],
          ],
          2_000,
        ),
        5_000,
      ),
    ).toBe(4 + 4 + 1)
  })

  const curves = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 50 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((points): Curve => ({ points: points.sort(([a], [b]) => a - b) }))

  test('capped, it is the smaller of the two everywhere', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 1_200 }), (curve, limit, at) => {
        expect(valueAt(cappedAt(curve, limit), at)).toBeCloseTo(Math.min(limit, valueAt(curve, at)), 6)
      }),
    )
  })

  test('the first time above a limit: not before, and then it is', () => {
    fc.assert(
      fc.property(fc.array(curves, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 150 }), (many, limit) => {
        const started = many.map((curve, i) => ({ curve, startedAt: i * 7 }))
        const sum = (at: number) =>
          started.reduce((all, { curve, startedAt }) => all + valueAt(curve, at - startedAt), 0)
        const found = firstAbove(started, limit, 30)
        const above = Array.from({ length: 1_300 }, (_, i) => 30 + i).find((at) => sum(at) > limit + 1e-6)
        if (found === 'never') expect(above).toBeUndefined()
        else if ('at' in found && above !== undefined) expect(Math.abs(found.at - above)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('what repeats below the limit is looked at again', () => {
    expect(firstAbove([{ curve: wave(10, 5, 480), startedAt: 0 }], 15, 0)).toBe('never')
    const two = [wave(10, 5, 480), wave(10, 5, 480)].map((curve, i) => ({ curve, startedAt: i * 240 }))
    expect(firstAbove(two, 25, 300)).toHaveProperty('again')
    expect(peak(wave(10, 5, 480))).toBe(15)
  })
})
