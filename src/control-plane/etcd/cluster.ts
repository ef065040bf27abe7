import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import { type Etcd, EtcdError } from './contract.ts'
import { CommittedLog, MemberLog } from './log.ts'
import type { MemberEffect } from './machine.ts'
import { type EtcdMember, Member } from './member.ts'
import { MemberClient } from './member-client.ts'
import { Store } from './store.ts'

/** What Raft asks of the network; hosts by name. */
export interface EtcdNetwork {
  reaches(a: string, b: string): boolean
  onChange(listener: () => void): () => void
}

export interface EtcdClusterOptions {
  /** 1, 3 or 5; an even number works and is no safer than one less. */
  readonly members: readonly { readonly name: string; readonly host: string }[]
  readonly world: ChartWorld
  readonly random: Random
  readonly network: EtcdNetwork
  /** Whether the answer of one member to another is lost on its way. */
  readonly loses?: ((from: string, to: string) => boolean) | undefined
}

export interface EtcdCluster {
  readonly members: readonly EtcdMember[]
  member(name: string): EtcdMember
  /** etcd as somebody who talks to this member sees it. */
  client(member: string): Etcd
  /** Name of the member that leads; of the newest term where an older leader does not know yet that it is over. */
  leader(): string | undefined
  /** Called after a member has changed its state. */
  onChange(listener: () => void): () => void
}

/** How long a request waits for the cluster: 5 s and twice the election timeout. Source: etcd server/config ReqTimeout */
const REQUEST_TIMEOUT_MS = 7000

/** The members start stopped. */
export function createEtcdCluster(options: EtcdClusterOptions): EtcdCluster {
  return new Cluster(options)
}

/**
 * Raft between the members, on the simulated network: who reaches whom decides who votes, who leads and what is
 * committed. A message takes no time; what a message would say is read off the other member.
 * Source: etcd-io/raft raft.go
 */
class Cluster implements EtcdCluster {
  readonly members: readonly Member[]
  readonly #byName: ReadonlyMap<string, Member>
  readonly #network: EtcdNetwork
  readonly #loses: EtcdClusterOptions['loses']
  readonly #committed = new CommittedLog()
  readonly #store: Store
  readonly #listeners = new Set<() => void>()
  #looking = false
  #lookAgain = false

  constructor({ members, world, random, network, loses }: EtcdClusterOptions) {
    this.#network = network
    this.#loses = loses
    this.#store = new Store(world.clock, () => this.members.some(({ obeyed }) => obeyed))
    const log = () => new MemberLog(this.#committed)
    const revision = () => this.#store.revision
    const onEffect = (member: Member, effect: MemberEffect) => this.#perform(member, effect)
    this.members = members.map((member) => new Member(member, log(), revision, world, random, onEffect))
    this.#byName = new Map(this.members.map((member) => [member.name, member]))
    network.onChange(() => this.#look())
  }

  member(name: string): Member {
    const member = this.#byName.get(name)
    if (member === undefined) throw new Error(`there is no etcd member ${name}`)
    return member
  }

  client(name: string): Etcd {
    const member = this.member(name)
    return new MemberClient(this.#store, member, {
      read: () => this.#requireQuorum(this.#leaderFor(member)),
      commit: (apply) => this.#propose(this.#leaderFor(member), apply),
      hasLeader: () => member.leader !== undefined,
    })
  }

  leader(): string | undefined {
    let newest: Member | undefined
    for (const member of this.members)
      if (member.state === 'leader' && member.term > (newest?.term ?? -1)) newest = member
    return newest?.name
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #perform(member: Member, effect: MemberEffect): void {
    if (effect.type === 'campaign') this.#campaign(member, effect.round)
    else if (effect.type === 'lead') this.#lead(member)
    else {
      this.#look()
      for (const listener of [...this.#listeners]) listener()
    }
  }

  /** Source: raft.go campaign, and Step for how MsgPreVote and MsgVote are answered */
  #campaign(candidate: Member, round: 'pre-vote' | 'vote'): void {
    const { lastTerm, lastIndex } = candidate.log
    if (round === 'vote') {
      candidate.enterTerm(candidate.term + 1)
      candidate.log.votedFor = candidate.name
    }
    const term = round === 'vote' ? candidate.term : candidate.term + 1
    let votes = 1
    for (const voter of this.#reachable(candidate)) {
      if (voter === candidate) continue
      // Who hears a leader does not help to replace it (CheckQuorum's lease).
      if (voter.leader !== undefined || voter.term > term) continue
      if (round === 'vote') voter.enterTerm(term)
      const free = round === 'pre-vote' || (voter.log.votedFor ?? candidate.name) === candidate.name
      if (!free || !voter.log.isUpToDate(lastTerm, lastIndex)) continue
      if (round === 'vote') voter.log.votedFor = candidate.name
      // Only who would vote is asked over a network that loses answers: a candidate has been promised its majority.
      if (round === 'pre-vote' && this.#loses?.(voter.name, candidate.name)) continue
      votes++
    }
    candidate.send({ type: votes >= this.#quorum ? 'ELECTED' : 'REJECTED' })
  }

  /** A new leader begins its term with an empty entry; when that is committed, so is what came before it. */
  #lead(leader: Member): void {
    leader.log.recognise()
    leader.leader = leader.name
    leader.log.tail = [...leader.log.tail, { term: leader.term, apply: () => {} }]
    this.#look()
  }

  get #quorum(): number {
    return (this.members.length >> 1) + 1
  }

  /** The running members that a member exchanges messages with, itself included. */
  #reachable(from: Member): Member[] {
    const { host } = from
    const network = this.#network
    return this.members.filter(
      (to) =>
        to.running &&
        (to === from || to.host === host || (network.reaches(host, to.host) && network.reaches(to.host, host))),
    )
  }

  /** Looks who reaches whom, until that leads to nothing new. */
  #look(): void {
    this.#lookAgain = true
    // The members are made one by one, and a member's change leads here again.
    if (this.#looking || this.members === undefined) return
    this.#looking = true
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false
        this.#tellLeaders()
        this.#tellFollowers()
        this.#markInSync()
      }
    } finally {
      this.#looking = false
    }
    if (this.members.some(({ obeyed }) => obeyed)) this.#store.expireOverdue()
  }

  #tellLeaders(): void {
    for (const member of this.members) {
      const leads = member.state === 'leader'
      const inReach = leads ? this.#reachable(member) : []
      const later = Math.max(...inReach.map(({ term }) => term))
      member.obeyed = leads && later <= member.term && inReach.length >= this.#quorum
      if (!leads) continue
      if (later > member.term) {
        member.enterTerm(later)
        member.leader = undefined
        member.send({ type: 'HIGHER_TERM' })
      } else member.send({ type: member.obeyed ? 'QUORUM_IN_REACH' : 'QUORUM_LOST' })
    }
  }

  #tellFollowers(): void {
    for (const member of this.members) {
      if (!member.running) member.leader = undefined
      if (!member.running || member.state === 'leader') continue
      const inReach = this.#reachable(member)
      const leader = inReach
        .filter(({ state, term }) => state === 'leader' && term >= member.term)
        .reduce<Member | undefined>(
          (newest, one) => (newest !== undefined && newest.term > one.term ? newest : one),
          undefined,
        )
      member.leader = leader?.name
      if (leader !== undefined) {
        member.enterTerm(leader.term)
        member.log.follow(leader.log)
        member.send({ type: 'HEARTBEAT' })
      } else {
        member.send({ type: 'LEADER_LOST' })
        member.send({ type: inReach.length >= this.#quorum ? 'QUORUM_IN_REACH' : 'QUORUM_LOST' })
      }
    }
  }

  /** Commits what an obeyed leader still has in hand, then says who hears of commits. */
  #markInSync(): void {
    const leader = this.members.find(({ obeyed }) => obeyed)
    for (const member of this.members) if (member.leader !== leader?.name || !leader) member.setInSync(false)
    if (leader === undefined) return
    while (leader.log.tail.length > 0) this.#commitNext(leader)
    for (const member of this.members) if (member.leader === leader.name) member.setInSync(true)
  }

  #commitNext(leader: Member): void {
    const [entry, ...rest] = leader.log.tail
    this.#committed.append(entry!.term)
    leader.log.matched = this.#committed.index
    leader.log.tail = rest
    for (const member of this.members) if (member.leader === leader.name) member.log.follow(leader.log)
    entry!.apply()
  }

  #leaderFor(member: Member): Member {
    if (!member.running) throw refused()
    if (member.leader === undefined) throw timedOut()
    return this.member(member.leader)
  }

  #requireQuorum(leader: Member): void {
    if (!leader.obeyed) throw timedOut()
  }

  #propose<T>(leader: Member, apply: () => T): T {
    const { log } = leader
    if (!leader.obeyed) {
      // It stays in the leader's log, and in its followers': committed if this side finds a majority, else discarded.
      log.tail = [...log.tail, { term: leader.term, apply: quietly(apply) }]
      for (const member of this.members) if (member.leader === leader.name && member !== leader) member.log.follow(log)
      throw timedOut()
    }
    this.#committed.append(leader.term)
    for (const member of this.members) if (member.leader === leader.name) member.log.matched = this.#committed.index
    return apply()
  }
}

/** Whoever asked has gone: what the store says to it is heard by nobody. */
function quietly(apply: () => unknown): () => void {
  return () => {
    try {
      apply()
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
    }
  }
}

// Source: etcd api/v3/v3rpc/rpctypes/error.go ErrGRPCTimeout
function timedOut(): EtcdError {
  return new EtcdError('timeout', 'etcdserver: request timed out', REQUEST_TIMEOUT_MS)
}

function refused(): EtcdError {
  return new EtcdError(
    'unavailable',
    'connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
  )
}
