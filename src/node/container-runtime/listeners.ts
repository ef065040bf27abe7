import type { RuntimeContainer, RuntimeEvent } from './contract.ts'

/** Who listens to one container runtime. */
export class RuntimeListeners {
  readonly #events = new Set<(event: RuntimeEvent) => void>()
  readonly #status = new Set<() => void>()
  readonly #isUp: () => boolean

  constructor(isUp: () => boolean) {
    this.#isUp = isUp
  }

  onEvent(listener: (event: RuntimeEvent) => void): () => void {
    this.#events.add(listener)
    return () => this.#events.delete(listener)
  }

  onStatus(listener: () => void): () => void {
    this.#status.add(listener)
    return () => this.#status.delete(listener)
  }

  /** Nobody hears of containers while the CRI is down. */
  emit(type: RuntimeEvent['type'], container: RuntimeContainer): void {
    if (!this.#isUp()) return
    for (const listener of this.#events) listener({ type, container })
  }

  statusChanged(): void {
    for (const listener of [...this.#status]) listener()
  }
}
