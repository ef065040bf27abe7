import { emit, setup } from 'xstate'
import type { Random } from '../sim/random.ts'

export interface LeaderElectionTimes {
  /** --leader-elect-lease-duration: how long a candidate waits for a leader that is silent, ms. */
  readonly leaseDuration: number
  /** --leader-elect-renew-deadline: how long a leader tries to renew before it gives up, ms. */
  readonly renewDeadline: number
  /** --leader-elect-retry-period: between two tries, ms. */
  readonly retryPeriod: number
}

type Context = LeaderElectionTimes & { readonly random: Random }

/** Source: client-go/tools/leaderelection/leaderelection.go JitterFactor */
const JITTER_FACTOR = 1.2

/**
 * The life of a candidate for a Lease: it tries to acquire it, leads, and once it could not renew for too long it has
 * lost, for good: the process ends then.
 * Source: client-go/tools/leaderelection/leaderelection.go Run, acquire, renew
 */
export const leaderElectionMachine = setup({
  types: {
    context: {} as Context,
    input: {} as Context,
    events: {} as { type: 'ACQUIRED' } | { type: 'RENEWED' } | { type: 'RENEWAL_FAILED' },
    emitted: {} as { type: 'acquire' } | { type: 'lead' } | { type: 'keep' } | { type: 'renew' } | { type: 'lose' },
  },
  delays: {
    jitteredRetryPeriod: ({ context }) => context.retryPeriod * (1 + JITTER_FACTOR * context.random.next()),
    retryPeriod: ({ context }) => context.retryPeriod,
    renewDeadline: ({ context }) => context.renewDeadline,
  },
  actions: {
    tryToAcquire: emit({ type: 'acquire' }),
    startLeading: emit({ type: 'lead' }),
    keepRenewed: emit({ type: 'keep' }),
    tryToRenew: emit({ type: 'renew' }),
    stopLeading: emit({ type: 'lose' }),
  },
}).createMachine({
  id: 'leader-election',
  context: ({ input }) => input,
  initial: 'acquiring',
  states: {
    acquiring: {
      entry: 'tryToAcquire',
      on: { ACQUIRED: 'leading' },
      after: { jitteredRetryPeriod: { target: 'acquiring', reenter: true } },
    },
    leading: {
      entry: 'startLeading',
      initial: 'renewing',
      states: {
        renewing: { entry: 'keepRenewed', on: { RENEWAL_FAILED: 'failing' } },
        failing: {
          initial: 'waiting',
          on: { RENEWED: 'renewing' },
          after: { renewDeadline: '#leader-election.lost' },
          states: {
            waiting: { after: { retryPeriod: 'trying' } },
            trying: { entry: 'tryToRenew', on: { RENEWAL_FAILED: 'waiting' } },
          },
        },
      },
    },
    lost: { type: 'final', entry: 'stopLeading' },
  },
})
