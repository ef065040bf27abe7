import type { HPAScalingRules } from '../../../api/types.ts'

interface Recommendation {
  readonly replicas: number
  readonly at: number
}

interface ScaleEvent {
  /** Never negative. */
  readonly change: number
  readonly at: number
}

/** What an autoscaler remembers of its own passes; gone when the controller manager restarts. */
export class History {
  #recommendations: Recommendation[] = []
  readonly #ups: ScaleEvent[] = []
  readonly #downs: ScaleEvent[] = []

  /** The very first recommendation is what was there. Source: horizontal.go recordInitialRecommendation */
  begin(replicas: number, now: number): void {
    if (this.#recommendations.length === 0) this.#recommendations.push({ replicas, at: now })
  }

  /** The highest recommendation of the window, this one among them. Source: horizontal.go stabilizeRecommendation */
  stabilize(replicas: number, windowMs: number, now: number): number {
    const cutoff = now - windowMs
    let highest = replicas
    let old = -1
    for (const [index, each] of this.#recommendations.entries())
      if (each.at < cutoff) old = index
      else highest = Math.max(highest, each.replicas)
    this.#record(replicas, now, old)
    return highest
  }

  /**
   * The current count, kept within the lowest recommendation of the one window and the highest of the other.
   * Source: horizontal.go stabilizeRecommendationWithBehaviors
   */
  stabilizeBoth(current: number, desired: number, upMs: number, downMs: number, now: number): number {
    let up = desired
    let down = desired
    let old = -1
    for (const [index, each] of this.#recommendations.entries()) {
      if (each.at > now - upMs) up = Math.min(each.replicas, up)
      if (each.at > now - downMs) down = Math.max(each.replicas, down)
      if (each.at < now - upMs && each.at < now - downMs) old = index
    }
    this.#record(desired, now, old)
    return Math.min(Math.max(current, up), down)
  }

  #record(replicas: number, now: number, old: number): void {
    if (old === -1) this.#recommendations.push({ replicas, at: now })
    else this.#recommendations[old] = { replicas, at: now }
  }

  /** Source: horizontal.go storeScaleEvent */
  scaled(from: number, to: number, rules: HPAScalingRules, now: number): void {
    const events = to > from ? this.#ups : this.#downs
    const longest = Math.max(0, ...(rules.policies ?? []).map(({ periodSeconds }) => periodSeconds))
    const cutoff = now - longest * 1000
    const old = events.findLastIndex(({ at }) => at < cutoff)
    const event = { change: Math.abs(to - from), at: now }
    if (old === -1) events.push(event)
    else events[old] = event
  }

  /** How many there were when the period began. */
  atStartOf(periodSeconds: number, current: number, now: number): number {
    const cutoff = now - periodSeconds * 1000
    const sum = (events: readonly ScaleEvent[]) =>
      events.reduce((total, { at, change }) => (at > cutoff ? total + change : total), 0)
    return current - sum(this.#ups) + sum(this.#downs)
  }
}
