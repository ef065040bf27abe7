/** A map that holds the entries used last. */
export class LruMap<K, V> {
  readonly #limit: number
  /** Oldest first. Most are never asked for anything. */
  #entries: Map<K, V> | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: K): V | undefined {
    const entries = this.#entries
    const value = entries?.get(key)
    if (value !== undefined && entries!.size > 1) {
      // Deleting first makes it the newest.
      entries!.delete(key)
      entries!.set(key, value)
    }
    return value
  }

  set(key: K, value: V): void {
    this.#entries ??= new Map()
    const entries = this.#entries
    if (!entries.delete(key) && entries.size >= this.#limit) entries.delete(entries.keys().next().value!)
    entries.set(key, value)
  }
}
