import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { transitionReport } from './transition-report.ts'

const lamp = setup({ guards: { whole: () => true } }).createMachine({
  id: 'lamp',
  initial: 'dark',
  on: { HIT: {} },
  states: { dark: { on: { PRESS: { target: 'lit', guard: 'whole' } } }, lit: { after: { 500: 'dark' } } },
})

test('the transitions that no process has fired are named', () => {
  expect(transitionReport([{ lamp: [0, 3, 0] }, {}], [lamp])).toEqual({
    text:
      '1 of 3 transitions of 1 statechart were fired; by no scenario:\n' +
      '  lamp: (any state)  HIT\n' +
      '  lamp: lit  after 500 -> dark',
    unfired: 2,
  })
  expect(transitionReport([{ lamp: [1, 3, 0] }, { lamp: [0, 0, 1] }], [lamp])).toEqual({
    text: '3 of 3 transitions of 1 statechart were fired.',
    unfired: 0,
  })
})
