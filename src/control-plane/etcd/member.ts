import { type Chart, type ChartWorld, startChart } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { MemberLog } from './log.ts'
import { type MemberEffect, type MemberEvent, memberMachine } from './machine.ts'

export type MemberState = 'stopped' | 'follower' | 'preCandidate' | 'candidate' | 'leader'

/** One etcd process, as its supervisor and the tools see it. */
export interface EtcdMember {
  readonly name: string
  readonly host: string
  readonly state: MemberState
  readonly term: number
  /** The member it takes for the leader. */
  readonly leader: string | undefined
  /** Length of its Raft log, entries that are not committed included. */
  readonly lastIndex: number
  /** The newest revision it knows of. */
  readonly appliedRevision: number
  start(): void
  /** Ends the process; what is on its disk stays. */
  stop(): void
}

export interface Applied {
  /** Whether what is committed reaches the member at once. */
  readonly inSync: boolean
  onSync(listener: () => void): () => void
}

/** A member: its chart, its disk, and how far it has come. Whom it reaches is the cluster's business. */
export class Member implements EtcdMember, Applied {
  readonly name: string
  readonly host: string
  readonly log: MemberLog
  leader: string | undefined
  /** While it leads: whether a majority answers. */
  obeyed = false
  readonly #chart: Chart<typeof memberMachine>
  readonly #revision: () => number
  readonly #syncListeners = new Set<() => void>()
  #behindAt: number | undefined

  constructor(
    { name, host }: { readonly name: string; readonly host: string },
    log: MemberLog,
    revision: () => number,
    world: ChartWorld,
    random: Random,
    onEffect: (member: Member, effect: MemberEffect) => void,
  ) {
    this.name = name
    this.host = host
    this.log = log
    this.#revision = revision
    this.#behindAt = revision()
    this.#chart = startChart(memberMachine, world, `etcd/${name}`, { random }, (effect) => onEffect(this, effect))
  }

  get state(): MemberState {
    const { value } = this.#chart.getSnapshot()
    if (typeof value === 'string') return value
    return (typeof value.running === 'string' ? value.running : Object.keys(value.running!)[0]) as MemberState
  }

  get running(): boolean {
    return this.state !== 'stopped'
  }

  get term(): number {
    return this.log.term
  }

  get lastIndex(): number {
    return this.log.lastIndex
  }

  get appliedRevision(): number {
    return this.#behindAt ?? this.#revision()
  }

  get inSync(): boolean {
    return this.#behindAt === undefined
  }

  start(): void {
    this.send({ type: 'START' })
  }

  stop(): void {
    this.send({ type: 'STOP' })
  }

  send(event: MemberEvent): void {
    this.#chart.send(event)
  }

  onSync(listener: () => void): () => void {
    this.#syncListeners.add(listener)
    return () => this.#syncListeners.delete(listener)
  }

  /** It hears of every commit from now on, and has caught up; or it hears of none. */
  setInSync(inSync: boolean): void {
    if (inSync === this.inSync) return
    this.#behindAt = inSync ? undefined : this.#revision()
    if (inSync) for (const listener of [...this.#syncListeners]) listener()
  }

  /** Goes to a later term, in which it has voted for nobody. */
  enterTerm(term: number): void {
    if (term <= this.log.term) return
    this.log.term = term
    this.log.votedFor = undefined
  }
}
