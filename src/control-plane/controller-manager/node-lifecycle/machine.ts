import { assign, emit, setup } from 'xstate'

/** What the health of one node depends on. Times are virtual ms. */
export interface NodeHealthInput {
  /** When the controller last had news: kcm's own time, not the kubelet's. */
  readonly probedAt: number
  readonly neverReported: boolean
  readonly now: () => number
  /** The first pass of monitorNodeHealth at or after a time. */
  readonly firstPassAt: (ms: number) => number
  /** At which pass a renewed Lease was last noticed. Asked only when a grace period ends: nobody watches heartbeats. */
  readonly leaseNoticedAt: () => number
  /** Whether the Lease is renewed until `leaseUnsure` comes. */
  readonly leaseIsCertain: () => boolean
  readonly nodeMonitorGracePeriod: number
  readonly nodeStartupGracePeriod: number
}

/**
 * The life of a node as the controller manager sees it: it reports (a renewed Lease, a fresh status), or it has been
 * silent for longer than the grace period. A grace period that ends while the Lease was renewed in between starts
 * again from that renewal; while the renewals are certain to go on, none ends.
 * Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth
 */
export const nodeHealthMachine = setup({
  types: {
    input: {} as NodeHealthInput,
    context: {} as NodeHealthInput,
    events: {} as
      | { type: 'statusPosted'; at: number }
      | { type: 'graceRestarted'; at: number }
      | { type: 'leaseUnsure' },
    emitted: {} as { type: 'fellSilent' },
  },
  guards: {
    neverReported: ({ context }) => context.neverReported,
    leaseRenewedWithin: ({ context }, gracePeriod: number) =>
      graceEnd(context, gracePeriod, newest(context)) > context.now(),
  },
  actions: {
    noteNews: assign({ probedAt: ({ context, event }) => ('at' in event ? event.at : context.probedAt) }),
    noteLease: assign({ probedAt: ({ context }) => newest(context) }),
    tellThatItFellSilent: emit({ type: 'fellSilent' }),
  },
  delays: {
    'node-monitor-grace-period': ({ context }) =>
      context.leaseIsCertain()
        ? Number.POSITIVE_INFINITY
        : graceEnd(context, context.nodeMonitorGracePeriod, context.probedAt) - context.now(),
    'node-startup-grace-period': ({ context }) =>
      graceEnd(context, context.nodeStartupGracePeriod, context.probedAt) - context.now(),
  },
}).createMachine({
  id: 'node-health',
  context: ({ input }) => input,
  initial: 'starting',
  on: { graceRestarted: { actions: 'noteNews' } },
  states: {
    starting: { always: [{ guard: 'neverReported', target: 'joining' }, { target: 'reporting' }] },
    joining: {
      on: { statusPosted: { target: 'reporting', actions: 'noteNews' } },
      after: {
        'node-startup-grace-period': [
          {
            guard: { type: 'leaseRenewedWithin', params: ({ context }) => context.nodeStartupGracePeriod },
            target: 'joining',
            reenter: true,
            actions: 'noteLease',
          },
          { target: 'silent' },
        ],
      },
    },
    reporting: {
      on: {
        statusPosted: { actions: 'noteNews' },
        leaseUnsure: { target: 'reporting', reenter: true, actions: 'noteLease' },
      },
      after: {
        'node-monitor-grace-period': [
          {
            guard: { type: 'leaseRenewedWithin', params: ({ context }) => context.nodeMonitorGracePeriod },
            target: 'reporting',
            reenter: true,
            actions: 'noteLease',
          },
          { target: 'silent' },
        ],
      },
    },
    silent: {
      entry: 'tellThatItFellSilent',
      on: { statusPosted: { target: 'reporting', actions: 'noteNews' } },
    },
  },
})

function newest({ probedAt, leaseNoticedAt }: NodeHealthInput): number {
  return Math.max(probedAt, leaseNoticedAt())
}

function graceEnd({ firstPassAt }: NodeHealthInput, gracePeriod: number, since: number): number {
  return firstPassAt(since + gracePeriod)
}
