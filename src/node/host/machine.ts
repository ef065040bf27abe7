import { assign, emit, setup } from 'xstate'

/** Power of one machine. Its systemd starts when it is on; what it ran ends when it is not. */
export const powerMachine = setup({
  types: {
    context: {} as PowerInput & { readonly next: 'off' | 'booting'; readonly inhibitedMs: number },
    input: {} as PowerInput,
    events: {} as
      | { type: 'power.on'; immediately: boolean }
      | { type: 'power.off' | 'released' }
      /** In order, by whoever is logged in. */
      | { type: 'shutdown'; next: 'off' | 'booting'; inhibitedMs: number },
    emitted: {} as { type: 'boot' | 'halt' | 'announce' },
  },
  delays: {
    bootDuration: ({ context }) => context.bootDurationMs,
    /** Of systemd-logind: InhibitDelayMaxSec. */
    inhibitDelay: ({ context }) => context.inhibitedMs,
  },
  guards: {
    immediately: ({ event }) => event.type === 'power.on' && event.immediately,
    comesBack: ({ context }) => context.next === 'booting',
  },
  actions: {
    boot: emit({ type: 'boot' }),
    halt: emit({ type: 'halt' }),
    announce: emit({ type: 'announce' }),
    remember: assign(({ context, event }) =>
      event.type === 'shutdown' ? { ...context, next: event.next, inhibitedMs: event.inhibitedMs } : context,
    ),
  },
}).createMachine({
  id: 'host-power',
  context: ({ input }) => ({ ...input, next: 'off' as const, inhibitedMs: 0 }),
  initial: 'off',
  states: {
    off: { on: { 'power.on': [{ guard: 'immediately', target: 'on' }, { target: 'booting' }] } },
    booting: {
      after: { bootDuration: 'on' },
      on: { 'power.off': 'off' },
    },
    on: {
      entry: 'boot',
      exit: 'halt',
      initial: 'running',
      on: { 'power.off': 'off' },
      states: {
        running: { on: { shutdown: { target: 'shuttingDown', actions: 'remember' } } },
        /** Those who hold it up have their time. */
        shuttingDown: {
          entry: 'announce',
          on: {
            released: [{ guard: 'comesBack', target: '#host-power.booting' }, { target: '#host-power.off' }],
          },
          after: {
            inhibitDelay: [{ guard: 'comesBack', target: '#host-power.booting' }, { target: '#host-power.off' }],
          },
        },
      },
    },
  },
})

export interface PowerInput {
  /** From power-on until systemd starts units. */
  readonly bootDurationMs: number
}
