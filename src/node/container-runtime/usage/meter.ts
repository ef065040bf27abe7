import type { Amounts, RequestCost, Usage } from './amounts.ts'
import { areaUntil, type Curve, cappedAt, level, type Started, valueAt } from './curve.ts'

/** Over how long the use of CPU by requests is averaged, where somebody asks for cores and not for core-seconds. */
const WINDOW = 10_000

/** What an idle program takes where nothing is declared. */
export interface Idle {
  readonly cpu: number
  readonly memory: number
}

const NOTHING: Curve = level(0)
const ONE: Curve = level(1)

/**
 * What one process has taken and takes: a function of time and of the requests it has served, worked out when somebody
 * asks. Work that a CPU limit does not let through at once is done later.
 */
export class Meter {
  readonly #startedAt: number
  readonly #idle: Idle
  #amounts: Amounts = {}
  #limit: number
  #cpu: Curve = NOTHING
  /** Core-seconds of the curve until `#since`; it is counted from there on. */
  #before = 0
  #since: number
  /** Core-seconds of requests: still to be done, and done, at `#workedAt`. */
  #backlog = 0
  #done = 0
  #workedAt: number
  #window = { at: 0, done: 0 }
  /** Bytes that requests have left behind. */
  #held = 0

  /** @param limit cores it may take at most */
  constructor(amounts: Amounts, idle: Idle, limit: number, startedAt: number) {
    this.#startedAt = startedAt
    this.#since = startedAt
    this.#workedAt = startedAt
    this.#idle = idle
    this.#limit = limit
    this.#window = { at: startedAt, done: 0 }
    this.use(amounts, startedAt)
  }

  /** From now on it takes these amounts; curves go by the time since its start. */
  use(amounts: Amounts, now: number): void {
    this.#settle(now)
    this.#amounts = amounts
    this.#cpu = cappedAt(amounts.cpu ?? level(this.#idle.cpu), this.#limit)
  }

  limitTo(cores: number, now: number): void {
    this.#settle(now)
    this.#limit = cores
    this.#cpu = cappedAt(this.#amounts.cpu ?? level(this.#idle.cpu), cores)
  }

  get perRequest(): RequestCost | undefined {
    return this.#amounts.perRequest
  }

  /** A request has come in. @returns whether memory has grown */
  served(now: number): boolean {
    const { cpu = 0, memory = 0 } = this.#amounts.perRequest ?? {}
    if (cpu > 0) {
      this.#work(now)
      this.#backlog += cpu
    }
    this.#held += memory
    return memory > 0
  }

  /** Everything that makes up its memory. */
  get memory(): readonly Started[] {
    const own = { curve: this.#amounts.memory ?? level(this.#idle.memory), startedAt: this.#startedAt }
    return this.#held === 0 ? [own] : [own, { curve: level(this.#held), startedAt: this.#startedAt }]
  }

  /** Which of the amounts that disks and process tables are full of. */
  started(what: 'disk' | 'inodes' | 'pids'): Started {
    const byDefault = what === 'pids' ? ONE : NOTHING
    return { curve: this.#amounts[what] ?? byDefault, startedAt: this.#startedAt }
  }

  usage(now: number): Usage {
    const at = now - this.#startedAt
    this.#work(now)
    const own = areaUntil(this.#cpu, at) - areaUntil(this.#cpu, this.#since - this.#startedAt)
    const requests = this.#requestCores(now)
    let memory = 0
    for (const { curve, startedAt } of this.memory) memory += valueAt(curve, now - startedAt)
    const of = (what: 'disk' | 'inodes' | 'pids') => Math.round(valueAt(this.started(what).curve, at))
    return {
      cpu: Math.min(valueAt(this.#cpu, at) + requests, this.#limit),
      memory: Math.round(memory),
      cpuSeconds: this.#before + own + this.#done,
      disk: of('disk'),
      inodes: of('inodes'),
      pids: of('pids'),
    }
  }

  #settle(now: number): void {
    this.#work(now)
    const until = (at: number) => areaUntil(this.#cpu, at - this.#startedAt)
    this.#before += until(now) - until(this.#since)
    this.#since = now
  }

  /** Does what could be done of the requests' work since the last time. */
  #work(now: number): void {
    const passed = (now - this.#workedAt) / 1000
    if (passed > 0 && this.#backlog > 0) {
      const free = Math.max(this.#limit - valueAt(this.#cpu, this.#workedAt - this.#startedAt), this.#limit / 100)
      const did = Math.min(this.#backlog, free * passed)
      this.#backlog -= did
      this.#done += did
    }
    this.#workedAt = now
  }

  #requestCores(now: number): number {
    if (this.#done === 0) return 0
    const passed = now - this.#window.at
    const cores = passed <= 0 ? 0 : (this.#done - this.#window.done) / (passed / 1000)
    if (passed >= WINDOW) this.#window = { at: now, done: this.#done }
    return cores
  }
}
