import { assign, emit, setup } from 'xstate'

export interface BackendTimes {
  readonly intervalMs: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

interface BackendContext extends BackendTimes {
  /** How often in a row a check has said something else than is believed. */
  readonly contrary: number
}

/**
 * What a load balancer believes of a machine: it changes its mind after so many checks in a row that say otherwise. It
 * checks every interval while there is something to find out, and rests once nothing can change.
 */
export const backendMachine = setup({
  types: {
    context: {} as BackendContext,
    input: {} as BackendTimes,
    events: {} as { type: 'passed' } | { type: 'failed' } | { type: 'rest' } | { type: 'stale' },
    emitted: {} as { type: 'check' } | { type: 'believes'; health: 'healthy' | 'unhealthy' },
  },
  guards: {
    oftenEnough: ({ context }, threshold: 'healthyThreshold' | 'unhealthyThreshold') =>
      context.contrary + 1 >= context[threshold],
  },
  delays: { interval: ({ context }) => context.intervalMs },
  actions: {
    count: assign({ contrary: ({ context }) => context.contrary + 1 }),
    countAnew: assign({ contrary: 0 }),
    check: emit({ type: 'check' }),
    tell: emit((_, { health }: { health: 'healthy' | 'unhealthy' }) => ({ type: 'believes', health })),
  },
}).createMachine({
  id: 'backend',
  context: ({ input }) => ({ ...input, contrary: 0 }),
  type: 'parallel',
  states: {
    health: {
      initial: 'initial',
      states: {
        initial: {
          on: {
            passed: [
              { guard: { type: 'oftenEnough', params: 'healthyThreshold' }, target: 'healthy' },
              { actions: 'count' },
            ],
            failed: 'unhealthy',
          },
        },
        healthy: {
          entry: ['countAnew', { type: 'tell', params: { health: 'healthy' } }],
          on: {
            passed: { actions: 'countAnew' },
            failed: [
              { guard: { type: 'oftenEnough', params: 'unhealthyThreshold' }, target: 'unhealthy' },
              { actions: 'count' },
            ],
          },
        },
        unhealthy: {
          entry: ['countAnew', { type: 'tell', params: { health: 'unhealthy' } }],
          on: {
            passed: [
              { guard: { type: 'oftenEnough', params: 'healthyThreshold' }, target: 'healthy' },
              { actions: 'count' },
            ],
            failed: { actions: 'countAnew' },
          },
        },
      },
    },
    checks: {
      initial: 'due',
      states: {
        due: { entry: 'check', on: { rest: 'resting' }, after: { interval: { target: 'due', reenter: true } } },
        resting: { on: { stale: 'waiting' } },
        waiting: { after: { interval: 'due' } },
      },
    },
  },
})
