import { emit, setup } from 'xstate'

/**
 * The life of one CoreDNS process: it waits for the API's data before it serves, and stays for a while after SIGTERM.
 *
 * Source: coredns plugin/kubernetes/setup.go (InitKubeCache, 5 s), plugin/health/health.go (lameduck)
 */
export const corednsMachine = setup({
  types: {
    context: {} as CorednsInput,
    input: {} as CorednsInput,
    events: {} as CorednsEvent,
    emitted: {} as CorednsEffect,
  },
  delays: {
    startupTimeout: 5000,
    lameduck: ({ context }) => context.lameduckMs,
    reloadInterval: ({ context }) => context.reloadMs,
  },
  guards: { reloads: ({ context }) => context.reloadMs > 0 },
  actions: {
    sayWaiting: emit({ type: 'waiting' }),
    sayUnsynced: emit({ type: 'unsynced' }),
    serve: emit({ type: 'serve' }),
    reload: emit({ type: 'reload' }),
    sayLameduck: emit({ type: 'lameduck' }),
    exit: emit({ type: 'exit' }),
  },
}).createMachine({
  id: 'coredns',
  context: ({ input }) => input,
  initial: 'waitingForApi',
  states: {
    waitingForApi: {
      entry: 'sayWaiting',
      on: { synced: 'serving', sigterm: 'ended' },
      after: { startupTimeout: { target: 'serving', actions: 'sayUnsynced' } },
    },
    serving: {
      entry: 'serve',
      initial: 'current',
      states: {
        current: { on: { 'corefile.changed': { guard: 'reloads', target: 'outdated' } } },
        outdated: { after: { reloadInterval: { target: 'current', actions: 'reload' } } },
      },
      on: { sigterm: 'lameduck' },
    },
    lameduck: { entry: 'sayLameduck', after: { lameduck: 'ended' } },
    ended: { type: 'final', entry: 'exit' },
  },
})

export interface CorednsInput {
  /** `health { lameduck 5s }` */
  readonly lameduckMs: number
  /** How often `reload` looks at the Corefile; 0 without the plugin. */
  readonly reloadMs: number
}

export type CorednsEvent = { readonly type: 'synced' | 'corefile.changed' | 'sigterm' }
export type CorednsEffect = { readonly type: 'waiting' | 'unsynced' | 'serve' | 'reload' | 'lameduck' | 'exit' }
