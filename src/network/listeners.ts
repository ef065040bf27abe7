import type { Listening } from './contract.ts'

/** bind(2) failed: somebody serves that port already. Worded as Go's net package does. */
export class AddressInUseError extends Error {
  constructor(ip: string, port: number, protocol: 'TCP' | 'UDP') {
    super(`listen ${protocol.toLowerCase()} ${ip}:${port}: bind: address already in use`)
  }
}

/** Who serves which ip:port. */
export class Listeners {
  readonly #byAddress = new Map<string, { readonly serve: unknown; readonly by?: string }>()
  readonly #watchers = new Map<string, Set<() => void>>()

  /** @throws AddressInUseError */
  add(ip: string, port: number, protocol: 'TCP' | 'UDP', serve: unknown, by?: string): () => void {
    const key = addressKey(ip, port, protocol)
    if (this.#byAddress.has(key)) throw new AddressInUseError(ip, port, protocol)
    const listener = by === undefined ? { serve } : { serve, by }
    this.#byAddress.set(key, listener)
    this.#changed(key)
    return () => {
      if (this.#byAddress.get(key) !== listener) return
      this.#byAddress.delete(key)
      this.#changed(key)
    }
  }

  watch(ip: string, port: number, protocol: string, watcher: () => void): () => void {
    const key = addressKey(ip, port, protocol)
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(watcher))
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) this.#watchers.delete(key)
    }
  }

  /** What processes serve at an address. All listeners are looked at: it is asked when a person does. */
  of(ip: string): readonly Listening[] {
    return [...this.#byAddress]
      .flatMap(([key, { by }]) => {
        const [address, port, protocol] = key.split(/[:/]/)
        if (address !== ip || by === undefined) return []
        return [{ port: Number(port), protocol: protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const), by }]
      })
      .sort((a, b) => a.port - b.port)
  }

  #changed(key: string): void {
    if (this.#watchers.size === 0) return
    for (const watcher of [...(this.#watchers.get(key) ?? [])]) watcher()
  }

  find(ip: string, port: number, protocol: string): { readonly serve: unknown } | undefined {
    return this.#byAddress.get(addressKey(ip, port, protocol))
  }
}

export function addressKey(ip: string, port: number, protocol: string): string {
  return `${ip}:${port}/${protocol}`
}
