import { emit, setup } from 'xstate'

/**
 * The life of one kubelet process.
 * Source: cmd/kubelet/app/server.go, pkg/kubelet/kubelet.go Run
 */
export const kubeletMachine = setup({
  types: {
    events: {} as
      | { readonly type: 'configured' }
      /** A file it needs is missing or wrong. */
      | { readonly type: 'misconfigured' }
      | { readonly type: 'apiReachable' }
      | { readonly type: 'apiUnreachable' }
      | { readonly type: 'registered' }
      /** The process ends. */
      | { readonly type: 'stop' },
    emitted: {} as
      | { readonly type: 'run' }
      | { readonly type: 'exit' }
      | { readonly type: 'catchUp' }
      | { readonly type: 'showStaticPods' }
      | { readonly type: 'release' },
  },
  actions: {
    run: emit({ type: 'run' }),
    exit: emit({ type: 'exit' }),
    /** Takes up the pods the API has for this node and writes what could not be written. */
    catchUp: emit({ type: 'catchUp' }),
    showStaticPods: emit({ type: 'showStaticPods' }),
    release: emit({ type: 'release' }),
  },
}).createMachine({
  id: 'kubelet',
  initial: 'starting',
  states: {
    starting: {
      on: { configured: 'running', misconfigured: 'failed' },
    },
    running: {
      entry: 'run',
      exit: 'release',
      type: 'parallel',
      on: { stop: 'stopped' },
      states: {
        api: {
          initial: 'unreachable',
          states: {
            /** Static pods run, nothing is heard or told. */
            unreachable: { on: { apiReachable: 'reachable' } },
            reachable: { entry: 'catchUp', on: { apiUnreachable: 'unreachable' } },
          },
        },
        node: {
          initial: 'registering',
          states: {
            registering: { on: { registered: 'registered' } },
            /** The Node is known: it can own mirror pods. */
            registered: { entry: 'showStaticPods' },
          },
        },
      },
    },
    failed: { entry: 'exit', type: 'final' },
    stopped: { type: 'final' },
  },
})
