import { emit, setup } from 'xstate'
import type { BalancerState } from './contract.ts'

export interface BalancerTimes {
  readonly createLoadBalancer: number
  readonly updateLoadBalancer: number
  readonly deleteLoadBalancer: number
}

/** The life of a load balancer. While it is updated it carries traffic as before. */
export const loadBalancerMachine = setup({
  types: {
    context: {} as BalancerTimes,
    input: {} as BalancerTimes,
    events: {} as { type: 'update' } | { type: 'delete' },
    emitted: {} as { type: 'entered'; state: BalancerState | 'deleted' },
  },
  delays: {
    createLoadBalancer: ({ context }) => context.createLoadBalancer,
    updateLoadBalancer: ({ context }) => context.updateLoadBalancer,
    deleteLoadBalancer: ({ context }) => context.deleteLoadBalancer,
  },
  actions: { tell: emit((_, { state }: { state: BalancerState | 'deleted' }) => ({ type: 'entered', state })) },
}).createMachine({
  id: 'load-balancer',
  context: ({ input }) => input,
  initial: 'there',
  states: {
    there: {
      on: { delete: 'deleting' },
      initial: 'provisioning',
      states: {
        provisioning: { after: { createLoadBalancer: 'active' } },
        active: { entry: { type: 'tell', params: { state: 'active' } }, on: { update: 'updating' } },
        updating: {
          entry: { type: 'tell', params: { state: 'updating' } },
          on: { update: { target: 'updating', reenter: true } },
          after: { updateLoadBalancer: 'active' },
        },
      },
    },
    deleting: {
      entry: { type: 'tell', params: { state: 'deleting' } },
      after: { deleteLoadBalancer: 'deleted' },
    },
    deleted: { type: 'final', entry: { type: 'tell', params: { state: 'deleted' } } },
  },
})
