/** What an {@link LruMap} holds carries the place of its last use in all uses. */
export interface Used {
  used: number
}

/** A map that holds the entries used last. Its order is kept only once it is full: most never are. */
export class LruMap<K, V extends Used> {
  readonly #limit: number
  #entries: Map<K, V> | undefined
  #inOrder = false
  #uses = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: K): V | undefined {
    const value = this.#entries?.get(key)
    if (value === undefined) return undefined
    if (this.#inOrder) this.set(key, value)
    else value.used = this.#uses++
    return value
  }

  set(key: K, value: V): void {
    this.#entries ??= new Map()
    const entries = this.#entries
    value.used = this.#uses++
    // Deleting first makes it the newest.
    if (this.#inOrder) entries.delete(key)
    entries.set(key, value)
    if (entries.size <= this.#limit) return
    const oldest = this.#inOrder ? entries : this.#order(entries)
    oldest.delete(oldest.keys().next().value!)
  }

  #order(entries: ReadonlyMap<K, V>): Map<K, V> {
    this.#inOrder = true
    this.#entries = new Map([...entries].sort(([, a], [, b]) => a.used - b.used))
    return this.#entries
  }
}
