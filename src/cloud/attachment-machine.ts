import { emit, setup } from 'xstate'

export interface AttachmentTimes {
  readonly attachDisk: number
  readonly detachDisk: number
}

type AttachmentFact = 'attached' | 'detaching' | 'detached'

/** One disk at one machine: a machine that goes for good lets go of it at once. */
export const attachmentMachine = setup({
  types: {
    context: {} as AttachmentTimes,
    input: {} as AttachmentTimes,
    events: {} as { type: 'detach' } | { type: 'instanceGone' },
    emitted: {} as { type: 'entered'; state: AttachmentFact },
  },
  delays: {
    attachDisk: ({ context }) => context.attachDisk,
    detachDisk: ({ context }) => context.detachDisk,
  },
  actions: { tell: emit((_, { state }: { state: AttachmentFact }) => ({ type: 'entered', state })) },
}).createMachine({
  id: 'attachment',
  context: ({ input }) => input,
  initial: 'there',
  on: { instanceGone: '.detached' },
  states: {
    there: {
      on: { detach: 'detaching' },
      initial: 'attaching',
      states: {
        attaching: { after: { attachDisk: 'attached' } },
        attached: { entry: { type: 'tell', params: { state: 'attached' } } },
      },
    },
    detaching: {
      entry: { type: 'tell', params: { state: 'detaching' } },
      after: { detachDisk: 'detached' },
    },
    detached: { type: 'final', entry: { type: 'tell', params: { state: 'detached' } } },
  },
})
