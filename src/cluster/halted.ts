/** Hosts on which a program is held still (SIGSTOP): what it has done stays, it does nothing more until it goes on. */
export class Halted {
  readonly #hosts = new Set<string>()
  readonly #listeners = new Map<string, Set<() => void>>()

  is(host: string): boolean {
    return this.#hosts.has(host)
  }

  halt(host: string): void {
    this.#hosts.add(host)
  }

  resume(host: string): void {
    if (!this.#hosts.delete(host)) return
    for (const listener of [...(this.#listeners.get(host) ?? [])]) listener()
  }

  /** Calls the listener when the host's program goes on; returns how to stop listening. */
  onResume(host: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(host) ?? new Set()
    this.#listeners.set(host, listeners.add(listener))
    return () => void listeners.delete(listener)
  }
}
