import { emit, setup, stateIn } from 'xstate'

/**
 * When one kube-proxy writes its rules: at once after a change, but never twice within the minimum sync period. The
 * periodic full sync (syncPeriod, 30 s) is not played: it writes what is there already.
 *
 * Source: pkg/proxy/runner/bounded_frequency_runner.go Loop, pkg/proxy/iptables/proxier.go syncProxyRules
 */
export const kubeProxyMachine = setup({
  types: {
    context: {} as KubeProxyInput,
    input: {} as KubeProxyInput,
    events: {} as { type: 'changed' },
    emitted: {} as { type: 'syncProxyRules' },
  },
  delays: { minSyncPeriod: ({ context }) => context.minSyncPeriodMs },
  guards: { outdated: stateIn({ synced: 'outdated' }) },
  actions: { syncProxyRules: emit({ type: 'syncProxyRules' }) },
}).createMachine({
  id: 'kube-proxy',
  context: ({ input }) => input,
  initial: 'waitingForCaches',
  states: {
    waitingForCaches: { on: { changed: 'synced' } },
    idle: { on: { changed: 'synced' } },
    synced: {
      entry: 'syncProxyRules',
      initial: 'current',
      states: { current: { on: { changed: 'outdated' } }, outdated: {} },
      after: {
        minSyncPeriod: [{ guard: 'outdated', target: 'synced', reenter: true }, { target: 'idle' }],
      },
    },
  },
})

export interface KubeProxyInput {
  readonly minSyncPeriodMs: number
}
