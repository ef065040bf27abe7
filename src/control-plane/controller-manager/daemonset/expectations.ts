/** Source: pkg/controller/controller_utils.go ExpectationsTimeout */
const TIMEOUT_MS = 5 * 60_000

interface Expected {
  creations: number
  deletions: number
  readonly at: number
}

/**
 * How many of its own creations and deletions of pods a controller has not yet heard of, by owner: until then it does
 * not look for more to do.
 * Source: pkg/controller/controller_utils.go ControllerExpectations
 */
export class Expectations {
  readonly #now: () => number
  readonly #expected = new Map<string, Expected>()

  constructor(now: () => number) {
    this.#now = now
  }

  set(key: string, creations: number, deletions: number): void {
    this.#expected.set(key, { creations, deletions, at: this.#now() })
  }

  /** Heard of, or known never to come. */
  lower(key: string, creations: number, deletions: number): void {
    const expected = this.#expected.get(key)
    if (expected === undefined) return
    expected.creations -= creations
    expected.deletions -= deletions
  }

  satisfied(key: string): boolean {
    const expected = this.#expected.get(key)
    if (expected === undefined) return true
    if (expected.creations <= 0 && expected.deletions <= 0) return true
    return this.#now() - expected.at > TIMEOUT_MS
  }

  forget(key: string): void {
    this.#expected.delete(key)
  }
}
