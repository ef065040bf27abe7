import { emit, setup } from 'xstate'

export interface DiskTimes {
  readonly createDisk: number
  readonly deleteDisk: number
  readonly resizeDisk: number
}

type DiskFact = 'creating' | 'created' | 'growing' | 'grown' | 'deleting' | 'deleted'

/** The life of a disk, apart from where it is attached; its size is another matter than whether it is there. */
export const diskMachine = setup({
  types: {
    context: {} as DiskTimes,
    input: {} as DiskTimes,
    events: {} as { type: 'resize' } | { type: 'delete' },
    emitted: {} as { type: 'entered'; state: DiskFact },
  },
  delays: {
    createDisk: ({ context }) => context.createDisk,
    deleteDisk: ({ context }) => context.deleteDisk,
    resizeDisk: ({ context }) => context.resizeDisk,
  },
  actions: { tell: emit((_, { state }: { state: DiskFact }) => ({ type: 'entered', state })) },
}).createMachine({
  id: 'disk',
  context: ({ input }) => input,
  initial: 'creating',
  states: {
    creating: { after: { createDisk: { target: 'there', actions: { type: 'tell', params: { state: 'created' } } } } },
    there: {
      on: { delete: 'deleting' },
      initial: 'settled',
      states: {
        settled: { on: { resize: 'growing' } },
        growing: {
          after: { resizeDisk: { target: 'settled', actions: { type: 'tell', params: { state: 'grown' } } } },
        },
      },
    },
    deleting: {
      entry: { type: 'tell', params: { state: 'deleting' } },
      after: { deleteDisk: 'deleted' },
    },
    deleted: { type: 'final', entry: { type: 'tell', params: { state: 'deleted' } } },
  },
})
