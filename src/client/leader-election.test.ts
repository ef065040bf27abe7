import { beforeEach, describe, expect, test } from 'vitest'
import type { ApiServer } from '../api/request.ts'
import type { Lease } from '../api/types.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import { createClient } from './client.ts'
import type { Client } from './contract.ts'
import { type LeaderElection, startLeaderElection } from './leader-election.ts'
import { Renewals } from './renewals.ts'
import { MemoryApiServer, Wire } from './testing/api-server.ts'

let clock: VirtualClock
let server: ApiServer
let happened: string[]

interface Candidate {
  readonly wire: Wire
  readonly client: Client
  readonly election: LeaderElection
}

function candidate(identity: string, wire = new Wire(server)): Candidate {
  const world = { clock, trace: { add: () => {} } }
  const random = new Random(1, identity)
  const client = createClient({ user: { name: identity, groups: [] }, connection: wire, world, random })
  const election = startLeaderElection({
    client,
    world,
    random,
    component: identity,
    lease: { name: 'kube-scheduler' },
    identity,
    onStartedLeading: () => happened.push(`${identity} leads`),
    onStoppedLeading: () => happened.push(`${identity} lost`),
  })
  return { wire, client, election }
}

const lease = (from: Candidate): Lease => from.client.get('Lease', 'kube-scheduler', 'kube-system')!

describe.each(['eager', 'lazy'])('with %s renewals', (kind) => {
  beforeEach(() => {
    clock = new VirtualClock(1_767_225_600_000)
    const memory = new MemoryApiServer(clock)
    server = kind === 'lazy' ? new Renewals(clock).serve(memory) : memory
    happened = []
  })

  test('the first candidate leads at once and keeps the Lease', () => {
    const a = candidate('a')
    expect(happened).toEqual(['a leads'])
    expect(a.election.isLeader).toBe(true)
    expect(lease(a).spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    })
    clock.advance(3600_000)
    expect(lease(a).spec.renewTime).toBe('2026-01-01T01:00:00.000000Z')
    expect(lease(a).spec.acquireTime).toBe('2026-01-01T00:00:00.000000Z')
  })

  describe('a standby', () => {
    let a: Candidate
    let b: Candidate
    beforeEach(() => {
      a = candidate('a')
      b = candidate('b')
    })

    test('waits as long as the leader renews', () => {
      clock.advance(3600_000)
      expect(happened).toEqual(['a leads'])
    })

    test('takes over a lease duration after the leader fell silent', () => {
      clock.advance(60_000)
      a.election.stop()
      clock.advance(14_000)
      expect(happened).toEqual(['a leads'])
      clock.advance(10_000)
      expect(happened).toEqual(['a leads', 'b leads'])
      expect(lease(b).spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
    })

    test('takes over at its next try when the leader releases', () => {
      clock.advance(60_000)
      a.election.stop({ release: true })
      clock.advance(4400)
      expect(happened).toEqual(['a leads', 'b leads'])
    })

    test('takes over from a leader that is cut off, which has given up before', () => {
      clock.advance(60_000)
      a.wire.connect(undefined)
      clock.advance(30_000)
      expect(happened).toEqual(['a leads', 'a lost', 'b leads'])
      a.wire.connect(server)
      clock.advance(60_000)
      expect(a.election.isLeader).toBe(false)
      expect(lease(b).spec.holderIdentity).toBe('b')
    })
  })

  test('a leader renews again when the server is back before the deadline', () => {
    const a = candidate('a')
    clock.advance(60_000)
    a.wire.connect(undefined)
    clock.advance(9000)
    a.wire.connect(server)
    clock.advance(60_000)
    expect(happened).toEqual(['a leads'])
    expect(a.election.isLeader).toBe(true)
  })

  test('a candidate that finds no server tries again', () => {
    const wire = new Wire()
    candidate('a', wire)
    clock.advance(60_000)
    expect(happened).toEqual([])
    wire.connect(server)
    clock.advance(4400)
    expect(happened).toEqual(['a leads'])
  })
})
