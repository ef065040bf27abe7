import { emit, setup } from 'xstate'
import type { InstanceState } from './contract.ts'

export interface InstanceTimes {
  readonly startInstance: number
  readonly stopInstance: number
  readonly terminateInstance: number
}

/**
 * The life of a rented machine, in the states clouds have for it: it is there when the cluster begins. One that is
 * stopped keeps its disks and addresses.
 */
export const instanceMachine = setup({
  types: {
    context: {} as InstanceTimes,
    input: {} as InstanceTimes,
    events: {} as { type: 'start' } | { type: 'stop' } | { type: 'terminate' },
    emitted: {} as { type: 'entered'; state: InstanceState },
  },
  delays: {
    startInstance: ({ context }) => context.startInstance,
    stopInstance: ({ context }) => context.stopInstance,
    terminateInstance: ({ context }) => context.terminateInstance,
  },
  actions: { tell: emit((_, { state }: { state: InstanceState }) => ({ type: 'entered', state })) },
}).createMachine({
  id: 'instance',
  context: ({ input }) => input,
  initial: 'running',
  states: {
    pending: {
      entry: { type: 'tell', params: { state: 'pending' } },
      on: { terminate: 'terminating' },
      after: { startInstance: 'running' },
    },
    running: {
      entry: { type: 'tell', params: { state: 'running' } },
      on: { stop: 'stopping', terminate: 'terminating' },
    },
    stopping: {
      entry: { type: 'tell', params: { state: 'stopping' } },
      on: { terminate: 'terminating' },
      after: { stopInstance: 'stopped' },
    },
    stopped: {
      entry: { type: 'tell', params: { state: 'stopped' } },
      on: { start: 'pending', terminate: 'terminating' },
    },
    terminating: {
      entry: { type: 'tell', params: { state: 'terminating' } },
      after: { terminateInstance: 'terminated' },
    },
    terminated: { type: 'final', entry: { type: 'tell', params: { state: 'terminated' } } },
  },
})
