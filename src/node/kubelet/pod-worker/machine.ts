import { assign, emit, setup } from 'xstate'

/** Source: pkg/kubelet/pod_workers.go: backOffPeriod 10 s, backOffOnTransientErrorPeriod 1 s, jitter factor 0.5 */
export const BACK_OFF_PERIOD = 10_000
export const TRANSIENT_BACK_OFF_PERIOD = 1_000
export const BACK_OFF_JITTER = 0.5
export const SYNC_FREQUENCY = 60_000

/**
 * The worker that drives one pod on this node.
 * Source: pkg/kubelet/pod_workers.go (SyncPod, TerminatingPod, TerminatedPod), completeWork
 */
export const podWorkerMachine = setup({
  types: {
    context: {} as { readonly retryMs: number },
    events: {} as
      /** Something the pod depends on has changed: its object, a container, an image, a probe, a volume. */
        | { readonly type: 'changed' }
        | { readonly type: 'synced' }
        /** The sync met an error and is to be tried again. */
        | { readonly type: 'failed'; readonly retryMs: number }
        /** The pod is to end; again when its grace period was shortened. */
        | { readonly type: 'terminate' }
        /** All containers have ended. */
        | { readonly type: 'stopped' },
    emitted: {} as { readonly type: 'syncPod' } | { readonly type: 'killPod' } | { readonly type: 'finishPod' },
  },
  actions: {
    syncPod: emit({ type: 'syncPod' }),
    killPod: emit({ type: 'killPod' }),
    finishPod: emit({ type: 'finishPod' }),
    rememberRetry: assign({
      retryMs: ({ context, event }) => (event.type === 'failed' ? event.retryMs : context.retryMs),
    }),
  },
  delays: {
    retry: ({ context }) => context.retryMs,
  },
}).createMachine({
  id: 'pod-worker',
  context: { retryMs: 0 },
  initial: 'syncing',
  on: { terminate: '.terminating' },
  states: {
    syncing: {
      entry: 'syncPod',
      on: { synced: 'running', failed: { target: 'backingOff', actions: 'rememberRetry' } },
    },
    running: { on: { changed: 'syncing' } },
    backingOff: {
      on: { changed: 'syncing' },
      after: { retry: 'syncing' },
    },
    terminating: {
      entry: 'killPod',
      on: { stopped: 'terminated', terminate: { target: 'terminating', reenter: true } },
    },
    terminated: { entry: 'finishPod', type: 'final' },
  },
})
