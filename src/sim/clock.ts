/**
 * Virtual time: the only source of "now" and of timers in the simulation.
 *
 * Timers fire in order of due time, then of creation, and each one sees the clock standing at its own due time, so a
 * chain of timers never drifts however far one `advance` goes. Times are milliseconds since the Unix epoch.
 */
export interface Clock {
  now(): number
  /** Never, when the delay is infinite. */
  setTimeout(callback: () => void, delayMs: number): Timer
  clearTimeout(timer: Timer | undefined): void
  /** Runs the callback now, after everything that is already due: how a change reaches others (never inside a write). */
  defer(callback: () => void): void
  /**
   * A timer of somebody who only looks on (the time-out or the bookmarks of an outside watcher): it must not change the
   * world, and it does not count in the journal's coordinates, so a replay without the onlooker is the same replay.
   */
  observe(callback: () => void, delayMs: number): Timer
  /** Makes the running `advance` throw: a component broke, and the simulation must not go on. */
  fail(error: unknown): void
  /**
   * Holds the world still until the returned function is called: something that is not synchronous (a shell) is
   * running at this instant. No timer fires meanwhile.
   */
  hold(): () => void
}

export interface Timer {
  readonly due: number
  readonly sequence: number
  callback: (() => void) | undefined
}

export class VirtualClock implements Clock {
  #now: number
  #sequence = 0
  #fired = 0
  #holds = 0
  #observed = 0
  #heap: Timer[] = []
  #observers: Timer[] = []
  #ready: Timer[] = []
  #readyHead = 0
  #failure: { error: unknown } | undefined
  #goesLater: ((timer: Timer, other: Timer) => boolean) | undefined

  constructor(startMs = 0) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  /** How many timers have fired: with `now()`, the exact place of an outside input in the journal. */
  get fired(): number {
    return this.#fired
  }

  get held(): boolean {
    return this.#holds > 0
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = { due: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, callback }
    if (timer.due === this.#now) this.#ready.push(timer)
    else if (timer.due < Number.POSITIVE_INFINITY) push(this.#heap, timer)
    return timer
  }

  clearTimeout(timer: Timer | undefined): void {
    if (timer !== undefined) timer.callback = undefined
  }

  /** Asks, where timers are due at the same instant, whether the first of them lets all others go first. */
  reorder(goesLater: (timer: Timer, other: Timer) => boolean): void {
    this.#goesLater = goesLater
  }

  defer(callback: () => void): void {
    this.#ready.push({ due: this.#now, sequence: this.#sequence++, callback })
  }

  observe(callback: () => void, delayMs: number): Timer {
    const timer = { due: this.#now + Math.max(0, delayMs), sequence: this.#observed++, callback }
    push(this.#observers, timer)
    return timer
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  hold(): () => void {
    this.#holds++
    let released = false
    return () => {
      if (!released) this.#holds--
      released = true
    }
  }

  /** When the next timer is due, undefined when none is pending. */
  nextDue(): number | undefined {
    return this.#peek()?.due
  }

  /**
   * Fires what is due until `untilMs`, at most `maxTimers` of them, then stands at `untilMs`.
   *
   * @returns `done`, `more` (the limit was reached first) or `held` (a shell runs at this instant: call again later)
   * @throws what a component failed with
   */
  run(untilMs: number, maxTimers = Number.POSITIVE_INFINITY): 'done' | 'more' | 'held' {
    for (let left = maxTimers; ; left--) {
      if (this.#holds > 0) return 'held'
      const timer = this.#peek()
      this.#tellObservers(Math.min(timer?.due ?? untilMs, untilMs))
      if (timer === undefined || timer.due > untilMs) break
      if (left <= 0) return 'more'
      if (this.#goesLater !== undefined && this.#letsOthersGoFirst(timer)) continue
      this.#take(timer)
      this.#now = timer.due
      this.#fired++
      const callback = timer.callback!
      timer.callback = undefined
      callback()
      if (this.#failure !== undefined) throw this.#failure.error
    }
    this.#now = Math.max(this.#now, untilMs)
    return 'done'
  }

  /** Stands at an instant without firing what is due then: for replays. @throws when something is due before it */
  standAt(ms: number): void {
    const due = this.nextDue()
    if (due !== undefined && due < ms) throw new Error(`the clock cannot stand at ${ms}: a timer is due at ${due}`)
    this.#now = Math.max(this.#now, ms)
  }

  /** Runs everything that is due in the next `durationMs`, then stands at the end of it. @throws when a shell is running */
  advance(durationMs: number): void {
    if (this.run(this.#now + durationMs) === 'held') throw new Error('a shell is running: the clock cannot advance')
  }

  /** Runs everything that is due now, without letting time pass. */
  settle(): void {
    this.advance(0)
  }

  /** Onlookers hear of an instant before anything happens in it. */
  #tellObservers(untilMs: number): void {
    for (let timer = this.#observers[0]; timer !== undefined && timer.due <= untilMs; timer = this.#observers[0]) {
      pop(this.#observers)
      this.#now = Math.max(this.#now, timer.due)
      timer.callback?.()
    }
  }

  #peek(): Timer | undefined {
    while (this.#readyHead < this.#ready.length && this.#ready[this.#readyHead]!.callback === undefined)
      this.#dropReady()
    while (this.#heap.length > 0 && this.#heap[0]!.callback === undefined) pop(this.#heap)
    const ready = this.#ready[this.#readyHead]
    const later = this.#heap[0]
    if (ready === undefined || later === undefined) return ready ?? later
    return before(later, ready) ? later : ready
  }

  /** What was deferred keeps its order: only timers change places with timers. */
  #letsOthersGoFirst(timer: Timer): boolean {
    if (timer !== this.#heap[0]) return false
    pop(this.#heap)
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) pop(this.#heap)
    const other = this.#heap[0]
    const later = other?.due === timer.due && this.#goesLater!(timer, other)
    if (later) (timer as { sequence: number }).sequence = this.#sequence++
    push(this.#heap, timer)
    return later
  }

  #take(timer: Timer): void {
    if (timer === this.#heap[0]) pop(this.#heap)
    else this.#dropReady()
  }

  #dropReady(): void {
    this.#readyHead++
    if (this.#readyHead === this.#ready.length) {
      this.#ready = []
      this.#readyHead = 0
    } else if (this.#readyHead > 4096) {
      this.#ready = this.#ready.slice(this.#readyHead)
      this.#readyHead = 0
    }
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence)
}

function push(heap: Timer[], timer: Timer): void {
  let child = heap.push(timer) - 1
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (!before(timer, heap[parent]!)) break
    heap[child] = heap[parent]!
    child = parent
  }
  heap[child] = timer
}

function pop(heap: Timer[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let parent = 0
  for (;;) {
    let child = 2 * parent + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
    if (!before(heap[child]!, last)) break
    heap[parent] = heap[child]!
    parent = child
  }
  heap[parent] = last
}
