import { assign, emit, setup } from 'xstate'

export interface ShutdownInput {
  /** How long each group of pods gets, ms; those that go first come first. */
  readonly groupsMs: readonly number[]
}

/**
 * How a kubelet holds up the shutdown of its node until its pods have ended, group by group.
 * Source: pkg/kubelet/nodeshutdown/nodeshutdown_manager.go killPods
 */
export const nodeShutdownMachine = setup({
  types: {
    input: {} as ShutdownInput,
    context: {} as ShutdownInput & { readonly group: number },
    events: {} as { readonly type: 'shutdown' } | { readonly type: 'gone' },
    emitted: {} as
      | { readonly type: 'announce' }
      | { readonly type: 'killGroup'; readonly group: number }
      | { readonly type: 'release' },
  },
  guards: { isLast: ({ context }) => context.group >= context.groupsMs.length - 1 },
  actions: {
    announce: emit({ type: 'announce' }),
    killGroup: emit(({ context }) => ({ type: 'killGroup' as const, group: context.group })),
    release: emit({ type: 'release' }),
    nextGroup: assign(({ context }) => ({ ...context, group: context.group + 1 })),
  },
  delays: { shutdownGracePeriod: ({ context }) => context.groupsMs[context.group] ?? 0 },
}).createMachine({
  id: 'node-shutdown',
  context: ({ input }) => ({ ...input, group: 0 }),
  initial: 'watching',
  states: {
    watching: { on: { shutdown: { target: 'terminating', actions: 'announce' } } },
    terminating: {
      entry: 'killGroup',
      on: {
        gone: [
          { guard: 'isLast', target: 'released' },
          { target: 'terminating', reenter: true, actions: 'nextGroup' },
        ],
      },
      after: {
        shutdownGracePeriod: [
          { guard: 'isLast', target: 'released' },
          { target: 'terminating', reenter: true, actions: 'nextGroup' },
        ],
      },
    },
    /** The machine may go down. */
    released: { entry: 'release', type: 'final' },
  },
})
