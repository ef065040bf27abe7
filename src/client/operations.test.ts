import { expect, test } from 'vitest'
import { VirtualClock } from '../sim/clock.ts'
import { startOperations } from './operations.ts'

function start(maxFailures?: number) {
  const clock = new VirtualClock(0)
  const begun: string[] = []
  const running = new Map<string, (error?: string) => void>()
  const operations = startOperations({
    world: { clock, trace: { add: () => undefined } },
    rateLimits: { baseMs: 1000, maxMs: 4000 },
    ...(maxFailures !== undefined && { maxFailures }),
    work(key, done) {
      begun.push(`${key}@${clock.now()}`)
      running.set(key, done)
    },
  })
  const end = (key: string, error?: string) => {
    running.get(key)!(error)
    clock.settle()
  }
  const add = (key: string) => {
    operations.add(key)
    clock.settle()
  }
  return { clock, begun, operations, add, end }
}

test('a key is worked on once at a time, others beside it', () => {
  const { begun, add, end } = start()
  add('a')
  add('b')
  add('a')
  expect(begun).toEqual(['a@0', 'b@0'])
  end('a')
  expect(begun).toEqual(['a@0', 'b@0', 'a@0'])
})

test('what fails comes back later each time, until it has failed too often', () => {
  const { clock, begun, add, end } = start(2)
  add('a')
  end('a', 'no')
  clock.advance(1000)
  end('a', 'no')
  clock.advance(2000)
  end('a', 'no')
  clock.advance(60_000)
  expect(begun).toEqual(['a@0', 'a@1000', 'a@3000'])
  add('a')
  expect(begun).toHaveLength(4)
})

test('nothing begins after the end', () => {
  const { begun, operations, add } = start()
  operations.stop()
  add('a')
  expect(begun).toEqual([])
})
