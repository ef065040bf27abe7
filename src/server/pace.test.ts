import { afterEach, describe, expect, it } from 'vitest'
import { Barrier } from '../sim/barrier.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Pace, type PaceOptions } from './pace.ts'

let pace: Pace
afterEach(() => pace.stop())

function start(options?: PaceOptions) {
  const clock = new VirtualClock(Date.now())
  const barrier = new Barrier(clock)
  pace = new Pace(clock, barrier, options)
  pace.start()
  return { clock, barrier }
}

describe('Pace', () => {
  it('skips, and says how far ahead of the wall that leaves it', async () => {
    const { clock } = start()
    const begin = clock.now()
    let rang = 0
    clock.setTimeout(() => rang++, 3_000_000)
    await pace.skip(3_600_000)
    expect(rang).toBe(1)
    expect(clock.now() - begin).toBeGreaterThanOrEqual(3_600_000)
    expect(pace.aheadMs()).toBe(3_600_000)
  })

  it('lets requests in between the slices of a long run', async () => {
    const { clock } = start()
    let left = 20_000
    const again = () => {
      const until = performance.now() + 0.05
      while (performance.now() < until);
      if (--left > 0) clock.setTimeout(again, 1)
    }
    clock.setTimeout(again, 1)
    const skipped = pace.skip(30_000)
    await new Promise((resolve) => setImmediate(resolve))
    const seen = await pace.inject(() => left)
    await skipped
    expect(seen).toBeGreaterThan(0)
    expect(left).toBe(0)
  })

  it('keeps requests out while a shell runs', async () => {
    const { barrier } = start()
    const leave = barrier.enter()
    const order: string[] = []
    const injected = pace.inject(() => order.push('request'))
    setTimeout(() => {
      order.push('shell')
      leave()
    }, 5)
    await injected
    expect(order).toEqual(['shell', 'request'])
  })

  it('waits in virtual time', async () => {
    const { clock } = start({ speed: 1000 })
    const begin = clock.now()
    await pace.wait(5000)
    expect(clock.now() - begin).toBeGreaterThanOrEqual(5000)
  })

  it('reports a broken component and lets nothing in any more', async () => {
    const failures: unknown[] = []
    const { clock } = start({ onFailure: (error) => failures.push(error) })
    clock.setTimeout(() => {
      throw new Error('broken')
    }, 0)
    await expect(pace.inject(() => 1)).rejects.toThrow('broken')
    expect(failures).toHaveLength(1)
  })
})
