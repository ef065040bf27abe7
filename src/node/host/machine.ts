import { emit, setup } from 'xstate'

/** Power of one machine. Its systemd starts when it is on; what it ran ends when it is not. */
export const powerMachine = setup({
  types: {
    context: {} as PowerInput,
    input: {} as PowerInput,
    events: {} as { type: 'power.on'; immediately: boolean } | { type: 'power.off' | 'reboot' },
    emitted: {} as { type: 'boot' | 'halt' },
  },
  delays: { bootDuration: ({ context }) => context.bootDurationMs },
  guards: { immediately: ({ event }) => event.type === 'power.on' && event.immediately },
  actions: { boot: emit({ type: 'boot' }), halt: emit({ type: 'halt' }) },
}).createMachine({
  id: 'host-power',
  context: ({ input }) => input,
  initial: 'off',
  states: {
    off: { on: { 'power.on': [{ guard: 'immediately', target: 'on' }, { target: 'booting' }] } },
    booting: {
      after: { bootDuration: 'on' },
      on: { 'power.off': 'off', reboot: { target: 'booting', reenter: true } },
    },
    on: {
      entry: 'boot',
      exit: 'halt',
      on: { 'power.off': 'off', reboot: 'booting' },
    },
  },
})

export interface PowerInput {
  /** From power-on until systemd starts units. */
  readonly bootDurationMs: number
}
