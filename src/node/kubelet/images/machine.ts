import { assign, emit, setup } from 'xstate'

/** Source: pkg/kubelet/kubelet.go imageBackOffPeriod, MaxImageBackOff */
const IMAGE_BACK_OFF_PERIOD = 10_000
const MAX_IMAGE_BACK_OFF = 300_000

/**
 * One image that one pod needs, until it is there.
 * Source: pkg/kubelet/images/image_manager.go pullImage, client-go/util/flowcontrol/backoff.go
 */
export const imagePullMachine = setup({
  types: {
    context: {} as { readonly backOffMs: number; readonly failedAt: number },
    events: {} as
      | { readonly type: 'pulled' }
      | { readonly type: 'failed'; readonly now: number }
      /** The pod is synced again. */
      | { readonly type: 'ensure'; readonly now: number },
    emitted: {} as { readonly type: 'pull' } | { readonly type: 'backOff' },
  },
  guards: {
    inBackOff: ({ context, event }) => event.type === 'ensure' && event.now - context.failedAt < context.backOffMs,
  },
  actions: {
    pull: emit({ type: 'pull' }),
    backOff: emit({ type: 'backOff' }),
    nextBackOff: assign(({ context, event }) => {
      if (event.type !== 'failed') return context
      const expired = event.now - context.failedAt > 2 * MAX_IMAGE_BACK_OFF
      const doubled = Math.min(context.backOffMs * 2, MAX_IMAGE_BACK_OFF)
      return { failedAt: event.now, backOffMs: expired ? IMAGE_BACK_OFF_PERIOD : doubled }
    }),
  },
}).createMachine({
  id: 'image-pull',
  context: { backOffMs: 0, failedAt: Number.NEGATIVE_INFINITY },
  initial: 'pulling',
  states: {
    pulling: {
      entry: 'pull',
      on: { pulled: 'pulled', failed: { target: 'failed', actions: 'nextBackOff' } },
    },
    /** The sync that waited for the pull has yet to say so. */
    failed: { on: { ensure: 'errImagePull' } },
    errImagePull: {
      on: { ensure: [{ guard: 'inBackOff', target: 'backingOff' }, 'pulling'] },
    },
    /** ImagePullBackOff */
    backingOff: {
      entry: 'backOff',
      on: { ensure: [{ guard: 'inBackOff', target: 'backingOff', reenter: true }, 'pulling'] },
    },
    pulled: { type: 'final' },
  },
})
