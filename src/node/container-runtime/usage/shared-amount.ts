import type { Clock, Timer } from '../../../sim/clock.ts'
import { firstAbove, level, peak, type Started, valueAt } from './curve.ts'

/**
 * What many share up to a limit, as a control group does memory: a container's, a pod's, all pods' of a machine.
 * Nobody looks at it until it can be exceeded; then once, at that moment.
 */
export class SharedAmount<User> {
  readonly #clock: Clock
  readonly #curvesOf: (user: User) => readonly Started[]
  readonly #users = new Set<User>()
  readonly #peaks = new Map<User, number>()
  readonly #onExceeded: (users: ReadonlySet<User>) => void
  #limit: number
  #peak = 0
  #base = 0
  #timer: Timer | undefined
  #checking = false

  /** @param onExceeded called at every moment at which it gets beyond the limit */
  constructor(
    clock: Clock,
    limit: number,
    curvesOf: (user: User) => readonly Started[],
    onExceeded: (users: ReadonlySet<User>) => void = () => undefined,
  ) {
    this.#clock = clock
    this.#curvesOf = curvesOf
    this.#limit = limit
    this.#onExceeded = onExceeded
  }

  /** Its limit, and what others take of it. */
  limitTo(limit: number, base = 0): void {
    if (limit === this.#limit && base === this.#base) return
    this.#limit = limit
    this.#base = base
    this.#look()
  }

  get users(): ReadonlySet<User> {
    return this.#users
  }

  /** More can come together than there is. */
  get crowded(): boolean {
    return this.#base + this.#peak > this.#limit
  }

  /** Somebody has come, or takes other amounts now. */
  put(user: User): void {
    let most = 0
    for (const { curve } of this.#curvesOf(user)) most += peak(curve)
    this.#peak += most - (this.#peaks.get(user) ?? 0)
    this.#peaks.set(user, most)
    this.#users.add(user)
    this.#look()
  }

  remove(user: User): void {
    if (!this.#users.delete(user)) return
    this.#peak -= this.#peaks.get(user) ?? 0
    this.#peaks.delete(user)
    if (this.#users.size === 0) this.#peak = 0
    this.#look()
  }

  /** The most that all can take together. */
  get most(): number {
    return this.#base + this.#peak
  }

  /** What all take now. */
  taken(now: number): number {
    let sum = this.#base
    for (const user of this.#users)
      for (const { curve, startedAt } of this.#curvesOf(user)) sum += valueAt(curve, now - startedAt)
    return sum
  }

  /** When that much is first taken, as `firstAbove` says it. */
  firstAbove(limit: number, from: number): ReturnType<typeof firstAbove> {
    if (this.#base + this.#peak <= limit) return 'never'
    return firstAbove(
      [{ curve: level(this.#base), startedAt: 0 }, ...[...this.#users].flatMap((user) => this.#curvesOf(user))],
      limit,
      from,
    )
  }

  /** All changes of one instant are looked at once. */
  #look(): void {
    if (!this.crowded) {
      this.#clock.clearTimeout(this.#timer)
      this.#timer = undefined
      return
    }
    if (this.#checking) return
    this.#checking = true
    this.#clock.defer(() => {
      this.#checking = false
      this.#schedule()
    })
  }

  #schedule(): void {
    this.#clock.clearTimeout(this.#timer)
    const now = this.#clock.now()
    const next = this.firstAbove(this.#limit, now)
    if (next === 'never') return
    const isCrossing = 'at' in next
    this.#timer = this.#clock.setTimeout(
      () => (isCrossing ? this.#exceeded() : this.#schedule()),
      (isCrossing ? next.at : next.again) - now,
    )
  }

  #exceeded(): void {
    if (this.#users.size > 0) this.#onExceeded(this.#users)
  }
}
