import { emit, setup } from 'xstate'
import type { Random } from '../../sim/random.ts'

/** --heartbeat-interval, ms. Source: etcd server/embed/config.go */
const HEARTBEAT_INTERVAL = 100
/** --election-timeout in ticks of a heartbeat: 1000 ms. */
const ELECTION_TICKS = 10

export type MemberEvent =
  | { type: 'START' }
  | { type: 'STOP' }
  /** A leader of this or a later term is in reach: its heartbeats come in. */
  | { type: 'HEARTBEAT' }
  /** No heartbeat can come in any more. */
  | { type: 'LEADER_LOST' }
  /** Whether enough members are in reach to win an election, or to lead. */
  | { type: 'QUORUM_IN_REACH' }
  | { type: 'QUORUM_LOST' }
  | { type: 'HIGHER_TERM' }
  | { type: 'ELECTED' }
  | { type: 'REJECTED' }

export type MemberEffect = { type: 'campaign'; round: 'pre-vote' | 'vote' } | { type: 'lead' } | { type: 'changed' }

/**
 * The life of one etcd member. Timers run only when they can change something: a follower that hears its leader, and
 * members that could not win because too few are in reach, wait for events alone.
 * Source: etcd-io/raft raft.go (tickElection, stepFollower, stepCandidate, stepLeader; PreVote and CheckQuorum are on)
 */
export const memberMachine = setup({
  types: {
    context: {} as { random: Random },
    input: {} as { random: Random },
    events: {} as MemberEvent,
    emitted: {} as MemberEffect,
  },
  delays: {
    // A member that starts is most of an election timeout along already: --initial-election-tick-advance.
    // Source: etcd server/etcdserver/server.go adjustTicks
    initialElectionTimeout: ({ context }) => HEARTBEAT_INTERVAL * (1 + context.random.int(ELECTION_TICKS)),
    electionTimeout: ({ context }) => HEARTBEAT_INTERVAL * (ELECTION_TICKS + context.random.int(ELECTION_TICKS)),
    // The leader looks every election timeout who answered since it last looked.
    checkQuorum: ({ context }) => HEARTBEAT_INTERVAL * (ELECTION_TICKS + context.random.int(ELECTION_TICKS)),
  },
  actions: {
    askWhoWouldVote: emit({ type: 'campaign', round: 'pre-vote' }),
    askForVotes: emit({ type: 'campaign', round: 'vote' }),
    lead: emit({ type: 'lead' }),
    tell: emit({ type: 'changed' }),
  },
}).createMachine({
  id: 'etcd-member',
  context: ({ input }) => ({ random: input.random }),
  initial: 'stopped',
  states: {
    stopped: { entry: 'tell', on: { START: 'running.follower.joining' } },
    running: {
      initial: 'follower',
      on: { STOP: 'stopped', HIGHER_TERM: '.follower', HEARTBEAT: '.follower.following' },
      states: {
        follower: {
          initial: 'isolated',
          entry: 'tell',
          states: {
            joining: {
              after: { initialElectionTimeout: '#etcd-member.running.preCandidate' },
              on: { QUORUM_LOST: 'isolated' },
            },
            following: { on: { LEADER_LOST: 'isolated', HEARTBEAT: {} } },
            isolated: { on: { QUORUM_IN_REACH: 'waiting' } },
            waiting: {
              after: { electionTimeout: '#etcd-member.running.preCandidate' },
              on: { QUORUM_LOST: 'isolated' },
            },
          },
        },
        preCandidate: {
          entry: ['tell', 'askWhoWouldVote'],
          on: { ELECTED: 'candidate', REJECTED: 'follower.waiting' },
        },
        candidate: {
          entry: ['tell', 'askForVotes'],
          // A message takes no time, so whoever was promised a majority gets it.
          on: { ELECTED: 'leader' },
        },
        leader: {
          initial: 'obeyed',
          entry: ['tell', 'lead'],
          states: {
            obeyed: { on: { QUORUM_LOST: 'alone' } },
            alone: {
              after: { checkQuorum: '#etcd-member.running.follower' },
              on: { QUORUM_IN_REACH: 'obeyed' },
            },
          },
        },
      },
    },
  },
})
