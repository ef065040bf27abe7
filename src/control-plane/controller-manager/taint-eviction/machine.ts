import { emit, setup } from 'xstate'

export interface EvictionInput {
  /** How long the pod tolerates the node's taints, ms. */
  readonly delayMs: number
}

/**
 * A pod on a node with a NoExecute taint that it tolerates for a while: then it is deleted. Taking the taint away stops
 * the chart before that.
 * Source: pkg/controller/tainteviction/timed_workers.go TimedWorker
 */
export const podEvictionMachine = setup({
  types: {
    input: {} as EvictionInput,
    context: {} as EvictionInput,
    emitted: {} as { type: 'evict' },
  },
  actions: { evict: emit({ type: 'evict' }) },
  delays: { tolerationSeconds: ({ context }) => context.delayMs },
}).createMachine({
  id: 'pod-eviction',
  context: ({ input }) => input,
  initial: 'tolerating',
  states: {
    tolerating: { after: { tolerationSeconds: 'evicting' } },
    evicting: { entry: 'evict', type: 'final' },
  },
})
