import { assign, emit, setup } from 'xstate'

/**
 * A container as containerd and its shim know it.
 * Source: containerd internal/cri/server (container_start.go, container_stop.go), cri-api ContainerState.
 */
export const containerMachine = setup({
  types: {
    context: {} as { readonly gracePeriodMs: number },
    events: {} as
      | { readonly type: 'start' }
      | { readonly type: 'stop'; readonly gracePeriodMs: number }
      | { readonly type: 'exited' },
    emitted: {} as { readonly type: 'run' } | { readonly type: 'sigterm' } | { readonly type: 'sigkill' },
  },
  guards: {
    noGrace: ({ event }) => event.type === 'stop' && event.gracePeriodMs <= 0,
  },
  actions: {
    run: emit({ type: 'run' }),
    sigterm: emit({ type: 'sigterm' }),
    sigkill: emit({ type: 'sigkill' }),
    rememberGrace: assign({
      gracePeriodMs: ({ context, event }) => (event.type === 'stop' ? event.gracePeriodMs : context.gracePeriodMs),
    }),
  },
  delays: {
    gracePeriod: ({ context }) => context.gracePeriodMs,
  },
}).createMachine({
  id: 'runtime-container',
  context: { gracePeriodMs: 0 },
  initial: 'created',
  states: {
    created: {
      on: { start: 'running', exited: 'exited' },
    },
    running: {
      entry: 'run',
      initial: 'serving',
      on: { exited: 'exited' },
      states: {
        serving: {
          on: {
            stop: [
              { guard: 'noGrace', target: 'killed' },
              { target: 'stopping', actions: ['rememberGrace', 'sigterm'] },
            ],
          },
        },
        stopping: {
          on: {
            stop: [
              { guard: 'noGrace', target: 'killed' },
              { target: 'stopping', reenter: true, actions: 'rememberGrace' },
            ],
          },
          after: { gracePeriod: 'killed' },
        },
        killed: { entry: 'sigkill' },
      },
    },
    exited: { type: 'final' },
  },
})
