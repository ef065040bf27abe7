import { formatIP, type IPNetwork, maskedValue } from '../../../api/ip.ts'

/** Why there is no range left. Source: pkg/controller/nodeipam/ipam/cidrset/cidr_set.go */
export const NONE_LEFT = 'CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range'

/** The ranges of nodes within a cluster's range, given out in rising order, round and round. Source: cidrset/cidr_set.go */
export class CIDRSet {
  readonly cluster: IPNetwork
  readonly #maskSize: number
  readonly #max: number
  readonly #used = new Set<number>()
  #next = 0

  constructor(cluster: IPNetwork, maskSize: number) {
    this.cluster = cluster
    this.#maskSize = maskSize
    this.#max = 2 ** (maskSize - cluster.bits)
  }

  /** Undefined when all are taken. */
  allocate(): string | undefined {
    if (this.#used.size === this.#max) return undefined
    let candidate = this.#next
    while (this.#used.has(candidate)) candidate = (candidate + 1) % this.#max
    this.#next = (candidate + 1) % this.#max
    this.#used.add(candidate)
    const value = maskedValue(this.cluster) + (BigInt(candidate) << this.#hostBits())
    return `${formatIP({ family: this.cluster.address.family, value })}/${this.#maskSize}`
  }

  /** Answers why not. */
  occupy(range: IPNetwork): string | undefined {
    return this.#each(range, (index) => this.#used.add(index))
  }

  release(range: IPNetwork): string | undefined {
    return this.#each(range, (index) => this.#used.delete(index))
  }

  #hostBits(): bigint {
    return BigInt((this.cluster.address.family === 4 ? 32 : 128) - this.#maskSize)
  }

  #each(range: IPNetwork, act: (index: number) => void): string | undefined {
    const text = (network: IPNetwork) =>
      `${formatIP({ family: network.address.family, value: maskedValue(network) })}/${network.bits}`
    if (!overlaps(this.cluster, range))
      return `cidr ${text(range)} is out the range of cluster cidr ${text(this.cluster)}`
    if (range.bits <= this.cluster.bits) {
      for (let index = 0; index < this.#max; index++) act(index)
      return undefined
    }
    const width = this.cluster.address.family === 4 ? 32 : 128
    const first = maskedValue(range)
    const last = first + (1n << BigInt(width - range.bits)) - 1n
    const indexOf = (value: bigint) => Number((value - maskedValue(this.cluster)) >> this.#hostBits())
    for (let index = indexOf(first); index <= indexOf(last); index++) act(index)
    return undefined
  }
}

export function overlaps(a: IPNetwork, b: IPNetwork): boolean {
  if (a.address.family !== b.address.family) return false
  const bits = Math.min(a.bits, b.bits)
  return maskedValue({ ...a, bits }) === maskedValue({ ...b, bits })
}
