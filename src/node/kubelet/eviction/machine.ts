import { emit, setup } from 'xstate'

/**
 * One of a node's pressures: memory, disk, PID. It outlives the last time a threshold was met by the transition period,
 * so that the node does not go back and forth.
 * Source: pkg/kubelet/eviction/helpers.go nodeConditionsObservedSince
 */
export const pressureMachine = setup({
  types: {
    context: {} as { readonly transitionPeriodMs: number },
    input: {} as { readonly transitionPeriodMs: number },
    events: {} as { readonly type: 'observed' } | { readonly type: 'notObserved' },
    emitted: {} as { readonly type: 'begins' } | { readonly type: 'ends' },
  },
  actions: {
    begins: emit({ type: 'begins' }),
    ends: emit({ type: 'ends' }),
  },
  delays: { evictionPressureTransitionPeriod: ({ context }) => context.transitionPeriodMs },
}).createMachine({
  id: 'node-pressure',
  context: ({ input }) => input,
  initial: 'calm',
  states: {
    calm: { on: { observed: { target: 'pressure', actions: 'begins' } } },
    pressure: {
      initial: 'met',
      states: {
        met: {
          on: { notObserved: 'subsiding' },
        },
        /** No threshold is met any more; the node still says so. */
        subsiding: {
          on: { observed: 'met' },
          after: { evictionPressureTransitionPeriod: '#node-pressure.calm' },
        },
      },
      exit: 'ends',
    },
  },
})
