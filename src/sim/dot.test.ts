import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { dot } from './dot.ts'

const door = setup({ guards: { locked: () => true } }).createMachine({
  id: 'door',
  initial: 'shut',
  on: { BURN: '.gone' },
  states: {
    shut: { on: { OPEN: 'open' } },
    open: {
      initial: 'ajar',
      on: { SHUT: { target: 'shut', guard: 'locked' } },
      states: { ajar: { on: { PUSH: 'wide' } }, wide: {} },
    },
    gone: { type: 'final' },
  },
})

test('states, states in states, beginnings, ends and labelled arrows', () => {
  const text = dot(door)
  expect(text).toContain('"shut" [label="shut"]')
  expect(text).toContain('subgraph "cluster open" {')
  expect(text).toContain('"gone" [label="gone", peripheries=2]')
  expect(text).toContain('".*" -> "shut"')
  expect(text).toContain('"open.*" -> "open.ajar"')
  expect(text).toContain('"open.ajar" -> "open.wide" [label=" PUSH "]')
})

test('an arrow from or to a frame is clipped at it, and what happens in any state is drawn in each', () => {
  const text = dot(door)
  expect(text).toContain('"shut" -> "open.ajar" [label=" OPEN "] [lhead="cluster open"]')
  expect(text).toContain('"open.ajar" -> "shut" [label=" SHUT [locked] "] [ltail="cluster open"]')
  expect(text).toContain('"shut" -> "gone" [label=" BURN "]')
  expect(text).toContain('"open.ajar" -> "gone" [label=" BURN "] [ltail="cluster open"]')
})
