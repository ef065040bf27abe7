import type { VirtualClock } from './clock.ts'

/**
 * The one place where the synchronous world meets something that is not: a shell (just-bash) runs on promises. While
 * one runs the clock is held, so whatever it does happens at one virtual instant; it lets go when it waits for virtual
 * time (a timer on the clock resumes it) or is done.
 */
export class Barrier {
  readonly #clock: VirtualClock
  #running = 0
  #waiters: (() => void)[] = []

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  /** Something asynchronous starts (or goes on) running at this instant. Call the returned function when it blocks on virtual time or ends. */
  enter(): () => void {
    const release = this.#clock.hold()
    this.#running++
    let left = false
    return () => {
      if (left) return
      left = true
      release()
      this.#running--
      if (this.#running === 0) for (const waiter of this.#waiters.splice(0)) waiter()
    }
  }

  /** Resolves when nothing asynchronous runs. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push(resolve))
  }
}

/** Lets virtual time pass, shells included. What doors call; without running shells nothing is awaited in between. */
export async function advance(clock: VirtualClock, barrier: Barrier, durationMs: number): Promise<void> {
  const until = clock.now() + durationMs
  while (clock.run(until) === 'held') await barrier.idle()
}
