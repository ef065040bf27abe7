import { describe, expect, test } from 'vitest'
import { level } from './curve.ts'
import { Meter } from './meter.ts'
import { readUsage } from './written.ts'

const IDLE = { cpu: 0.001, memory: 1000 }

describe('a meter', () => {
  test('a CPU limit caps use, and a new one counts from its time on', () => {
    const meter = new Meter({ cpu: level(2) }, IDLE, 0.5, 1_000)
    expect(meter.usage(11_000)).toMatchObject({ cpu: 0.5, cpuSeconds: 5 })
    meter.limitTo(1, 11_000)
    expect(meter.usage(21_000)).toMatchObject({ cpu: 1, cpuSeconds: 15 })
  })

  test('requests are work; what the limit does not let through is done later', () => {
    const meter = new Meter({ cpu: level(0), perRequest: { cpu: 0.1, memory: 10 } }, IDLE, 0.5, 0)
    for (let at = 0; at < 10_000; at += 100) meter.served(at)
    expect(meter.usage(10_000)).toMatchObject({ cpu: expect.closeTo(0.5), memory: 2_000 })
    expect(meter.usage(10_000).cpuSeconds).toBeCloseTo(5)
    expect(meter.usage(60_000).cpuSeconds).toBeCloseTo(10)
    expect(meter.usage(120_000).cpu).toBe(0)
  })

  test.each([
    [
      { cpu: '250m', memory: '64Mi' },
      { cpu: level(0.25), memory: level(64 * 1024 ** 2) },
    ],
    [{ cpu: { base: '50m', perRequest: '20m' } }, { cpu: level(0.05), perRequest: { cpu: 0.02 } }],
    [
      { memory: { from: 1, to: 3, over: '2s', after: '1s' } },
      {
        memory: {
          points: [
            [1000, 1],
            [3000, 3],
          ],
        },
      },
    ],
    [
      {
        cpu: {
          points: [
            ['0s', 1],
            ['1m', 2],
          ],
          repeat: '1m',
        },
      },
      {
        cpu: {
          points: [
            [0, 1],
            [60_000, 2],
          ],
          everyMs: 60_000,
        },
      },
    ],
    [{ ram: 1 }, 'usage.ram: there is no such amount: cpu, memory, disk, inodes, pids'],
    [{ cpu: 'much' }, 'usage.cpu: must be a quantity such as 250m or 64Mi'],
    [
      { cpu: { from: 1, over: '1s' } },
      'usage.cpu: must be a quantity, or have base, from/to/over/after, points/repeat, steps/repeat or mean/amplitude/period',
    ],
    [
      {
        cpu: {
          points: [
            ['1m', 1],
            ['0s', 2],
          ],
        },
      },
      'usage.cpu.points: must be in order of time',
    ],
    [{ disk: { perRequest: 1 } }, 'usage.disk.perRequest: only cpu and memory have it'],
  ])('%j is read', (written, amounts) => {
    expect(readUsage(written)).toEqual(amounts)
  })
})
