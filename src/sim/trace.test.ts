import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordedTrace } from './trace.ts'

const clock = { now: () => 5 }

test('holds the newest entries and counts all', () => {
  const trace = new RecordedTrace(clock, { keep: 3 })
  for (let i = 0; i < 500; i++) trace.add('a', String(i))
  expect(trace.entries().map(({ what }) => what)).toEqual(['497', '498', '499'])
  expect(trace.count).toBe(500)
})

test('a transition is written as text when somebody reads it', () => {
  const trace = new RecordedTrace(clock)
  trace.transition('kubelet/n1', 'web', 'STOP', 'up', 'down')
  trace.transition('kcm', undefined, 'init', '', 'up')
  expect(trace.text()).toBe('5 kubelet/n1/web STOP: up -> down\n5 kcm init:  -> up\n')
})

test('the hash is of the text alone: not of what is held, nor of how an entry was given', () => {
  const entry = fc.record({
    component: fc.string(),
    key: fc.string(),
    event: fc.string(),
    from: fc.string(),
    to: fc.string(),
  })
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const held = new RecordedTrace(clock, { keep: 'all' })
      const dropped = new RecordedTrace(clock, { keep: 0 })
      for (const { component, key, event, from, to } of entries) {
        held.transition(component, key, event, from, to)
        dropped.add(`${component}/${key}`, `${event}: ${from} -> ${to}`)
      }
      expect(dropped.hash).toBe(held.hash)
      expect(dropped.entries()).toEqual([])
    }),
  )
})

test('one character more or less is another hash', () => {
  const hashes = ['', 'a', 'b', 'ab', 'ba', 'a b'].map((what) => {
    const trace = new RecordedTrace(clock)
    trace.add('x', what)
    return trace.hash
  })
  expect(new Set(hashes).size).toBe(hashes.length)
})
