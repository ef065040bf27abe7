/** Value -> keys of the objects that have it. Sets, because a change of an object that leaves its values alone then costs nothing. */
export class PostingIndex {
  readonly #keys = new Map<string, Set<string>>()
  /** In order, of values that were asked for. */
  readonly #sorted = new Map<string, readonly string[]>()

  get(value: string): ReadonlySet<string> | undefined {
    return this.#keys.get(value)
  }

  /** The keys in order; shared until one comes or goes. */
  sorted(value: string): readonly string[] {
    let sorted = this.#sorted.get(value)
    if (sorted === undefined) {
      const keys = this.#keys.get(value)
      if (keys === undefined) return NONE
      sorted = [...keys].sort()
      this.#sorted.set(value, sorted)
    }
    return sorted
  }

  values(): IterableIterator<string> {
    return this.#keys.keys()
  }

  add(value: string, key: string): void {
    const keys = this.#keys.get(value)
    if (keys === undefined) this.#keys.set(value, new Set([key]))
    else if (keys.has(key)) return
    else keys.add(key)
    this.#sorted.delete(value)
  }

  remove(value: string, key: string): void {
    const keys = this.#keys.get(value)
    if (keys === undefined) return
    keys.delete(key)
    this.#sorted.delete(value)
    if (keys.size === 0) this.#keys.delete(value)
  }
}

const NONE: readonly string[] = []
