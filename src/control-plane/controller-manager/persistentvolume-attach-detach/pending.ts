/** Source: pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go */
const FIRST_BACK_OFF_MS = 500
const LONGEST_BACK_OFF_MS = 122_000

interface Operation {
  running: boolean
  name: string
  /** Of the last failure; 0: none. */
  backOffMs: number
  notBefore: number
}

/** One operation a volume at once, later after each failure. Source: pkg/volume/util/nestedpendingoperations */
export class PendingOperations {
  readonly #operations = new Map<string, Operation>()

  isRunning(key: string): boolean {
    return this.#operations.get(key)?.running ?? false
  }

  /** Virtual ms from when on it may be tried; undefined while one runs. Source: IsOperationSafeToRetry */
  allowedFrom(key: string): number | undefined {
    const operation = this.#operations.get(key)
    if (operation === undefined) return 0
    return operation.running ? undefined : operation.notBefore
  }

  start(key: string, name: string): void {
    const before = this.#operations.get(key)
    const backOffMs = before?.name === name ? before.backOffMs : 0
    this.#operations.set(key, { running: true, name, backOffMs, notBefore: 0 })
  }

  end(key: string, failed: boolean, now: number): void {
    const operation = this.#operations.get(key)
    if (operation === undefined) return
    if (!failed) {
      this.#operations.delete(key)
      return
    }
    operation.running = false
    operation.backOffMs =
      operation.backOffMs === 0 ? FIRST_BACK_OFF_MS : Math.min(operation.backOffMs * 2, LONGEST_BACK_OFF_MS)
    operation.notBefore = now + operation.backOffMs
  }
}
