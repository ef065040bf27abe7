import { expect, test } from 'vitest'
import { unknownError } from '../../api/status.ts'
import { WorkQueue } from '../../client/work-queue.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { startLoop } from './machine.ts'

function loopOf(clock: VirtualClock, reconcile: (key: string) => ReturnType<typeof unknownError> | undefined) {
  return startLoop({ component: 'test', world: { clock, trace: { add: () => undefined } }, reconcile })
}

test('a key that is queued often is reconciled once, in order', () => {
  const clock = new VirtualClock()
  const seen: string[] = []
  const loop = loopOf(clock, (key) => {
    seen.push(key)
    return undefined
  })
  for (const key of ['a', 'b', 'a', 'c', 'b']) loop.queue.add(key)
  expect(seen).toEqual([])
  clock.settle()
  expect(seen).toEqual(['a', 'b', 'c'])
  loop.queue.add('a')
  clock.settle()
  expect(seen).toEqual(['a', 'b', 'c', 'a'])
})

test('a key that is queued while it is reconciled comes again', () => {
  const clock = new VirtualClock()
  let runs = 0
  const loop = loopOf(clock, (key) => {
    if (runs++ === 0) loop.queue.add(key)
    return undefined
  })
  loop.queue.add('a')
  clock.settle()
  expect(runs).toBe(2)
})

test('a failing key comes back after 5, 10, 20 ms … at most 1000 s, and starts over when it succeeds', () => {
  const clock = new VirtualClock()
  const at: number[] = []
  const loop = loopOf(clock, () => {
    at.push(clock.now())
    return at.length === 5 ? undefined : unknownError('no')
  })
  loop.queue.add('a')
  clock.advance(200)
  expect(at).toEqual([0, 5, 15, 35, 75])
  loop.queue.add('a')
  clock.advance(10)
  expect(at.slice(5)).toEqual([200, 205])
  clock.advance(5_000_000)
  const waits = at.slice(-3).map((time, i, all) => time - (all[i - 1] ?? time))
  expect(waits.slice(1)).toEqual([1_000_000, 1_000_000])
})

test('of two later times the earlier counts', () => {
  const clock = new VirtualClock()
  const ready: number[] = []
  const queue = new WorkQueue(clock, () => ready.push(clock.now()))
  queue.addAfter('a', 100)
  queue.addAfter('a', 50)
  queue.addAfter('a', 200)
  clock.advance(1000)
  expect(ready).toEqual([50])
})

test('a stopped loop does nothing more', () => {
  const clock = new VirtualClock()
  let runs = 0
  const loop = loopOf(clock, () => {
    runs++
    return undefined
  })
  loop.queue.add('a')
  loop.queue.addAfter('b', 10)
  loop.stop()
  clock.advance(100)
  expect(runs).toBe(0)
})
