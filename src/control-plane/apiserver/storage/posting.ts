/** Value -> keys of the objects that have it. Sets, because a change of an object that leaves its values alone then costs nothing. */
export class PostingIndex {
  readonly #keys = new Map<string, Set<string>>()

  get(value: string): ReadonlySet<string> | undefined {
    return this.#keys.get(value)
  }

  values(): IterableIterator<string> {
    return this.#keys.keys()
  }

  add(value: string, key: string): void {
    const keys = this.#keys.get(value)
    if (keys === undefined) this.#keys.set(value, new Set([key]))
    else keys.add(key)
  }

  remove(value: string, key: string): void {
    const keys = this.#keys.get(value)
    if (keys === undefined) return
    keys.delete(key)
    if (keys.size === 0) this.#keys.delete(value)
  }
}
