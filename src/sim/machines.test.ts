import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { mermaid } from './machines.ts'

const machine = setup({
  types: { events: {} as { type: 'STOP' } | { type: 'GO' } },
  guards: { allowed: () => true },
  delays: { grace: 30 },
  actions: { note: () => {} },
}).createMachine({
  id: 'm',
  initial: 'down',
  on: { STOP: '.ended' },
  states: {
    down: { on: { GO: { target: 'up', guard: 'allowed' } }, after: { grace: 'ended' } },
    up: {
      initial: 'cold',
      on: { GO: { actions: 'note' } },
      states: { cold: { always: { target: 'warm', guard: 'allowed' } }, warm: {} },
    },
    ended: { type: 'final' },
  },
})

test('a machine as a diagram', () => {
  expect(mermaid(machine)).toBe(`stateDiagram-v2
  [*] --> down
  state "down" as down
  state "up" as up {
    [*] --> up_cold
    state "cold" as up_cold
    state "warm" as up_warm
  }
  state "ended" as ended
  ended --> [*]
  down --> ended: STOP<br/>after grace
  up --> ended: STOP
  down --> up: GO [allowed]
  up --> up: GO
  up_cold --> up_warm: always [allowed]
`)
})

test('a machine whose states are beside each other has one state around them', () => {
  const pair = setup({}).createMachine({ id: 'pa-ir', type: 'parallel', states: { a: {}, b: {} } })
  expect(mermaid(pair)).toBe(`stateDiagram-v2
  state "pa-ir" as pa_ir {
    state "a" as a
    --
    state "b" as b
  }
`)
})
