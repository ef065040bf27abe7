import { assign, emit, setup } from 'xstate'
import type { ProbeKind } from '../contract.ts'

export interface ProbeInput {
  readonly kind: ProbeKind
  /** Until the first probe. */
  readonly firstDelayMs: number
  readonly periodMs: number
  readonly successThreshold: number
  readonly failureThreshold: number
}

export interface ProbeContext extends ProbeInput {
  readonly last: 'success' | 'failure' | undefined
  /** How many times in a row. */
  readonly run: number
  readonly restMs: number
}

/**
 * One probe of one running container.
 * Source: pkg/kubelet/prober/worker.go doProbe
 */
export const probeMachine = setup({
  types: {
    input: {} as ProbeInput,
    context: {} as ProbeContext,
    events: {} as
      /** `steady`: the answer will not change until something wakes the probe. */
        | { readonly type: 'succeeded'; readonly steady: boolean; readonly restMs: number }
        | { readonly type: 'failed'; readonly restMs: number }
        /** The probe itself did not work; its outcome counts for nothing. */
        | { readonly type: 'errored'; readonly restMs: number }
        /** What the probe looks at may have changed. */
        | { readonly type: 'wake'; readonly restMs: number },
    emitted: {} as { readonly type: 'probe' } | { readonly type: 'healthy' } | { readonly type: 'unhealthy' },
  },
  guards: {
    successThreshold: ({ context }) => countOf(context, 'success') >= context.successThreshold,
    startedUp: ({ context }) => context.kind === 'startup' && countOf(context, 'success') >= context.successThreshold,
    steadyAtThreshold: ({ context, event }) =>
      event.type === 'succeeded' && event.steady && countOf(context, 'success') >= context.successThreshold,
    failureThreshold: ({ context }) => countOf(context, 'failure') >= context.failureThreshold,
    fatal: ({ context }) => context.kind !== 'readiness' && countOf(context, 'failure') >= context.failureThreshold,
  },
  actions: {
    probe: emit({ type: 'probe' }),
    reportHealthy: emit({ type: 'healthy' }),
    reportUnhealthy: emit({ type: 'unhealthy' }),
    countSuccess: assign(({ context, event }) => counted(context, 'success', restOf(event))),
    countFailure: assign(({ context, event }) => counted(context, 'failure', restOf(event))),
    rest: assign(({ context, event }) => ({ ...context, restMs: restOf(event) })),
  },
  delays: {
    initialDelaySeconds: ({ context }) => context.firstDelayMs,
    periodSeconds: ({ context }) => context.restMs,
  },
}).createMachine({
  id: 'probe',
  context: ({ input }) => ({ ...input, last: undefined, run: 0, restMs: 0 }),
  initial: 'delayed',
  states: {
    delayed: { after: { initialDelaySeconds: 'probing' } },
    probing: {
      entry: 'probe',
      on: {
        succeeded: [
          { guard: 'startedUp', target: 'onHold', actions: ['countSuccess', 'reportHealthy'] },
          { guard: 'steadyAtThreshold', target: 'dormant', actions: ['countSuccess', 'reportHealthy'] },
          { guard: 'successThreshold', target: 'resting', actions: ['countSuccess', 'reportHealthy'] },
          { target: 'resting', actions: 'countSuccess' },
        ],
        failed: [
          { guard: 'fatal', target: 'onHold', actions: ['countFailure', 'reportUnhealthy'] },
          { guard: 'failureThreshold', target: 'resting', actions: ['countFailure', 'reportUnhealthy'] },
          { target: 'resting', actions: 'countFailure' },
        ],
        errored: { target: 'resting', actions: 'rest' },
        wake: {},
      },
    },
    resting: { after: { periodSeconds: 'probing' } },
    /** Nothing can change what it would say. */
    dormant: { on: { wake: { target: 'resting', actions: 'rest' } } },
    /** Until there is a new container. */
    onHold: {},
  },
})

/** How many in a row there are with this one. */
function countOf({ last, run }: ProbeContext, outcome: 'success' | 'failure'): number {
  return last === outcome ? run + 1 : 1
}

function counted(context: ProbeContext, outcome: 'success' | 'failure', restMs: number): ProbeContext {
  return { ...context, last: outcome, run: countOf(context, outcome), restMs }
}

function restOf(event: { readonly restMs?: number }): number {
  return event.restMs ?? 0
}
