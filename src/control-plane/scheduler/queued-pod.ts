import { assign, emit, setup } from 'xstate'

/** Of the configuration. Source: pkg/scheduler/backend/queue/scheduling_queue.go */
export interface Backoff {
  readonly podInitialBackoffSeconds: number
  readonly podMaxBackoffSeconds: number
}

/** Back-offs end in whole windows, so that priority decides among pods of one. Source: backoff_queue.go */
const BACKOFF_WINDOW_MS = 1000

interface Context {
  readonly backoff: Backoff
  readonly unschedulableCount: number
  readonly consecutiveErrorsCount: number
  /** Virtual ms at which the window of the last back-off begins; 0: none. */
  readonly backoffExpiration: number
  /** Virtual ms of the event at hand. */
  readonly now: number
}

export type QueuedPodEvent =
  | { readonly type: 'pop'; readonly now: number }
  | { readonly type: 'unschedulable'; readonly now: number }
  | { readonly type: 'error'; readonly now: number }
  /** Something happened that may let the pod through. */
  | { readonly type: 'requeue'; readonly now: number }
  /** It is to be tried now, whatever it waits for. */
  | { readonly type: 'activate'; readonly now: number }
  | { readonly type: 'gate'; readonly now: number }
  | { readonly type: 'ungate'; readonly now: number }

/** Where the queue has to put the pod. */
export type QueuedPodEmitted =
  | { readonly type: 'active' }
  | { readonly type: 'backoff'; readonly expiration: number; readonly error: boolean }
  | { readonly type: 'waiting' }
  | { readonly type: 'gated' }

const alignToWindow = (ms: number): number => Math.floor(ms / BACKOFF_WINDOW_MS) * BACKOFF_WINDOW_MS

/** Virtual ms; 1 s doubling to 10 s unless configured. Source: backoff_queue.go calculateBackoffDuration */
export const backoffDuration = (count: number, { podInitialBackoffSeconds, podMaxBackoffSeconds }: Backoff): number =>
  Math.min(podInitialBackoffSeconds * 2 ** (count - 1), podMaxBackoffSeconds) * 1000

/**
 * A pod in the scheduling queue.
 * Source: pkg/scheduler/backend/queue/scheduling_queue.go PriorityQueue
 */
export const queuedPodMachine = setup({
  types: {
    context: {} as Context,
    input: {} as { readonly now: number; readonly backoff: Backoff },
    events: {} as QueuedPodEvent,
    emitted: {} as QueuedPodEmitted,
  },
  guards: {
    isBackingOff: ({ context, event }) => context.backoffExpiration >= alignToWindow(event.now),
  },
  delays: {
    podBackoff: ({ context }) => Math.max(0, context.backoffExpiration + BACKOFF_WINDOW_MS - context.now),
  },
  actions: {
    noteTime: assign({ now: ({ event }) => event.now }),
    countUnschedulable: assign(({ context, event }) => ({
      unschedulableCount: context.unschedulableCount + 1,
      consecutiveErrorsCount: 0,
      backoffExpiration: alignToWindow(event.now + backoffDuration(context.unschedulableCount + 1, context.backoff)),
    })),
    countError: assign(({ context, event }) => ({
      consecutiveErrorsCount: context.consecutiveErrorsCount + 1,
      backoffExpiration: alignToWindow(
        event.now + backoffDuration(context.consecutiveErrorsCount + 1, context.backoff),
      ),
    })),
    toActive: emit({ type: 'active' }),
    toBackoff: emit(({ context }) => ({
      type: 'backoff' as const,
      expiration: context.backoffExpiration,
      error: context.consecutiveErrorsCount > 0,
    })),
    toWaiting: emit({ type: 'waiting' }),
    toGated: emit({ type: 'gated' }),
  },
}).createMachine({
  id: 'queued-pod',
  context: ({ input }) => ({
    backoff: input.backoff,
    unschedulableCount: 0,
    consecutiveErrorsCount: 0,
    backoffExpiration: 0,
    now: input.now,
  }),
  initial: 'new',
  states: {
    new: { on: { ungate: 'active', gate: 'waiting.gated' } },
    active: { entry: 'toActive', on: { pop: 'scheduling' } },
    scheduling: {
      on: {
        unschedulable: { target: 'waiting', actions: 'countUnschedulable' },
        error: { target: 'backoff', actions: ['noteTime', 'countError'] },
        gate: { target: 'waiting.gated', actions: 'countError' },
      },
    },
    waiting: {
      initial: 'unschedulable',
      on: {
        requeue: [{ guard: 'isBackingOff', target: 'backoff', actions: 'noteTime' }, { target: 'active' }],
        activate: 'active',
        gate: { target: '.gated', reenter: true },
      },
      states: { unschedulable: { entry: 'toWaiting' }, gated: { entry: 'toGated' } },
    },
    backoff: {
      entry: 'toBackoff',
      after: { podBackoff: 'active' },
      on: { pop: 'scheduling', activate: 'active', requeue: 'active' },
    },
  },
})
