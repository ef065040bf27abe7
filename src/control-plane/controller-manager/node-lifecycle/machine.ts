import { assign, emit, setup } from 'xstate'

/** What the health of one node depends on. Times are virtual ms. */
export interface NodeHealthInput {
  /** When the controller last had news: kcm's own time, not the kubelet's. */
  readonly probedAt: number
  readonly neverReported: boolean
  readonly now: () => number
  /** The first pass of monitorNodeHealth at or after a time. */
  readonly firstPassAt: (ms: number) => number
  readonly nodeMonitorGracePeriod: number
  readonly nodeStartupGracePeriod: number
}

/**
 * The life of a node as the controller manager sees it: it reports (a renewed Lease, a fresh status), or it has been
 * silent for longer than the grace period. A grace period that ends while there was news in between starts again
 * from that news; so a heartbeat costs no timer.
 * Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth
 */
export const nodeHealthMachine = setup({
  types: {
    input: {} as NodeHealthInput,
    context: {} as NodeHealthInput,
    events: {} as { type: 'leaseRenewed'; at: number } | { type: 'statusPosted'; at: number },
    emitted: {} as { type: 'fellSilent' },
  },
  guards: {
    hadNewsSince: ({ context }, gracePeriod: number) => graceEnd(context, gracePeriod) > context.now(),
  },
  actions: {
    noteNews: assign({ probedAt: ({ event }) => event.at }),
    tellThatItFellSilent: emit({ type: 'fellSilent' }),
  },
  delays: {
    'node-monitor-grace-period': ({ context }) => graceEnd(context, context.nodeMonitorGracePeriod) - context.now(),
    'node-startup-grace-period': ({ context }) => graceEnd(context, context.nodeStartupGracePeriod) - context.now(),
  },
}).createMachine({
  id: 'nodeHealth',
  context: ({ input }) => input,
  initial: 'starting',
  states: {
    starting: {
      always: [{ guard: ({ context }) => context.neverReported, target: 'joining' }, { target: 'reporting' }],
    },
    joining: {
      on: { leaseRenewed: { actions: 'noteNews' }, statusPosted: { target: 'reporting', actions: 'noteNews' } },
      after: {
        'node-startup-grace-period': [
          {
            guard: { type: 'hadNewsSince', params: ({ context }) => context.nodeStartupGracePeriod },
            target: 'joining',
            reenter: true,
          },
          { target: 'silent' },
        ],
      },
    },
    reporting: {
      on: { leaseRenewed: { actions: 'noteNews' }, statusPosted: { actions: 'noteNews' } },
      after: {
        'node-monitor-grace-period': [
          {
            guard: { type: 'hadNewsSince', params: ({ context }) => context.nodeMonitorGracePeriod },
            target: 'reporting',
            reenter: true,
          },
          { target: 'silent' },
        ],
      },
    },
    silent: {
      entry: 'tellThatItFellSilent',
      on: {
        leaseRenewed: { target: 'reporting', actions: 'noteNews' },
        statusPosted: { target: 'reporting', actions: 'noteNews' },
      },
    },
  },
})

function graceEnd({ probedAt, firstPassAt }: NodeHealthInput, gracePeriod: number): number {
  return firstPassAt(probedAt + gracePeriod)
}
