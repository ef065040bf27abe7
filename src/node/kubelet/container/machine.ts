import { assign, emit, setup } from 'xstate'

/** Source: pkg/kubelet/kubelet.go initialContainerBackOff, MaxCrashLoopBackOff; containers that ran 10 minutes start anew */
const CONTAINER_BACK_OFF_PERIOD = 10_000
const BACK_OFF_RESET = 600_000

export interface ContainerInput {
  /** Of the kubelet's configuration: crashLoopBackOff.maxContainerRestartPeriod. */
  readonly maxBackOffMs: number
}

export interface ContainerContext extends ContainerInput {
  readonly backOffMs: number
  /** When the back-off was last raised, virtual ms. */
  readonly raisedAt: number
  /** When the container last ended: the back-off counts from here. */
  readonly finishedAt: number
  /**
   * When it was killed to be restarted. That counts from the end before: upstream looks for the newest container that
   * has exited in a status taken before the kill.
   */
  readonly killedAt: number | undefined
}

/**
 * One container of a pod as the kubelet drives it, over all its restarts.
 * Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod, doBackOff; client-go/util/flowcontrol/backoff.go
 */
export const containerMachine = setup({
  types: {
    input: {} as ContainerInput,
    context: {} as ContainerContext,
    events: {} as
      /** The pod's sync finds that it should run. */
        | { readonly type: 'start'; readonly now: number }
        | { readonly type: 'started' }
        /** It could not be started: no image, a missing Secret, no such command. */
        | { readonly type: 'failed' }
        | { readonly type: 'kill' }
        | { readonly type: 'exited'; readonly at: number },
    emitted: {} as { readonly type: 'startContainer' } | { readonly type: 'backOff' },
  },
  guards: {
    /** Source: Backoff.IsInBackOffSince, with 600 s as HasExpiredFunc */
    inCrashLoopBackOff: ({ context, event }) =>
      event.type === 'start' &&
      context.finishedAt - context.raisedAt <= BACK_OFF_RESET &&
      event.now - context.finishedAt < context.backOffMs,
  },
  actions: {
    startContainer: emit({ type: 'startContainer' }),
    recordBackOff: emit({ type: 'backOff' }),
    /** Source: Backoff.Next */
    nextBackOff: assign(({ context, event }) => {
      if (event.type !== 'start') return context
      const expired = context.finishedAt - context.raisedAt > BACK_OFF_RESET
      const doubled = Math.min(context.backOffMs * 2, context.maxBackOffMs)
      const first = Math.min(CONTAINER_BACK_OFF_PERIOD, context.maxBackOffMs)
      return {
        ...context,
        killedAt: undefined,
        finishedAt: context.killedAt ?? context.finishedAt,
        raisedAt: event.now,
        backOffMs: expired || context.backOffMs === 0 ? first : doubled,
      }
    }),
    settleEnd: assign(({ context }) =>
      context.killedAt === undefined ? context : { ...context, finishedAt: context.killedAt, killedAt: undefined },
    ),
    rememberKill: assign(({ context, event }) =>
      event.type === 'exited' ? { ...context, killedAt: event.at } : context,
    ),
    rememberEnd: assign(({ context, event }) =>
      event.type === 'exited' ? { ...context, finishedAt: event.at } : context,
    ),
  },
}).createMachine({
  id: 'container',
  context: ({ input }) => ({
    ...input,
    backOffMs: 0,
    raisedAt: Number.NEGATIVE_INFINITY,
    finishedAt: Number.NEGATIVE_INFINITY,
    killedAt: undefined,
  }),
  initial: 'waiting',
  states: {
    /** ContainerCreating, PodInitializing, or why it could not be started. */
    waiting: {
      on: { start: 'starting', started: 'running', exited: { target: 'exited', actions: 'rememberEnd' } },
    },
    /** Its image is being brought, then it is made. */
    starting: {
      entry: 'startContainer',
      on: {
        start: { target: 'starting', reenter: true },
        started: 'running',
        failed: 'waiting',
        exited: { target: 'exited', actions: 'rememberEnd' },
      },
    },
    running: {
      on: { kill: 'stopping', exited: { target: 'exited', actions: 'rememberEnd' } },
    },
    /** Killed because a probe failed; the pod goes on. */
    stopping: {
      on: { exited: { target: 'exited', actions: 'rememberKill' } },
    },
    exited: {
      on: {
        start: [
          { guard: 'inCrashLoopBackOff', target: 'crashLoopBackOff', actions: 'settleEnd' },
          { target: 'starting', actions: 'nextBackOff' },
        ],
      },
    },
    crashLoopBackOff: {
      entry: 'recordBackOff',
      on: {
        start: [
          { guard: 'inCrashLoopBackOff', target: 'crashLoopBackOff', reenter: true },
          { target: 'starting', actions: 'nextBackOff' },
        ],
      },
    },
  },
})
