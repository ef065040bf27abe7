import { emit, setup } from 'xstate'

/** A snapshot holds what the disk held when it was asked for, and can be used once it is completed. */
export const snapshotMachine = setup({
  types: {
    context: {} as { readonly createSnapshot: number },
    input: {} as { readonly createSnapshot: number },
    emitted: {} as { type: 'completed' },
  },
  delays: { createSnapshot: ({ context }) => context.createSnapshot },
  actions: { tellThatItIsCompleted: emit({ type: 'completed' }) },
}).createMachine({
  id: 'snapshot',
  context: ({ input }) => input,
  initial: 'pending',
  states: {
    pending: { after: { createSnapshot: 'completed' } },
    completed: { type: 'final', entry: 'tellThatItIsCompleted' },
  },
})
