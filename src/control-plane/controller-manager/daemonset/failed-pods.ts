/** Source: cmd/kube-controller-manager/app/apps.go NewBackOff(1 s, 15 min) */
const FIRST_MS = 1_000
const MAX_MS = 15 * 60_000

/** How long a failed daemon pod is left alone before it is replaced: 1 s, doubling up to 15 min. Source: client-go/util/flowcontrol/backoff.go */
export class FailedPodsBackOff {
  readonly #now: () => number
  readonly #entries = new Map<string, { readonly delayMs: number; readonly at: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** ms after which to ask again: the whole delay, however much of it has passed; 0: it may be replaced now, and the next time takes longer. */
  next(key: string): number {
    const now = this.#now()
    const entry = this.#entries.get(key)
    if (entry !== undefined && now - entry.at < entry.delayMs) return entry.delayMs
    const rested = entry === undefined || now - entry.at > 2 * MAX_MS
    const delayMs = rested ? FIRST_MS : Math.min(entry.delayMs * 2, MAX_MS)
    this.#entries.set(key, { delayMs, at: now })
    return 0
  }
}
