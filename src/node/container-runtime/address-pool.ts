/**
 * Pod addresses of one node, given out in rising order and not again before the range has gone round.
 * Source: containernetworking/plugins host-local (allocator.go): `.0` is the network, `.1` the gateway.
 */
export class AddressPool {
  readonly #base: number
  readonly #size: number
  readonly #taken = new Set<number>()
  #last = 1

  /** @throws for a text that is no IPv4 CIDR */
  constructor(cidr: string) {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)
    if (match === null) throw new Error(`invalid CIDR address: ${cidr}`)
    const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number]
    this.#size = 2 ** (32 - bits)
    const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
    this.#base = address - (address % this.#size)
  }

  /** The next free address; undefined when all are taken. */
  take(): string | undefined {
    const hosts = this.#size - 3
    for (let tried = 0; tried < hosts; tried++) {
      this.#last = this.#last + 1 > this.#size - 2 ? 2 : this.#last + 1
      if (this.#taken.has(this.#last)) continue
      this.#taken.add(this.#last)
      return dotted(this.#base + this.#last)
    }
    return undefined
  }

  release(ip: string): void {
    const number = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    this.#taken.delete(number - this.#base)
  }
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
}
