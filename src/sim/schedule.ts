import type { Clock } from './clock.ts'

/** Which disturbances a cluster meets: plain data, part of its options. Same schedule, seed and journal: the same trace. */
export interface ScheduleOptions {
  readonly seed: number
  /** Only these of the seed's disturbances, by their numbers; default: all of them. */
  readonly only?: readonly number[]
}

/** Where something may go otherwise than it does by itself. */
export type Crossing = 'event' | 'request' | 'renewal' | 'vote' | 'timer'

/** One thing that went otherwise than it does by itself; nothing that a real network or a real scheduler of threads never does. */
export interface Disturbance {
  /** Its place among all that the seed has had, from 1: what {@link ScheduleOptions.only} names. */
  readonly number: number
  /** Virtual ms. */
  readonly at: number
  readonly crossing: Crossing
  readonly effect: 'overtaken' | 'late' | 'lost'
  /** `kubelet/worker-1`, `kube-scheduler/cp-1` */
  who: string
  /** `MODIFIED Pod default/web-1` */
  readonly what: string
  /** How late; 0 where it only let others of its instant go first. */
  readonly delayMs: number
  /** Who went first meanwhile; the first few. */
  readonly before: string[]
}

/** Delays (ms) of single messages: shorter than what anything in Kubernetes waits for. */
const DELAYS = [1, 10, 100, 1000]
/** A single message is late or lost now and then; many are an outage, and features have steps for those. */
const MOST_LATE = 3
const MOST_LOST = 2
/** How often others of the same instant go first; how often a message is late or lost. One of each for a seed. */
const OFTEN = [1 / 4, 1 / 16, 1 / 64]
const RARELY = [1 / 40, 1 / 200, 1 / 1000]
/** What is to be proven is disturbed so many times as often, and beside all others' messages. */
const PROBED = 8
/** These come seldom, and matter. */
const LOSSES: Readonly<Partial<Record<Crossing, number>>> = { vote: 1 / 4, renewal: 1 / 8 }

/**
 * Decides, from a seed, which messages and timers of a cluster are disturbed. Each channel is decided on by itself (the
 * seed, its name, how many went through it), so that what is left out in one place hardly changes the rest: that is what
 * lets a failure be shrunk.
 */
export class Schedule {
  readonly #options: ScheduleOptions
  readonly #only: ReadonlySet<number> | undefined
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  readonly #taken: Disturbance[] = []
  readonly #held = new Set<Disturbance>()
  #number = 0
  readonly #probed = { late: 0, lost: 0 }
  readonly #others = { late: 0, lost: 0 }
  #begun = false

  constructor(options: ScheduleOptions, clock: Clock) {
    this.#options = options
    this.#only = options.only && new Set(options.only)
    this.#clock = clock
  }

  /** From here on things are disturbed: the cluster has booted. @returns when that was */
  begin(): number {
    this.#begun = true
    return this.#clock.now()
  }

  /** Whether what one etcd member answers another is lost on its way. */
  readonly losesVote = (from: string, to: string): boolean => this.decide('vote', to, from) !== undefined

  /** What has been disturbed so far, in order. */
  get taken(): readonly Disturbance[] {
    return this.#taken
  }

  /**
   * @param of tells several ways of the same component apart
   * @param isProbed whether it is a message of what the exploration is there for: programs of somebody's own
   * @returns what happens to this message or timer; undefined: what always happens
   */
  decide(crossing: Crossing, who: string, what: string, of = '', isProbed = false): Disturbance | undefined {
    if (!this.#begun) return undefined
    const channel = `${crossing} ${who} ${of}`
    const count = this.#counts.get(channel) ?? 0
    this.#counts.set(channel, count + 1)
    const found = this.#draw(crossing, channel, count, isProbed)
    if (found === undefined) return undefined
    const number = ++this.#number
    if (this.#only?.has(number) === false) return undefined
    const disturbance = { number, at: this.#clock.now(), crossing, who, what, before: [], ...found }
    this.#taken.push(disturbance)
    return disturbance
  }

  /** Keeps what a disturbance holds back until it is its turn; who goes first meanwhile is noted. */
  hold(disturbance: Disturbance, then: () => void): void {
    const { seed } = this.#options
    this.#held.add(disturbance)
    const release = () => {
      this.#held.delete(disturbance)
      then()
    }
    if (disturbance.effect === 'late') this.#clock.setTimeout(release, disturbance.delayMs)
    else this.#letPass(1 + Math.floor(chance(seed, `turns ${disturbance.number}`, 0) * 8), release)
  }

  /** Something went its way: it has overtaken what is held back. */
  passed(who: string, what: string): void {
    for (const { before } of this.#held) if (before.length < 3) before.push(`${who} (${what})`)
  }

  /** A number of [0, 1) that belongs to the seed. */
  chance(of: string): number {
    return chance(this.#options.seed, of, 0)
  }

  #letPass(turns: number, release: () => void): void {
    if (turns === 0) release()
    else this.#clock.defer(() => this.#letPass(turns - 1, release))
  }

  #draw(
    crossing: Crossing,
    channel: string,
    count: number,
    isProbed: boolean,
  ): Pick<Disturbance, 'effect' | 'delayMs'> | undefined {
    const { seed } = this.#options
    const had = isProbed ? this.#probed : this.#others
    const often = OFTEN[seed % OFTEN.length]!
    const rarely = RARELY[Math.floor(seed / OFTEN.length) % RARELY.length]! * (isProbed ? PROBED : 1)
    const drawn = chance(seed, channel, count)
    const lossy = crossing !== 'timer' && drawn < (LOSSES[crossing] ?? rarely)
    if (lossy && had.lost < MOST_LOST && (crossing !== 'event' || drawn < rarely / 4)) {
      had.lost++
      return { effect: 'lost', delayMs: 0 }
    }
    if (crossing !== 'event' && crossing !== 'timer') return undefined
    if (lossy && had.late < MOST_LATE) {
      had.late++
      return { effect: 'late', delayMs: DELAYS[Math.floor(chance(seed, channel, -1 - count) * DELAYS.length)]! }
    }
    return drawn > 1 - often ? { effect: 'overtaken', delayMs: 0 } : undefined
  }
}

/** In [0, 1), the same for the same arguments. Source: Austin Appleby's MurmurHash3, 32-bit finalizer (public domain) */
function chance(seed: number, channel: string, count: number): number {
  let hash = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(count + 1, 0x85ebca6b)
  for (let i = 0; i < channel.length; i++) hash = Math.imul(hash ^ channel.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}

/** `kubelet/worker-1 heard of MODIFIED Pod default/web 100ms late; first went kube-scheduler/cp-1 (…)` */
export function inWords({ crossing, effect, who, what, delayMs, before }: Disturbance): string {
  const first = before.length === 0 ? '' : `, after ${before.join(', ')}`
  if (crossing === 'timer') return `${who} was due at the same instant and went later${first}`
  if (crossing === 'vote') return `the pre-vote of etcd member ${what} did not reach ${who}`
  if (crossing === 'renewal') return `${who} lost a heartbeat: ${what}`
  if (crossing === 'request') return `${who} got no answer to ${what}`
  if (effect === 'lost') return `the watch of ${who} broke before ${what}: it lists again`
  return `${who} heard of ${what} ${effect === 'late' ? `${delayMs} ms late` : 'at the same instant, but later'}${first}`
}
