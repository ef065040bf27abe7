import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { createCharts, startChart } from './chart.ts'
import { VirtualClock } from './clock.ts'
import { LiveCharts } from './live-charts.ts'
import { RecordedTrace } from './trace.ts'

const lamp = setup({ types: { events: {} as { type: 'PRESS' } | { type: 'BREAK' } } }).createMachine({
  id: 'lamp',
  initial: 'dark',
  states: {
    dark: { on: { PRESS: 'lit', BREAK: 'broken' } },
    lit: { on: { PRESS: 'dark' } },
    broken: { type: 'final' },
  },
})

function world() {
  const clock = new VirtualClock(0)
  return { clock, trace: new RecordedTrace(clock), charts: new LiveCharts() }
}

const seen = (charts: LiveCharts) =>
  [...charts.positions()].map(({ component, key, machine, state }) => [component, key, machine.id, state])

test('live actors are listed with their state until they end', () => {
  const w = world()
  const actor = startChart(lamp, w, 'hall', undefined, () => {})
  actor.send({ type: 'PRESS' })
  expect(seen(w.charts)).toEqual([['hall', undefined, 'lamp', 'lit']])
  actor.stop()
  expect(seen(w.charts)).toEqual([])
})

test('an actor that reaches its end is no longer listed', () => {
  const w = world()
  startChart(lamp, w, 'hall', undefined, () => {}).send({ type: 'BREAK' })
  expect(seen(w.charts)).toEqual([])
})

test('of many objects each is listed, also one that a tool looks at, until it is stopped', () => {
  const w = world()
  const lamps = createCharts(lamp, w, 'rooms', () => {})
  lamps.start('a', undefined)
  lamps.start('b', undefined)
  lamps.live('b')
  lamps.send('b', { type: 'PRESS' })
  expect(seen(w.charts)).toEqual([
    ['rooms', 'a', 'lamp', 'dark'],
    ['rooms', 'b', 'lamp', 'lit'],
  ])
  lamps.stop('a')
  lamps.stop('b')
  expect(seen(w.charts)).toEqual([])
})
