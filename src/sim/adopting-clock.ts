import type { Clock, Timer } from './clock.ts'

/** Our clock, handing out a pending timer once instead of making one: its place in the order of timers stays its own. */
export function adoptingClock(clock: Clock) {
  const adopting = {
    adopt: undefined as Timer | undefined,
    setTimeout(callback: () => void, delayMs: number): Timer {
      const { adopt } = adopting
      if (adopt === undefined) return clock.setTimeout(callback, delayMs)
      adopting.adopt = undefined
      adopt.callback = callback
      return adopt
    },
    clearTimeout: (timer: Timer | undefined) => clock.clearTimeout(timer),
  }
  return adopting
}
