import type { Clock } from '../../sim/clock.ts'
import { isWithin, parentOf } from './paths.ts'

/** Who wants to hear of changes below which path. Heard on the clock, once for all changes of one instant. */
export class ChangeListeners {
  readonly #clock: Clock
  readonly #byPath = new Map<string, Set<Listener>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(at: string, call: () => void): () => void {
    const listener: Listener = { call, pending: false, removed: false }
    const there = this.#byPath.get(at)
    if (there === undefined) this.#byPath.set(at, new Set([listener]))
    else there.add(listener)
    return () => {
      listener.removed = true
      const left = this.#byPath.get(at)
      left?.delete(listener)
      if (left?.size === 0) this.#byPath.delete(at)
    }
  }

  /** Something at a path was written or removed: concerns the path, what holds it and (a removed directory) what is below. */
  changed(at: string): void {
    for (let path = at; ; path = parentOf(path)) {
      this.#notify(path)
      if (path === '/') break
    }
    if (this.#byPath.size > 0)
      for (const path of this.#byPath.keys()) if (path !== at && isWithin(path, at)) this.#notify(path)
  }

  #notify(path: string): void {
    for (const listener of this.#byPath.get(path) ?? []) {
      if (listener.pending) continue
      listener.pending = true
      this.#clock.defer(() => {
        listener.pending = false
        if (!listener.removed) listener.call()
      })
    }
  }
}

interface Listener {
  readonly call: () => void
  pending: boolean
  removed: boolean
}
